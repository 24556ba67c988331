using System.Net;
using Microsoft.AspNetCore.StaticFiles;

namespace Presence.Node.Endpoints;

/// <summary>
/// The chat page at <c>/chat</c>: a page of our own around Converse.js, whose files lie in a directory that the operator fills. It must never
/// serve a file outside that directory.
/// </summary>
/// <param name="directory">Holds <c>converse.min.js</c> and what belongs to it, if it is there.</param>
internal sealed class ChatPages(string directory, string domain)
{
    private const string Script = "converse.min.js";

    // Only what this node serves runs in the page; pictures of others may be shown.
    private const string Policy =
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https:; "
        + "font-src 'self' data:; media-src 'self' blob: https:; connect-src 'self' ws: wss: https:; frame-ancestors 'none'";

    private static readonly FileExtensionContentTypeProvider Types = new();

    public Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Request.Path.Value switch
        {
            "/chat" => RedirectAsync(context),
            "/chat/" when !File.Exists(Path.Combine(directory, Script)) => TextAnswer.WriteAsync(context, StatusCodes.Status404NotFound, Missing()),
            "/chat/" => TextAnswer.WriteAsync(context, StatusCodes.Status200OK, Page(), "text/html; charset=utf-8"),
            "/chat/start.js" => TextAnswer.WriteAsync(context, StatusCodes.Status200OK, Start, "text/javascript; charset=utf-8"),
            var path => FileAsync(context, path!["/chat/".Length..]),
        };
    }

    private static Task RedirectAsync(HttpContext context)
    {
        context.Response.Redirect("/chat/");
        return Task.CompletedTask;
    }

    private string Missing() =>
        $"""
        The chat page needs the files of Converse.js, which are not in
          {directory}
        Get them in the directory in which the node runs:
          npm install --no-save converse.js@14.0.0
        or name another place with Web:ConversePath. Then load this page again.

        """;

    private Task FileAsync(HttpContext context, string name)
    {
        var root = Path.GetFullPath(directory) + Path.DirectorySeparatorChar;
        var path = Path.GetFullPath(Path.Combine(root, name));
        if (!path.StartsWith(root, StringComparison.Ordinal) || !File.Exists(path))
        {
            return TextAnswer.WriteAsync(context, StatusCodes.Status404NotFound, "there is no such file\n");
        }

        context.Response.ContentType = Types.TryGetContentType(path, out var type) ? type : "application/octet-stream";
        context.Response.ContentLength = new FileInfo(path).Length;
        context.Response.Headers.CacheControl = "max-age=3600";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.SendFileAsync(path, context.RequestAborted);
    }

    private string Page() =>
        $"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Chat on {WebUtility.HtmlEncode(domain)}</title>
          <link rel="stylesheet" href="/chat/converse.min.css">
        </head>
        <body class="converse-fullscreen" data-domain="{WebUtility.HtmlEncode(domain)}">
          <script type="module" src="/chat/start.js"></script>
        </body>
        </html>

        """;

    // The session outlives the page's connection: the script resumes it (XEP-0198) and catches up from the archive when it is too late for that.
    private const string Start =
        """
        import "/chat/converse.min.js";

        // Loaded anew, Converse.js resumes its session but goes on under a new resource, which ends the stream (RFC 6120 §8.1.2.1) and leaves the session
        // behind. So a page hands its full address on to the page that takes its place, and to no copy of itself beside it.
        const key = "conversejs-session-jid", kept = sessionStorage.getItem("presence-jid");
        sessionStorage.removeItem("presence-jid");
        if (kept?.startsWith(localStorage.getItem(key) + "/")) {
          localStorage.setItem(key, kept);
        }

        window.converse.plugins.add("presence-reload", {
          initialize() {
            const { api } = this._converse;
            addEventListener("pagehide", () => sessionStorage.setItem("presence-jid", api.connection.get()?.jid ?? ""));
          },
        });

        const scheme = location.protocol === "https:" ? "wss" : "ws";
        window.converse.initialize({
          assets_path: "/chat/",
          authentication: "login",
          auto_reconnect: true,
          discover_connection_methods: false,
          enable_smacks: true,
          locked_domain: document.body.dataset.domain,
          view_mode: "fullscreen",
          whitelisted_plugins: ["presence-reload"],
          websocket_url: `${scheme}://${location.host}/xmpp-websocket`,
        });

        """;
}

using System.Text;
using Presence.Node.Telemetry;

namespace Presence.Node.Endpoints;

/// <summary>
/// What anybody who can reach the HTTP port may read: health and figures. It must never change anything, and never show a name, an address or a message.
/// </summary>
/// <param name="trouble">Why the node cannot do its work, or null.</param>
internal sealed class PublicEndpoint(Func<string?> trouble, MetricsCollector metrics)
{
    public Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return AnswerAsync(context, StatusCodes.Status405MethodNotAllowed, "only GET\n");
        }

        return request.Path.Value switch
        {
            "/healthz" => trouble() is { } reason
                ? AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, reason + "\n")
                : AnswerAsync(context, StatusCodes.Status200OK, "ok\n"),
            "/metrics" => AnswerAsync(context, StatusCodes.Status200OK, metrics.Scrape(), PrometheusText.ContentType),
            _ => AnswerAsync(context, StatusCodes.Status404NotFound, "there are /healthz and /metrics\n"),
        };
    }

    private static Task AnswerAsync(HttpContext context, int status, string text, string type = "text/plain; charset=utf-8")
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}

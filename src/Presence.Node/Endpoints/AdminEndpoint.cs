using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Presence.Actors.Admin;
using Presence.Node.Transfer;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Node.Endpoints;

/// <summary>
/// What an operator may ask and do, as JSON over HTTP on the Unix socket; whoever may open the socket is trusted. It translates requests for the owner of a user
/// and must never change a user itself, nor log or answer with a password.
/// </summary>
internal sealed class AdminEndpoint(AdminBackend backend, TimeProvider clock)
{
    private const int MaxPage = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EraseWait = TimeSpan.FromSeconds(20);

    private readonly ImportEndpoint _import = new(backend);

    public async Task HandleAsync(HttpContext context)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        AdminAnswer answer;
        try
        {
            answer = await AnswerAsync(context, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            answer = AdminAnswer.Unavailable($"no answer within {Patience.TotalSeconds:0} s; whether the change was made is not known");
        }
        catch (StoreException e)
        {
            answer = AdminAnswer.Unavailable(e.Message);
        }

        context.Response.StatusCode = answer.Status;
        if (answer.Content is not null)
        {
            await StreamAsync(context, answer).ConfigureAwait(false);
        }
        else if (answer.Body is not null)
        {
            context.Response.ContentType = answer.ContentType;
            await JsonSerializer.SerializeAsync(context.Response.Body, answer.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static async Task StreamAsync(HttpContext context, AdminAnswer answer)
    {
        context.Response.ContentType = answer.ContentType;
        try
        {
            await answer.Content!(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
        }
        catch
        {
            context.Abort();
            throw;
        }
    }

    private Task<AdminAnswer> AnswerAsync(HttpContext context, CancellationToken cancellation) =>
        (context.Request.Method, Segments(context)) switch
        {
            ("GET", ["users"]) => ListAsync(context.Request.Query, cancellation),
            ("POST", ["users"]) => AddAsync(context, cancellation),
            ("DELETE", ["users", var user]) => ForUser(user, jid => RemoveAsync(jid, cancellation)),
            ("POST", ["users", var user, "password"]) => ForUser(user, jid => ChangePasswordAsync(context, jid, cancellation)),
            ("GET", ["users", var user, "sessions"]) => ForUser(user, jid => DescribeAsync(jid, AdminJson.Sessions, cancellation)),
            ("DELETE", ["users", var user, "sessions"]) => ForUser(user, jid => DoAsync(new KickRequest(Id(jid), null), jid, "session", cancellation)),
            ("DELETE", ["users", var user, "sessions", var resource]) =>
                ForUser(user, jid => DoAsync(new KickRequest(Id(jid), resource), jid, $"session \"{resource}\"", cancellation)),
            ("GET", ["users", var user, "queue"]) => ForUser(user, jid => DescribeAsync(jid, AdminJson.Queue, cancellation)),
            ("DELETE", ["users", var user, "queue"]) => ForUser(user, jid => PurgeAsync(jid, null, cancellation)),
            ("DELETE", ["users", var user, "queue", var resource]) => ForUser(user, jid => PurgeAsync(jid, resource, cancellation)),
            ("GET", ["users", var user, "explain", var stanzaId]) => ForUser(user, jid => ExplainAsync(jid, stanzaId, cancellation)),
            ("GET", ["users", var user, "export"]) => ForUser(user, jid => ExportAsync(jid, cancellation)),
            ("GET", ["export"]) => Task.FromResult(Exported(export => export.All())),
            ("GET", ["facts"]) => Task.FromResult(_import.Facts()),
            ("POST", ["import"]) => _import.ImportAsync(context, cancellation),
            ("GET", ["check"]) => CheckAsync(cancellation),
            ("POST", ["backup"]) => BackupAsync(context, cancellation),
            ("POST", ["certificate", "reload"]) => ReloadCertificateAsync(cancellation),
            var (method, _) => Task.FromResult(AdminAnswer.Refused(
                StatusCodes.Status404NotFound, "no-such-path", $"{method} {context.Request.Path} does not exist; docs/operations/deploy.md lists what does")),
        };

    // From the raw target, unescaped exactly once: a resource may hold a slash, which the server's own path never shows as such.
    private static string[] Segments(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        return [.. path.Trim('/').Split('/').Select(Uri.UnescapeDataString)];
    }

    private Task<AdminAnswer> ForUser(string text, Func<Jid, Task<AdminAnswer>> then) =>
        TryAccount(text, out var jid, out var problem) ? then(jid) : Task.FromResult(problem);

    private bool TryAccount(string? text, out Jid jid, out AdminAnswer problem)
    {
        jid = backend.Domain;
        problem = AdminAnswer.Done;
        if (!Jid.TryParse(text, out var parsed) || parsed.Local is null || !parsed.IsBare)
        {
            problem = AdminAnswer.BadRequest($"\"{text}\" is not the address of an account; write name@{backend.Domain}");
        }
        else if (parsed.Domain != backend.Domain.Domain)
        {
            problem = AdminAnswer.BadRequest($"{parsed} cannot have an account here: this node serves {backend.Domain}");
        }
        else
        {
            jid = parsed;
            return true;
        }

        return false;
    }

    private async Task<AdminAnswer> ListAsync(IQueryCollection query, CancellationToken cancellation)
    {
        var limit = 1000;
        if (query.TryGetValue("limit", out var said) && (!int.TryParse(said, out limit) || limit is < 1 or > MaxPage))
        {
            return AdminAnswer.BadRequest($"limit is a number from 1 to {MaxPage}");
        }

        string? after = query["after"];
        var users = await Task.Run(() => backend.Store.ListAccounts(after, limit), cancellation).ConfigureAwait(false);
        return AdminAnswer.Ok(AdminJson.Users(users, limit));
    }

    private async Task<AdminAnswer> AddAsync(HttpContext context, CancellationToken cancellation)
    {
        var body = await ReadAsync(context, cancellation).ConfigureAwait(false);
        if (!TryAccount(Text(body, "jid"), out var jid, out var problem))
        {
            return problem;
        }

        var (keys, refusal) = await DeriveAsync(body, cancellation).ConfigureAwait(false);
        if (keys is null)
        {
            return refusal;
        }

        var reply = await backend.Ask(new CreateAccountRequest(Id(jid), jid.ToString(), keys), cancellation).ConfigureAwait(false);
        return reply.Status == AdminStatus.Done
            ? new AdminAnswer(StatusCodes.Status201Created, new JsonObject { ["jid"] = jid.ToString() })
            : AdminAnswer.From(reply, jid.ToString(), "");
    }

    private async Task<AdminAnswer> ChangePasswordAsync(HttpContext context, Jid jid, CancellationToken cancellation)
    {
        var body = await ReadAsync(context, cancellation).ConfigureAwait(false);
        var (keys, refusal) = await DeriveAsync(body, cancellation).ConfigureAwait(false);
        return keys is null ? refusal : await DoAsync(new ChangeCredentialsRequest(Id(jid), keys), jid, "", cancellation).ConfigureAwait(false);
    }

    /// <summary>The account is gone with the answer of its owner; what it stored may take longer than a request may.</summary>
    private async Task<AdminAnswer> RemoveAsync(Jid jid, CancellationToken cancellation)
    {
        var answer = await DoAsync(new RemoveAccountRequest(Id(jid)), jid, "", cancellation).ConfigureAwait(false);
        if (answer != AdminAnswer.Done)
        {
            return answer;
        }

        var erased = backend.Erased(cancellation);
        await Task.WhenAny(erased, Task.Delay(EraseWait, clock, cancellation)).ConfigureAwait(false);
        return erased.IsCompletedSuccessfully ? AdminAnswer.Done : new AdminAnswer(StatusCodes.Status202Accepted, new JsonObject { ["erasing"] = true });
    }

    private async Task<AdminAnswer> DoAsync(AdminRequest request, Jid jid, string what, CancellationToken cancellation)
    {
        var reply = await backend.Ask(request, cancellation).ConfigureAwait(false);
        return reply.Status == AdminStatus.Done ? AdminAnswer.Done : AdminAnswer.From(reply, jid.ToString(), what);
    }

    private async Task<AdminAnswer> DescribeAsync(Jid jid, Func<UserDescription, JsonObject> show, CancellationToken cancellation)
    {
        var reply = await backend.Ask(new DescribeUserRequest(Id(jid)), cancellation).ConfigureAwait(false);
        return reply is { Status: AdminStatus.Done, User: { } user } ? AdminAnswer.Ok(show(user)) : AdminAnswer.From(reply, jid.ToString(), "");
    }

    private async Task<AdminAnswer> PurgeAsync(Jid jid, string? resource, CancellationToken cancellation)
    {
        var reply = await backend.Ask(new PurgeQueueRequest(Id(jid), resource), cancellation).ConfigureAwait(false);
        return reply is { Status: AdminStatus.Done, Purged: { } purged }
            ? AdminAnswer.Ok(new JsonObject { ["messages"] = purged.Messages, ["bytes"] = purged.Bytes })
            : AdminAnswer.From(reply, jid.ToString(), $"session \"{resource}\"");
    }

    private async Task<AdminAnswer> ExplainAsync(Jid jid, string stanzaId, CancellationToken cancellation)
    {
        var reply = await backend.Ask(new ExplainRequest(Id(jid), stanzaId), cancellation).ConfigureAwait(false);
        return reply.Status == AdminStatus.Done
            ? AdminAnswer.Ok(AdminJson.Explanation(jid.ToString(), stanzaId, reply.Lines ?? []))
            : AdminAnswer.From(reply, jid.ToString(), $"message {stanzaId}");
    }

    private async Task<AdminAnswer> ExportAsync(Jid jid, CancellationToken cancellation) =>
        await Task.Run(() => backend.Store.FindAccount(jid.ToString()), cancellation).ConfigureAwait(false) is null
            ? AdminAnswer.From(new AdminReply(AdminStatus.NoSuchUser), jid.ToString(), "")
            : Exported(export => export.One(jid));

    // Reads of the store block: not on a thread that serves connections.
    private AdminAnswer Exported(Func<UserExport, IEnumerable<byte[]>> document) => AdminAnswer.Stream("application/xml", (output, cancellation) => Task.Run(
        async () =>
        {
            foreach (var piece in document(new UserExport(backend.Store)))
            {
                await output.WriteAsync(piece, cancellation).ConfigureAwait(false);
            }
        },
        cancellation));

    private async Task<AdminAnswer> BackupAsync(HttpContext context, CancellationToken cancellation) =>
        Text(await ReadAsync(context, cancellation).ConfigureAwait(false), "file") is { } file
            ? backend.Backup(file) : AdminAnswer.BadRequest("the body must be a JSON object with a text \"file\"");

    private async Task<AdminAnswer> CheckAsync(CancellationToken cancellation) =>
        AdminAnswer.Ok(AdminJson.Checks(await backend.Check(cancellation).ConfigureAwait(false)));

    private async Task<AdminAnswer> ReloadCertificateAsync(CancellationToken cancellation)
    {
        var reload = await Task.Run(backend.ReloadCertificate, cancellation).ConfigureAwait(false);
        return reload.Problem is { } problem
            ? AdminAnswer.Refused(StatusCodes.Status422UnprocessableEntity, "bad-certificate", $"{problem}; the certificate in use stays, it ends {reload.ExpiresAt:u}")
            : AdminAnswer.Ok(AdminJson.Certificate(reload));
    }

    private async Task<(CredentialRow? Keys, AdminAnswer Refusal)> DeriveAsync(JsonObject? body, CancellationToken cancellation)
    {
        if (Text(body, "password") is not { } password)
        {
            return (null, AdminAnswer.BadRequest("the body must be a JSON object with a text \"password\""));
        }

        if (!backend.Keys.TryDerive(password, out var deriving))
        {
            return (null, AdminAnswer.Unavailable($"{AccountKeys.MaxWaiting} passwords wait for their keys already; try again in a moment"));
        }

        return await deriving.WaitAsync(cancellation).ConfigureAwait(false) is { } keys
            ? (keys, AdminAnswer.Done)
            : (null, AdminAnswer.Refused(StatusCodes.Status400BadRequest, "bad-password", "a password may not be empty or hold control characters"));
    }

    private static async Task<JsonObject?> ReadAsync(HttpContext context, CancellationToken cancellation)
    {
        try
        {
            return await JsonNode.ParseAsync(context.Request.Body, cancellationToken: cancellation).ConfigureAwait(false) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonObject? body, string name) =>
        body?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static long Id(Jid jid) => ShardKey.UserId(jid.ToString());
}

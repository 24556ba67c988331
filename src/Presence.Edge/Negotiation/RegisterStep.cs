using Microsoft.Extensions.Logging;
using Presence.Edge.Connections;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Edge.Negotiation;

/// <summary>
/// In-band registration of a new account before log-in (XEP-0077 §3.1), where the configuration allows it. It must never change or remove an
/// account that exists: who asks has proved nothing.
/// </summary>
internal sealed partial class RegisterStep(ClientConnection connection)
{
    public bool Concerns(Stanza element) => connection.Edge.Options.AllowRegistration && RegisterRequest.IsOne(element);

    public async ValueTask<StepResult> HandleAsync(Stanza iq)
    {
        if (iq.Type == StanzaType.Get)
        {
            connection.Send(Form(iq.Id));
            return StepResult.Continue;
        }

        var error = await CreateAsync(RegisterRequest.Read(iq)).ConfigureAwait(false);
        if (error is null)
        {
            connection.Send(Result(iq.Id));
        }
        else if (error.Reply(iq) is { } reply)
        {
            connection.Send(reply);
        }

        return StepResult.Continue;
    }

    private async ValueTask<StanzaError?> CreateAsync(RegisterRequest request)
    {
        if (request.Remove)
        {
            return new StanzaError(StanzaErrorCondition.RegistrationRequired) { Text = "Log in first" };
        }

        if (!Jid.TryPrepareLocal(request.Username, out var local) || !request.HasPassword)
        {
            return new StanzaError(StanzaErrorCondition.NotAcceptable) { Text = "A valid username and a password are needed" };
        }

        // Taken before the work is done, and for names that exist too, or the limit would not slow down guessing them.
        if (!connection.Edge.Registrations.TryTake(connection.Address!.Value))
        {
            return new StanzaError(StanzaErrorCondition.ResourceConstraint, StanzaErrorType.Wait) { Text = "Too many registrations from this address" };
        }

        var (keys, error) = await request.DeriveAsync(connection.Edge).ConfigureAwait(false);
        if (keys is null)
        {
            return error;
        }

        var account = Jid.Parse($"{local}@{connection.Edge.Options.Domain}");
        var change = await connection.Edge.Accounts.CreateAsync(account, keys, connection.Edge.Abandoned).ConfigureAwait(false);
        if (change == AccountChange.Done)
        {
            LogRegistered(connection.Edge.LoginLog, connection.Id.Value, account);
        }

        return AccountErrors.Of(change);
    }

    private static byte[] Form(string? id)
    {
        using var xml = new Utf8XmlBuilder();
        xml.Open("iq").Attr("type", "result").Attr("id", id).Open("query", Namespaces.Register);
        xml.Open("instructions").Text("Choose a username and a password.").Close();
        return xml.Empty("username").Empty("password").CloseAll().ToArray();
    }

    private static byte[] Result(string? id)
    {
        using var xml = new Utf8XmlBuilder();
        return xml.Open("iq").Attr("type", "result").Attr("id", id).Close().ToArray();
    }

    [LoggerMessage(23, LogLevel.Information, "Connection {Id}: {Account} registered")]
    private static partial void LogRegistered(ILogger log, long id, Jid account);
}

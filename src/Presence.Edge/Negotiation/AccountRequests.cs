using System.Text;
using Presence.Edge.Connections;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Edge.Negotiation;

/// <summary>
/// The requests of a bound client that the edge itself deals with, because a password is in them: changing it and cancelling the account
/// (XEP-0077 §3.2–3.3). It must never answer on its own a stanza that stream management counts: then the owner, who numbers both ways, is
/// handed a request whose answer is the one due.
/// </summary>
internal sealed class AccountRequests(ClientConnection connection)
{
    public bool Concerns(Stanza stanza) =>
        stanza.Kind == StanzaKind.Iq && IsForServer(stanza) && RegisterRequest.IsOne(stanza);

    /// <returns>What to hand to the owner in place of the request; null: it has been answered and counts for nobody.</returns>
    public async ValueTask<Stanza?> HandleAsync(Stanza iq)
    {
        if (iq.Type == StanzaType.Get)
        {
            return connection.StreamManagement ? iq : Answer(Registered(iq));
        }

        var error = await ChangeAsync(RegisterRequest.Read(iq)).ConfigureAwait(false);
        return error is null ? Done(iq) : Failed(iq, error);
    }

    // No 'to' means the own account (RFC 6120 §8.1.1.1), which for registration is the server's business as well.
    private bool IsForServer(Stanza stanza) =>
        !stanza.ToMalformed && (stanza.To is not { } to || to == connection.Edge.Options.Domain || to == connection.Link!.Account);

    private async ValueTask<StanzaError?> ChangeAsync(RegisterRequest request)
    {
        var accounts = connection.Edge.Accounts;
        var account = connection.Link!.Account;
        if (request.Remove)
        {
            return AccountErrors.Of(await accounts.RemoveAsync(account, connection.Edge.Abandoned).ConfigureAwait(false));
        }

        if (!Jid.TryPrepareLocal(request.Username, out var local))
        {
            return new StanzaError(StanzaErrorCondition.BadRequest) { Text = "A username is needed" };
        }

        if (local != account.Local)
        {
            return new StanzaError(StanzaErrorCondition.NotAllowed) { Text = "Only the own password can be changed" };
        }

        var (keys, error) = await request.DeriveAsync(connection.Edge).ConfigureAwait(false);
        return keys is null
            ? error
            : AccountErrors.Of(await accounts.ChangeKeysAsync(account, keys, connection.Edge.Abandoned).ConfigureAwait(false));
    }

    // An empty result, which is also what a ping is answered with (XEP-0199), by the owner and under its number.
    private Stanza? Done(Stanza iq)
    {
        if (!connection.StreamManagement)
        {
            return Answer(Reply(iq, "result").Close());
        }

        using var xml = Reply(iq, "get", toServer: true);
        return Parse(xml.Empty("ping", Namespaces.Ping).Close());
    }

    // With stream management the owner refuses the request, which reaches it without the password.
    private Stanza? Failed(Stanza iq, StanzaError error)
    {
        if (!connection.StreamManagement)
        {
            if (error.Reply(iq, connection.FullJid) is { } reply)
            {
                connection.Send(reply);
            }

            return null;
        }

        using var xml = Reply(iq, "set", toServer: true);
        return Parse(xml.Empty("query", Namespaces.Register).Close());
    }

    private Utf8XmlBuilder Registered(Stanza iq) => Reply(iq, "result").Open("query", Namespaces.Register).Empty("registered")
        .Open("username").Text(connection.Link!.Account.Local).Close().Empty("password").CloseAll();

    private Utf8XmlBuilder Reply(Stanza iq, string type, bool toServer = false)
    {
        var server = iq.Attribute("to");
        return new Utf8XmlBuilder().Open("iq").Attr("type", type).Attr("id", iq.Id)
            .Attr("to", toServer ? server : connection.FullJid?.ToString()).Attr("from", toServer ? null : server);
    }

    private Stanza? Answer(Utf8XmlBuilder xml)
    {
        using (xml)
        {
            connection.Send(xml.WrittenSpan);
        }

        return null;
    }

    private static Stanza Parse(Utf8XmlBuilder xml) =>
        Stanza.TryParse(xml.ToArray(), out var stanza)
            ? stanza
            : throw new InvalidOperationException("The builder wrote no stanza: " + Encoding.UTF8.GetString(xml.WrittenSpan));
}

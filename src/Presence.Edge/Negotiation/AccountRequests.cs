using Presence.Edge.Connections;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Edge.Negotiation;

/// <summary>
/// Changes of the own password by a bound client (XEP-0077 §3.3): the edge deals with them, so that the owner never sees a password. It must never send the answer,
/// which the owner counts and numbers.
/// </summary>
internal sealed class AccountRequests(ClientConnection connection)
{
    public bool Concerns(Stanza stanza) =>
        stanza.Type == StanzaType.Set && IsForServer(stanza) && RegisterRequest.IsOne(stanza) && !RegisterRequest.Read(stanza).Remove;

    /// <returns>The answer.</returns>
    public async ValueTask<byte[]> HandleAsync(Stanza iq)
    {
        var error = await ChangeAsync(RegisterRequest.Read(iq)).ConfigureAwait(false);
        return error is null ? Done(iq) : error.Reply(iq, connection.FullJid)!;
    }

    // No 'to' means the own account (RFC 6120 §8.1.1.1), which for registration is the server's business as well.
    private bool IsForServer(Stanza stanza) =>
        !stanza.ToMalformed && (stanza.To is not { } to || to == connection.Edge.Options.Domain || to == connection.Link!.Account);

    private async ValueTask<StanzaError?> ChangeAsync(RegisterRequest request)
    {
        var account = connection.Link!.Account;
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
            : AccountErrors.Of(await connection.Edge.Accounts.ChangeKeysAsync(account, keys, connection.Edge.Abandoned).ConfigureAwait(false));
    }

    private byte[] Done(Stanza iq)
    {
        using var xml = new Utf8XmlBuilder();
        return xml.Open("iq").Attr("type", "result").Attr("id", iq.Id).Attr("to", connection.FullJid?.ToString()).Attr("from", iq.Attribute("to")).Close().ToArray();
    }
}

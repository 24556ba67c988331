using System.Security.Cryptography;
using Presence.Edge.Connections;
using Presence.Protocol.Addressing;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;

namespace Presence.Edge.Negotiation;

/// <summary>
/// The exchange of stream headers (RFC 6120 §4.7) and the features that follow. It must never send an error without a header of its own
/// before it (§4.9.1.2).
/// </summary>
internal sealed class HeaderStep(ClientConnection connection)
{
    /// <summary>Reads the client's header and answers it. False: the stream has ended or is ending.</summary>
    public async ValueTask<bool> RunAsync()
    {
        var streamEvent = await connection.Reader.NextAsync().ConfigureAwait(false);
        switch (streamEvent.Kind)
        {
            case StreamEventKind.StreamOpened:
                break;
            case StreamEventKind.None:
                return false;
            default:
                var error = streamEvent.Kind == StreamEventKind.Failed ? streamEvent.Error : StreamErrorCondition.BadFormat;
                connection.TellOfProxy(connection.Reader.LastRead);
                Open(null);
                await connection.FailAsync(error, streamEvent.ErrorText).ConfigureAwait(false);
                return false;
        }

        var header = streamEvent.Header!;
        Open(header.From);
        if (Check(header) is { } refusal)
        {
            await connection.FailAsync(refusal.Condition, refusal.Text).ConfigureAwait(false);
            return false;
        }

        var offers = connection.Edge.Offers;
        connection.Send(connection.Link is null ? offers.BeforeLogin(connection.IsTls, connection.MayStartTls, connection.Bindings) : offers.AfterLogin);
        return true;
    }

    private (StreamErrorCondition Condition, string? Text)? Check(StreamHeader header)
    {
        if (header.DefaultNamespace != Namespaces.Client)
        {
            return (StreamErrorCondition.InvalidNamespace, "Client streams only");
        }

        if (!Jid.TryParse(header.To, out var to))
        {
            return (StreamErrorCondition.ImproperAddressing, "The header needs a valid 'to'");
        }

        if (to != connection.Edge.Options.Domain)
        {
            return (StreamErrorCondition.HostUnknown, null);
        }

        if (!IsVersionOne(header.Version))
        {
            return (StreamErrorCondition.UnsupportedVersion, "XMPP 1.0 is needed");
        }

        return IsClaimKept(header.From) ? null : (StreamErrorCondition.InvalidFrom, null);
    }

    // RFC 6120 §4.7.5: major and minor are numbers apart; any from 1.0 on is answered with 1.0.
    private static bool IsVersionOne(string? version)
    {
        var dot = version?.IndexOf('.') ?? -1;
        return dot > 0 && int.TryParse(version.AsSpan(0, dot), out var major) && major >= 1;
    }

    // A client that logged in as one user must not go on as another; before that 'from' is only a hint.
    private bool IsClaimKept(string? from) =>
        from is null || connection.Link is not { } link || (Jid.TryParse(from, out var claimed) && claimed.Bare == link.Account);

    private void Open(string? to)
    {
        var header = new StreamHeader
        {
            From = connection.Edge.Options.Domain.ToString(),
            To = Jid.TryParse(to, out var client) ? client.ToString() : null,
            Id = RandomNumberGenerator.GetHexString(32, lowercase: true),
            Version = "1.0",
            Lang = "en",
        };
        connection.Open(header);
    }
}

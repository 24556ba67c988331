using Presence.Edge.Negotiation;
using Presence.Protocol.Stanzas;
using Presence.Protocol.StreamManagement;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Edge.Connections;

/// <summary>
/// The stream after bind or resume: numbers what the client sends and hands it to the owner, one at a time. It must never send a stanza itself, since owner and
/// client would count apart: the answers of <see cref="AccountRequests"/> go to the owner as well.
/// </summary>
internal sealed class BoundStream
{
    private readonly ClientConnection _connection;
    private readonly OwnerLink _link;
    private readonly AccountRequests _accountRequests;
    private long _number;

    /// <param name="handled">What the resumed session has handled already, else 0.</param>
    public BoundStream(ClientConnection connection, OwnerLink link, long handled)
    {
        _connection = connection;
        _link = link;
        _number = handled;
        _accountRequests = new AccountRequests(connection);
    }

    /// <summary>Runs until the stream ends; what happens to the socket then is the caller's.</summary>
    public async Task RunAsync()
    {
        var reader = _connection.Reader;
        var going = true;
        while (going)
        {
            var streamEvent = await reader.NextAsync().ConfigureAwait(false);
            switch (streamEvent.Kind)
            {
                case StreamEventKind.ElementReceived:
                    going = await TakeAsync(streamEvent.Stanza!).ConfigureAwait(false);
                    break;
                case StreamEventKind.StreamClosed:
                    await EndAsync().ConfigureAwait(false);
                    return;
                case StreamEventKind.Failed:
                    await _connection.FailAsync(streamEvent.Error, streamEvent.ErrorText).ConfigureAwait(false);
                    return;
                default:
                    return;
            }
        }
    }

    private ValueTask<bool> TakeAsync(Stanza stanza)
    {
        if (stanza.Kind == StanzaKind.Other)
        {
            return TakeElementAsync(stanza);
        }

        if (!IsOwnAddress(stanza))
        {
            return RefuseAsync(StreamErrorCondition.InvalidFrom, null);
        }

        _connection.Edge.Metrics.StanzaIn();
        return _accountRequests.Concerns(stanza)
            ? TakeAccountRequestAsync(stanza)
            : _link.OfferAsync(new StanzaInput(_link.UserId, _link.Connection, ++_number, stanza));
    }

    // RFC 6120 §8.1.2.1: the full address, or the bare one, which the owner replaces.
    private bool IsOwnAddress(Stanza stanza) =>
        !stanza.FromMalformed && (stanza.From is not { } from || from == _connection.FullJid || from == _link.Account);

    private async ValueTask<bool> TakeAccountRequestAsync(Stanza stanza)
    {
        var reply = await _accountRequests.HandleAsync(stanza).ConfigureAwait(false);
        return await _link.OfferAsync(new AnsweredIqInput(_link.UserId, _link.Connection, ++_number, reply)).ConfigureAwait(false);
    }

    private ValueTask<bool> TakeElementAsync(Stanza stanza)
    {
        if (stanza.Namespace == Namespaces.StreamManagement)
        {
            return SmElement.TryParse(stanza, out var element)
                ? TakeSmAsync(element)
                : RefuseAsync(StreamErrorCondition.BadFormat, "Malformed stream management element");
        }

        if (ClientState.TryParse(stanza, out var active))
        {
            _connection.Inactive = !active;
            return _link.OfferAsync(new ClientStateInput(_link.UserId, _link.Connection, active));
        }

        return RefuseAsync(StreamErrorCondition.UnsupportedStanzaType, null);
    }

    private ValueTask<bool> TakeSmAsync(SmElement element)
    {
        switch (element.Kind)
        {
            case SmElementKind.Request when _connection.StreamManagement:
                return _link.OfferAsync(new AckRequestInput(_link.UserId, _link.Connection));
            case SmElementKind.Answer when _connection.StreamManagement:
                _connection.Writer.Acknowledged();
                return _link.OfferAsync(new AckInput(_link.UserId, _link.Connection, element.Handled ?? 0));
            case SmElementKind.Enable when !_connection.StreamManagement:
                return EnableAsync(element);
            default:
                // Too early, twice, or a server's element (XEP-0198 §3); the stream goes on.
                _connection.Send(new SmElement(SmElementKind.Failed) { Condition = StanzaErrorCondition.UnexpectedRequest }.ToBytes());
                return new ValueTask<bool>(true);
        }
    }

    private async ValueTask<bool> EnableAsync(SmElement element)
    {
        // Nothing is read until the answer: whether the next stanza is number 1 depends on it.
        var max = element.MaxSeconds is { } seconds ? (int)Math.Min(seconds, int.MaxValue) : (int?)null;
        var answer = await _link.AskAsync(new EnableSmInput(_link.UserId, _link.Connection, element.Resume, max)).ConfigureAwait(false);
        if (answer is SmEnabledOutput)
        {
            _number = 0;
        }

        return answer is not null;
    }

    private async ValueTask EndAsync()
    {
        _connection.StartLinger();
        if (_connection.StreamManagement)
        {
            // A last <a/> (XEP-0198 §4): without it the client sends again, next time, what it sent just before it left.
            await _link.AskAsync(new AckRequestInput(_link.UserId, _link.Connection)).ConfigureAwait(false);
        }
        else
        {
            // What the client has read already must have been told as written, or it would be delivered again.
            await _connection.Writer.DrainAsync().ConfigureAwait(false);
        }

        await _link.DetachAsync(clean: true).ConfigureAwait(false);
        _connection.BeginClose(StreamErrorCondition.None, null);
    }

    private async ValueTask<bool> RefuseAsync(StreamErrorCondition condition, string? text)
    {
        await _connection.FailAsync(condition, text).ConfigureAwait(false);
        return false;
    }
}

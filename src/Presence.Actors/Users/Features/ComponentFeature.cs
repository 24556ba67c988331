using Presence.Protocol.Stanzas;
using Presence.Routing;

namespace Presence.Actors.Users.Features;

/// <summary>
/// What external components (XEP-0114) send to a user, and what becomes of a stanza that its component could not be given (ADR 0014). Nobody at a
/// component is a user: from here on its stanzas are treated like those of anybody else, never better.
/// </summary>
public static class ComponentFeature
{
    /// <summary>A stanza for this user, or for the server itself where the user is the domain.</summary>
    public static void Received(ComponentStanzaInput input, Turn turn)
    {
        var (from, to) = (input.From, input.To);

        // As a client's is: rows, copies and answers are made by cutting stamped bytes, and <message/> alone has no end tag to cut at.
        if (!Stanza.TryParseStamped(StanzaSplice.Stamp(input.Stanza, from, to), out var stanza))
        {
            return;
        }

        switch (stanza.Kind)
        {
            case StanzaKind.Message when MessageKind.IsEphemeral(stanza):
                Messages.ReceivedEphemeral(new EphemeralInput(input.UserId, from, to, stanza), turn);
                break;
            case StanzaKind.Message:
                Messages.Received(new OutboxInput(input.UserId, stanza, from, to), turn);
                break;
            case StanzaKind.Presence:
                Presence(input with { Stanza = stanza }, turn);
                break;
            case StanzaKind.Iq when IqFeature.Fault(stanza) is { } fault:
                if (fault.Reply(stanza, from, to) is { } reply)
                {
                    IqReply.Send(from, to, reply, turn);
                }

                break;
            case StanzaKind.Iq:
                IqFeature.Received(new EphemeralInput(input.UserId, from, to, stanza), turn);
                break;
        }
    }

    /// <summary>RFC 6120 §8.3.3.16, in the name of the one who could not be reached. Of plain presence nobody expects an answer.</summary>
    public static void Undelivered(UndeliveredInput input, Turn turn)
    {
        var (stanza, from, to) = (input.Stanza, input.From, input.To);
        if (stanza is { Kind: StanzaKind.Presence, Type: StanzaType.Probe })
        {
            // Whatever the client remembers of it: nobody is there now.
            Answer(PresenceStanzas.Unavailable(to, from));
        }
        else if (stanza is not { Kind: StanzaKind.Presence, Type: not StanzaType.Subscribe } && !MessageKind.IsChatStateOnly(stanza)
            && new StanzaError(StanzaErrorCondition.RemoteServerTimeout) { Text = "not connected, or too slow" }.Reply(stanza, from, to) is { } error)
        {
            Answer(error);
        }

        void Answer(byte[] bytes)
        {
            if (Stanza.TryParseStamped(bytes, out var answer))
            {
                Received(new ComponentStanzaInput(input.UserId, answer, to, from), turn);
            }
        }
    }

    private static void Presence(ComponentStanzaInput input, Turn turn)
    {
        var (stanza, from, to) = (input.Stanza, input.From, input.To);
        switch (stanza.Type)
        {
            case StanzaType.Subscribe or StanzaType.Subscribed or StanzaType.Unsubscribe or StanzaType.Unsubscribed:
                // RFC 6121 §3.1.3: subscriptions are between bare addresses, whatever the component wrote.
                if (Stanza.TryParseStamped(StanzaSplice.Stamp(stanza, from.Bare, to.Bare), out var bare))
                {
                    SubscriptionFeature.Received(new OutboxInput(input.UserId, bare, from.Bare, to.Bare), turn);
                }

                break;
            case StanzaType.Probe:
                PresenceFeature.Probed(new ProbeInput(input.UserId, from, from), turn);
                break;
            case StanzaType.Available or StanzaType.Unavailable or StanzaType.Error:
                PresenceFeature.ReceivedDirected(new EphemeralInput(input.UserId, from, to, stanza), turn);
                break;
        }
    }
}

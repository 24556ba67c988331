using Presence.Protocol.Stanzas;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>What a message is worth: whether it becomes a row, is shown by the archive, waits offline, may be copied, wakes a phone.</summary>
public static class MessageKind
{
    private const PayloadFlags Content = PayloadFlags.Body | PayloadFlags.Encrypted | PayloadFlags.MucInvite | PayloadFlags.JinglePropose;

    /// <summary>What says something about an earlier message. Kept like messages whether or not it has a body or a hint: without it, archives would disagree.</summary>
    private const PayloadFlags Reference = PayloadFlags.Correction | PayloadFlags.Reaction | PayloadFlags.Retraction;

    private const PayloadFlags NotJustAState =
        Content | Reference | PayloadFlags.Subject | PayloadFlags.JingleOther | PayloadFlags.Receipt | PayloadFlags.ReceiptRequest | PayloadFlags.Marker
        | PayloadFlags.Markable | PayloadFlags.Store | PayloadFlags.Error;

    /// <summary>No row: said so by the sender (XEP-0334), or a chat state and nothing else (XEP-0085 §5.3: of no use later).</summary>
    public static bool IsEphemeral(Stanza message) => message.Has(PayloadFlags.NoStore) || IsChatStateOnly(message);

    public static bool IsChatStateOnly(Stanza message) => message.Has(PayloadFlags.ChatState) && !message.HasAny(NotJustAState);

    /// <summary>Flags of the row but for direction and address.</summary>
    public static MessageFlags FlagsOf(Stanza message)
    {
        var conversation = message.Type is StanzaType.Chat or StanzaType.Normal;
        var flags = message.Type switch
        {
            StanzaType.Error => MessageFlags.Error,
            StanzaType.Groupchat => MessageFlags.Groupchat,
            StanzaType.Headline => MessageFlags.Headline,
            StanzaType.Chat => MessageFlags.Offline,
            _ => MessageFlags.Offline | MessageFlags.Normal,
        };
        if (conversation && IsVisible(message))
        {
            flags |= MessageFlags.Visible;
        }

        if (conversation && message.HasAny(Reference))
        {
            flags |= ReferenceOf(message);
        }
        else if (conversation && message.HasAny(Content))
        {
            flags |= MessageFlags.Deserving;
        }

        if (message.Has(PayloadFlags.JinglePropose))
        {
            flags |= MessageFlags.Call;
        }

        return MayBeCopied(message) ? flags | MessageFlags.CarbonEligible : flags;
    }

    /// <summary>XEP-0280 §6.1: chat always; normal with a body or what chat clients send without one; nothing marked private or no-copy.</summary>
    public static bool MayBeCopied(Stanza message)
    {
        if (message.HasAny(PayloadFlags.CarbonsPrivate | PayloadFlags.NoCopy | PayloadFlags.CarbonReceived | PayloadFlags.CarbonSent | PayloadFlags.MucUser))
        {
            return false;
        }

        return message.Type == StanzaType.Chat || (message.Type == StanzaType.Normal && message.HasAny(NotJustAState | PayloadFlags.ChatState));
    }

    private static MessageFlags ReferenceOf(Stanza message) =>
        (message.Has(PayloadFlags.Correction) ? MessageFlags.Correction : MessageFlags.None)
        | (message.Has(PayloadFlags.Reaction) ? MessageFlags.Reaction : MessageFlags.None)
        | (message.Has(PayloadFlags.Retraction) ? MessageFlags.Retraction : MessageFlags.None);

    private static bool IsVisible(Stanza message)
    {
        if (message.Has(PayloadFlags.NoPermanentStore))
        {
            return false;
        }

        // A receipt is queued but not kept (sessions.md 4.1), even where its sender asks for storage.
        return message.HasAny(Content | Reference | PayloadFlags.JingleOther) || (message.Has(PayloadFlags.Store) && !message.Has(PayloadFlags.Receipt));
    }
}

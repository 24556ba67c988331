using System.Text;
using Presence.Protocol.Xml;

namespace Presence.Protocol.Stanzas;

/// <summary>
/// The list of children that set a payload flag, by namespace and name. To recognise another extension, add a row and,
/// if need be, a flag. It must never grow at run time or look inside a child.
/// </summary>
internal static class PayloadTable
{
    private const int Slots = 256;

    private static readonly (string Namespace, string Name, PayloadFlags Flags)[] Rows =
    [
        (Namespaces.Client, "body", PayloadFlags.Body),
        (Namespaces.Client, "subject", PayloadFlags.Subject),
        (Namespaces.Client, "thread", PayloadFlags.Thread),
        (Namespaces.Client, "error", PayloadFlags.Error),
        (Namespaces.ChatStates, "active", PayloadFlags.ChatState),
        (Namespaces.ChatStates, "inactive", PayloadFlags.ChatState),
        (Namespaces.ChatStates, "gone", PayloadFlags.ChatState),
        (Namespaces.ChatStates, "paused", PayloadFlags.ChatState),
        (Namespaces.ChatStates, "composing", PayloadFlags.ChatState | PayloadFlags.Composing),
        (Namespaces.Receipts, "request", PayloadFlags.ReceiptRequest),
        (Namespaces.Receipts, "received", PayloadFlags.Receipt),
        (Namespaces.ChatMarkers, "markable", PayloadFlags.Markable),
        (Namespaces.ChatMarkers, "received", PayloadFlags.Marker),
        (Namespaces.ChatMarkers, "displayed", PayloadFlags.Marker | PayloadFlags.Displayed),
        (Namespaces.ChatMarkers, "acknowledged", PayloadFlags.Marker),
        (Namespaces.Hints, "no-store", PayloadFlags.NoStore),
        (Namespaces.Hints, "no-copy", PayloadFlags.NoCopy),
        (Namespaces.Hints, "no-permanent-store", PayloadFlags.NoPermanentStore),
        (Namespaces.Hints, "store", PayloadFlags.Store),
        (Namespaces.Carbons, "private", PayloadFlags.CarbonsPrivate),
        (Namespaces.Carbons, "received", PayloadFlags.CarbonReceived),
        (Namespaces.Carbons, "sent", PayloadFlags.CarbonSent),
        (Namespaces.OmemoAxolotl, "encrypted", PayloadFlags.Encrypted),
        (Namespaces.Omemo1, "encrypted", PayloadFlags.Encrypted),
        (Namespaces.Omemo2, "encrypted", PayloadFlags.Encrypted),
        (Namespaces.Encryption, "encryption", PayloadFlags.Encrypted),
        (Namespaces.OpenPgp, "openpgp", PayloadFlags.Encrypted),
        (Namespaces.OpenPgpLegacy, "x", PayloadFlags.Encrypted),
        (Namespaces.Conference, "x", PayloadFlags.MucInvite),
        (Namespaces.Muc, "x", PayloadFlags.MucJoin),
        (Namespaces.MucUser, "x", PayloadFlags.MucUser),
        (Namespaces.JingleMessage0, "propose", PayloadFlags.JinglePropose),
        (Namespaces.JingleMessage0, "retract", PayloadFlags.JingleOther),
        (Namespaces.JingleMessage0, "accept", PayloadFlags.JingleOther),
        (Namespaces.JingleMessage0, "proceed", PayloadFlags.JingleOther),
        (Namespaces.JingleMessage0, "reject", PayloadFlags.JingleOther),
        (Namespaces.JingleMessage0, "ringing", PayloadFlags.JingleOther),
        (Namespaces.JingleMessage0, "finish", PayloadFlags.JingleOther),
        (Namespaces.JingleMessage1, "propose", PayloadFlags.JinglePropose),
        (Namespaces.JingleMessage1, "retract", PayloadFlags.JingleOther),
        (Namespaces.JingleMessage1, "accept", PayloadFlags.JingleOther),
        (Namespaces.JingleMessage1, "proceed", PayloadFlags.JingleOther),
        (Namespaces.JingleMessage1, "reject", PayloadFlags.JingleOther),
        (Namespaces.JingleMessage1, "ringing", PayloadFlags.JingleOther),
        (Namespaces.JingleMessage1, "finish", PayloadFlags.JingleOther),
        (Namespaces.MessageCorrect, "replace", PayloadFlags.Correction),
        (Namespaces.MessageRetract1, "retract", PayloadFlags.Retraction),
        (Namespaces.Fastening, "apply-to", PayloadFlags.Fastening),
        (Namespaces.Reactions, "reactions", PayloadFlags.Reaction),
        (Namespaces.Delay, "delay", PayloadFlags.Delay),
        (Namespaces.StanzaIds, "stanza-id", PayloadFlags.StanzaId),
        (Namespaces.StanzaIds, "origin-id", PayloadFlags.OriginId),
        (Namespaces.Idle, "idle", PayloadFlags.Idle),
        (Namespaces.Caps, "c", PayloadFlags.Caps),
    ];

    private static readonly Entry?[] Table = Build();

    /// <summary>One row, with its names as shared strings.</summary>
    public sealed record Entry(string Namespace, string Name, PayloadFlags Flags)
    {
        internal byte[] NamespaceUtf8 { get; } = Encoding.UTF8.GetBytes(Namespace);

        internal byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(Name);
    }

    public static IEnumerable<(string Namespace, string Name, PayloadFlags Flags)> AllRows => Rows;

    public static Entry? Find(ReadOnlySpan<byte> ns, ReadOnlySpan<byte> name)
    {
        for (var slot = Hash(ns, name); Table[slot] is { } entry; slot = (slot + 1) % Slots)
        {
            if (name.SequenceEqual(entry.NameUtf8) && ns.SequenceEqual(entry.NamespaceUtf8))
            {
                return entry;
            }
        }

        return null;
    }

    private static int Hash(ReadOnlySpan<byte> ns, ReadOnlySpan<byte> name)
    {
        // The table is fixed, so nobody outside can crowd a slot.
        var hash = (uint)(ns.Length + (name.Length * 67));
        foreach (var b in ns.Length > 6 ? ns[^6..] : ns)
        {
            hash = (hash * 31) + b;
        }

        foreach (var b in name.Length > 4 ? name[..4] : name)
        {
            hash = (hash * 31) + b;
        }

        return (int)((hash ^ (hash >> 11)) % Slots);
    }

    private static Entry?[] Build()
    {
        var table = new Entry?[Slots];
        foreach (var (ns, name, flags) in Rows)
        {
            var entry = new Entry(ns, name, flags);
            var slot = Hash(entry.NamespaceUtf8, entry.NameUtf8);
            while (table[slot] is not null)
            {
                slot = (slot + 1) % Slots;
            }

            table[slot] = entry;
        }

        return table;
    }
}

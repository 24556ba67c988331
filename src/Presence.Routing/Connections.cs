namespace Presence.Routing;

/// <summary>Names one socket at one edge for the life of that edge; never reused.</summary>
public readonly record struct ConnectionId(long Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>
/// A stanza on its way to a client, in up to three pieces so that a fan-out shares its body: the edge copies them, in order, into its write buffer.
/// </summary>
/// <param name="Number">Outbound number of XEP-0198, counted by the owner from 1 for every stanza of the session.</param>
public readonly record struct OutboundStanza(long Number, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte> Tail)
{
    public int Length => Head.Length + Body.Length + Tail.Length;
}

namespace Presence.Edge.Connections;

/// <summary>How far a connection is. It only ever moves down this list.</summary>
internal enum ConnectionPhase
{
    /// <summary>Up to bind or resume; nothing is delivered to it.</summary>
    Negotiating = 0,

    /// <summary>Attached to a session.</summary>
    Bound,

    /// <summary>The edge has ended its side of the stream; input is thrown away.</summary>
    Closing,

    /// <summary>The socket is closed.</summary>
    Gone,
}

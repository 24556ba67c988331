namespace Presence.Edge.Negotiation;

/// <summary>What becomes of a stream in negotiation after one element. It must never carry why; that has been sent to the client.</summary>
internal enum StepResult
{
    /// <summary>The stage goes on with the next element.</summary>
    Continue = 0,

    /// <summary>The client opens a new stream on the same socket (RFC 6120 §4.3.3).</summary>
    Restart,

    /// <summary>The connection is attached to a session.</summary>
    Bound,

    /// <summary>The stream has ended or is ending.</summary>
    Ended,
}

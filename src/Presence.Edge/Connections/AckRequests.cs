namespace Presence.Edge.Connections;

/// <summary>
/// When to send <c>&lt;r/&gt;</c> (XEP-0198 §4): after a burst of stanzas, never a second one while the first is unanswered. It must never
/// count what was acknowledged; the owner does.
/// </summary>
internal struct AckRequests
{
    private bool _sentSince;

    public bool Running { get; private set; }

    /// <summary>Since when a request has been unanswered.</summary>
    public long? OpenSince { get; private set; }

    public readonly bool Due => Running && _sentSince && OpenSince is null;

    public void Start()
    {
        Running = true;
        _sentSince = false;
    }

    public void Sent() => _sentSince = true;

    public void Asked(long now)
    {
        _sentSince = false;
        OpenSince = now;
    }

    public void Answered() => OpenSince = null;
}

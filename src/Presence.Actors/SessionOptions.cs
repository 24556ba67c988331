namespace Presence.Actors;

/// <summary>The numbers of sessions.md, all configurable under <c>Sessions:</c>. They are read once at start.</summary>
public sealed record SessionOptions
{
    /// <summary>A push-enabled session shows Away after its socket has been gone this long (sessions.md 3.2).</summary>
    public TimeSpan AwayAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether suspension shows as Away at all.</summary>
    public bool AwayWhenSuspended { get; init; } = true;

    /// <summary>Life of a disconnected session with a push registration.</summary>
    public TimeSpan LifeWithPush { get; init; } = TimeSpan.FromDays(14);

    /// <summary>Life of a disconnected session without one.</summary>
    public TimeSpan LifeWithoutPush { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Stanzas that may wait for one session; past it the session cannot be resumed (sessions.md 2.7).</summary>
    public int MaxQueuedStanzas { get; init; } = 10_000;

    /// <summary>Bytes that may wait for one session.</summary>
    public int MaxQueuedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes of messages that no device has acknowledged and that may wait for one user; one more that nobody is there to take is refused (sessions.md 4.5). 0: no limit.
    /// </summary>
    public int MaxQueuedBytesPerUser { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Sessions per user, connected or not. One more bind ends the disconnected session that would expire first; with all of them connected it is refused with
    /// <c>resource-constraint</c> (RFC 6120 §7.6.2.1).
    /// </summary>
    public int MaxSessions { get; init; } = 20;

    /// <summary>A connected session that has not acknowledged for this long is pushed to (sessions.md 5.1).</summary>
    public TimeSpan PushUnackedAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Another client not used for this long no longer holds back a push (sessions.md 5.3).</summary>
    public TimeSpan DesktopIdle { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>IQ requests wait this long for a disconnected session, later ones are refused (sessions.md 3.4).</summary>
    public TimeSpan IqWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After a resume, presence is restored when the client has not said inactive by then (sessions.md 2.5).</summary>
    public TimeSpan ResumeSettle { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>An ack request is answered with what is committed after this long at the latest (sessions.md 2.2).</summary>
    public TimeSpan AckDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Stanza bytes sent to one client and not acknowledged before the owner waits with more.</summary>
    public int SendWindowBytes { get; init; } = 1024 * 1024;

    /// <summary>Contacts per roster.</summary>
    public int MaxRosterItems { get; init; } = 5_000;

    /// <summary>Users without a connected client kept in memory to spare a read.</summary>
    public int MaxIdleUsers { get; init; } = 2_000;
}

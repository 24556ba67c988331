using System.Buffers.Text;
using System.Globalization;
using Presence.Actors.Users.Features;
using Presence.Protocol.StreamManagement;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Routing;

namespace Presence.Actors.Users;

/// <summary>
/// The life of a session: bind, enable, detach (XEP-0198, sessions.md 2–3). Every attach and every end is a write; nothing is told
/// to a client from memory alone.
/// </summary>
public static class Sessions
{
    /// <summary>
    /// Makes a session for the connection (RFC 6120 §7), with a resource of the server's if the client named none. An older session of the same resource ends
    /// (sessions.md 2.6). Refused: <c>not-allowed</c> if the account is gone, <c>resource-constraint</c> at <see cref="SessionOptions.MaxSessions"/>. Writes
    /// nothing: a session is stored once it can be resumed.
    /// </summary>
    public static void Bind(BindInput input, Turn turn)
    {
        var user = turn.User;
        if (!user.Exists)
        {
            turn.Control(input.Connection, new BindRefusedOutput(StanzaErrorCondition.NotAllowed, "the account is gone"));
            return;
        }

        var resource = input.Resource ?? RandomToken(turn, 9);
        var replaced = user.SessionOf(resource);
        if (replaced is null && !SessionLimits.MakeRoom(turn))
        {
            turn.Control(input.Connection, new BindRefusedOutput(StanzaErrorCondition.ResourceConstraint, "too many sessions"));
            return;
        }

        var session = new SessionState
        {
            No = NewNumber(turn),
            FullJid = user.Jid.WithResource(resource),
            Connection = input.Connection,
            ConnectionNumber = 1,
            Remote = input.Remote,
            Cursor = user.LastId,
            Since = user.LastId,
        };
        if (replaced is not null)
        {
            SessionEnding.MoveRegistrations(replaced.No, session.No, turn);
            SessionEnding.End(replaced, turn, EndReason.Replaced);
        }

        user.Sessions.Add(session);
        turn.Control(input.Connection, new BoundOutput(session.FullJid));
    }

    /// <summary>
    /// XEP-0198 §3: both counts start at 0. With <c>resume</c> the session is written and gets its id. A second <c>&lt;enable/&gt;</c> is refused with
    /// <c>unexpected-request</c> and changes nothing.
    /// </summary>
    public static void EnableManagement(SessionState session, EnableSmInput input, Turn turn)
    {
        if (session.Managed)
        {
            turn.Control(input.Connection, new SmRefusedOutput(StanzaErrorCondition.UnexpectedRequest));
            return;
        }

        // Both counters start here (XEP-0198 §3). What was sent before and not reported written may never arrive: what of it waits for a device goes
        // on waiting, and is offered at initial presence like all that came before. What was not sent yet follows with new numbers.
        var unsent = Outbound.TakeUnsent(session);
        session.Managed = true;
        (session.HIn, session.HStored, session.HCommitted, session.OutSeq, session.Acked) = (0, 0, 0, 0, 0);
        session.Since = turn.User.LastId;
        if (input.Resume)
        {
            MakeResumable(session, input, turn);
        }
        else
        {
            turn.Control(input.Connection, new SmEnabledOutput(null, 0));
        }

        Outbound.Renumbered(session, unsent, turn);
        Tail.Trim(turn);
    }

    private static void MakeResumable(SessionState session, EnableSmInput input, Turn turn)
    {
        session.SmId = $"{turn.User.Shard:x}-{RandomToken(turn, 16)}";
        session.MaxSeconds = input.MaxSeconds ?? 0;
        SessionRows.Store(session, turn);
        SessionRows.StoreDoc(session, turn);
        var life = (int)Math.Min(LifeOf(turn.User, session, turn.Options).TotalSeconds, int.MaxValue);
        turn.Control(input.Connection, new SmEnabledOutput(session.SmId, life));
    }

    /// <summary>
    /// <c>&lt;r/&gt;</c> (XEP-0198 §4): answered with everything handled so far once that is committed, and after <see cref="SessionOptions.AckDelay"/> with what is
    /// committed by then (sessions.md 2.2). Ignored without stream management.
    /// </summary>
    public static void AckRequested(SessionState session, Turn turn)
    {
        if (!session.Managed)
        {
            return;
        }

        if (session.HIn == session.HCommitted)
        {
            turn.AcknowledgeCommitted(session);
            return;
        }

        if (session.Resumable && session.HIn > session.HStored)
        {
            // An acknowledged h must never fall (S3): what only ephemeral stanzas raised is written before it is told.
            SessionRows.Store(session, turn);
        }

        session.AckRequestedH = session.HIn;
        if (session.AckRequestedAt == 0)
        {
            session.AckRequestedAt = turn.Now;
        }

        turn.Acknowledge(session);
    }

    /// <summary>
    /// <c>&lt;a/&gt;</c> (XEP-0198 §4). An h that was told before changes nothing; one above what was sent ends the stream (§6), not the session. Ignored without stream
    /// management.
    /// </summary>
    public static void Acknowledged(SessionState session, AckInput input, Turn turn)
    {
        if (!session.Managed)
        {
            return;
        }

        var h = (long)SmCounter.FromWire(input.H, new SmCounter((ulong)session.Acked)).Value;
        if (h > session.OutSeq)
        {
            turn.Control(session.Connection!.Value, TooHigh(input.H, session.OutSeq));
            Detached(session, clean: false, turn);
            return;
        }

        Outbound.Acknowledged(session, h, turn);
    }

    // XEP-0198 §6: the client learns which of the two counts is whose.
    private static CloseOutput TooHigh(uint h, long sent)
    {
        var counts = new Protocol.Xml.XmlElement("handled-count-too-high", Protocol.Xml.Namespaces.StreamManagement, [
            new("h", "", h.ToString(CultureInfo.InvariantCulture)), new("send-count", "", unchecked((uint)sent).ToString(CultureInfo.InvariantCulture))]);
        return new(StreamErrorCondition.UndefinedCondition, "acknowledged more stanzas than were sent") { Application = counts };
    }

    /// <summary>
    /// XEP-0352. Inactive holds back presence and chat states, and with a push registration that asks for hold everything: then the user is shown Away
    /// (sessions.md 3.1, 3.2). Active is a use of the session, restores presence, and sends what was held.
    /// </summary>
    public static void ClientState(SessionState session, bool active, Turn turn)
    {
        session.Inactive = !active;
        if (!active)
        {
            session.RestorePresenceAt = 0;
            if (session.Silent && session.Available && turn.Options.AwayWhenSuspended)
            {
                PresenceFeature.ShowAway(session, turn);
            }

            return;
        }

        session.LastInteraction = turn.Now;
        if (session.Away)
        {
            session.RestorePresenceAt = 0;
            PresenceFeature.Restore(session, turn);
        }

        if (session.Receiving)
        {
            Outbound.Replay(session, turn);
            if (session.PresenceMissed)
            {
                PresenceFeature.RefreshContacts(session, turn);
            }
        }
    }

    /// <summary>
    /// The connection is gone. A clean end, or a session that cannot be resumed, ends it; otherwise it waits for its client until it expires
    /// (<see cref="LifeOf"/>), which is written.
    /// </summary>
    /// <param name="clean">The client closed its stream (XEP-0198 §7).</param>
    public static void Detached(SessionState session, bool clean, Turn turn)
    {
        if (clean || !session.Resumable)
        {
            SessionEnding.End(session, turn, EndReason.LoggedOut);
            return;
        }

        session.Connection = null;
        session.DetachedAt = turn.Now;
        session.ExpiresAt = turn.Now + (long)LifeOf(turn.User, session, turn.Options).TotalMilliseconds;
        (session.Reading, session.NextToSend, session.InWindow) = (false, 0, 0);
        (session.AckRequestedAt, session.RestorePresenceAt) = (0, 0);
        Outbound.DropBodies(session);

        // Written when it has settled (UserDeadlines): a client that changes networks is back before, and its resume is then the only write. Until then the
        // store says attached, which is what it says of every session when a node dies.
    }

    /// <summary>How long the session lives without a connection (sessions.md 2.9); never longer than its client asked for (<c>max</c>, XEP-0198 §5).</summary>
    public static TimeSpan LifeOf(UserState user, SessionState session, SessionOptions options)
    {
        var life = UserDeadlines.PushEnabled(user, session) ? options.LifeWithPush : options.LifeWithoutPush;
        return session.MaxSeconds > 0 && session.MaxSeconds < life.TotalSeconds ? TimeSpan.FromSeconds(session.MaxSeconds) : life;
    }

    private static int NewNumber(Turn turn)
    {
        while (true)
        {
            var number = (int)(turn.RandomNumber() & int.MaxValue);
            if (number != 0 && turn.User.SessionOf(number) is null)
            {
                return number;
            }
        }
    }

    private static string RandomToken(Turn turn, int bytes)
    {
        Span<byte> random = stackalloc byte[bytes];
        turn.Environment.Random.Fill(random);
        return Base64Url.EncodeToString(random);
    }
}

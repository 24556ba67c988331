using Presence.Actors.Admin;
using Presence.Actors.Users.Features;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>What reaches a user from elsewhere than its own edge connections. None of these may be lost silently except where the type says so.</summary>
public abstract record UserInput(long UserId);

/// <summary>A durable stanza taken from another shard's outbox (or the own one); its cursor is in the same batch as its effect.</summary>
public sealed record OutboxInput(long UserId, Stanza Stanza, Jid From, Jid To) : UserInput(UserId);

/// <summary>A stanza that lives in memory only: IQ, message with no-store, chat state alone, directed presence. Lost if its holder dies.</summary>
/// <param name="Stanza">Stamped, with its true <c>from</c> and its <c>to</c>.</param>
public sealed record EphemeralInput(long UserId, Jid From, Jid To, Stanza Stanza) : UserInput(UserId);

/// <summary>One broadcast presence for all its targets in one shard; the body is shared (sessions.md 6.5).</summary>
/// <param name="Stamped">With <c>from</c>, without <c>to</c>.</param>
public sealed record PresenceInput(IReadOnlyList<long> Users, Jid From, byte[] Stamped, bool Available) : UserInput(Users[0]);

/// <summary>RFC 6121 §4.3: answers go to <paramref name="ReplyTo"/>.</summary>
public sealed record ProbeInput(long UserId, Jid From, Jid ReplyTo) : UserInput(UserId)
{
    /// <summary>
    /// Bare JID of the one asked, if <c>unavailable</c> is to come before (or instead of) what is there: the asking client may remember resources
    /// that have gone (sessions.md 2.4). Null: the absent stay silent.
    /// </summary>
    public Jid? AnswerUnavailable { get; init; }
}

/// <summary>A stanza of this user that its component could not be given: it is not connected, or too slow. The sender is told.</summary>
public sealed record UndeliveredInput(long UserId, Stanza Stanza, Jid From, Jid To) : UserInput(UserId)
{
    /// <summary>Null: an answer, of which nobody is told.</summary>
    public static UndeliveredInput? Of(byte[] stamped) =>
        Stanza.TryParseStamped(stamped, out var stanza) && StanzaError.CanAnswer(stanza) && stanza is { From: { Local: not null } from, To: { } to }
            ? new(ShardKey.UserId(from.Bare.ToString()), stanza, from, to)
            : null;
}

/// <summary>An operator's request; the reply leaves after the commit.</summary>
public sealed record AdminInput(AdminRequest Request, Action<AdminReply> Reply) : UserInput(Request.UserId);

/// <summary>What became of an order of an administrator; <paramref name="Request"/> is the IQ to answer.</summary>
/// <param name="Execution">The session of the command (XEP-0050 §3.3).</param>
public sealed record AdminOutcomeInput(long UserId, int SessionNo, Stanza Request, string Node, string Execution, AdminOutcome Outcome) : UserInput(UserId);

/// <summary>Asks an executor how many of its users have a client connected.</summary>
public sealed record CensusInput(Action<int> Reply);

/// <summary>The user's timer came due: every deadline is derived from the state.</summary>
public sealed record TimerInput(long UserId) : UserInput(UserId);

/// <summary>First thing a user hears that was loaded again after a defect.</summary>
/// <param name="Before">The sessions as they were: not to be trusted beyond addresses and counts.</param>
internal sealed record AftermathInput(long UserId, IReadOnlyList<SessionState> Before) : UserInput(UserId)
{
    /// <summary>The session that is to be answered, or ended; 0 = none.</summary>
    public int SessionNo { get; init; }

    /// <summary>Inbound number of the stanza that failed; 0 = none did.</summary>
    public long Number { get; init; }

    /// <summary>A whole stanza for the session.</summary>
    public byte[]? Answer { get; init; }

    /// <summary>The session is to end.</summary>
    public bool Ends { get; init; }

    /// <summary>What the push service had not answered (<see cref="PushMemory.InFlight"/>).</summary>
    public IReadOnlyDictionary<(string Service, string Node, string Conversation), long> InFlight { get; init; } = new Dictionary<(string, string, string), long>();

    /// <summary>Whose answer failed.</summary>
    public PushNotification? Push { get; init; }

    /// <summary>Id of the retraction that failed; 0 = none did.</summary>
    public long Retraction { get; init; }

    /// <summary>The same for later, when no push service has anything to answer any more.</summary>
    public AftermathInput WithoutAnswersToCome() => this with { InFlight = new Dictionary<(string, string, string), long>() };
}

/// <summary>A provider answered.</summary>
public sealed record PushDoneInput(long UserId, PushNotification Push, PushOutcome Outcome) : UserInput(UserId);

/// <summary>Rows asked for by <see cref="Turn.ReadBodies"/>.</summary>
public sealed record BodiesInput(long UserId, int SessionNo, long ConnectionNumber, IReadOnlyList<MessageRow> Rows) : UserInput(UserId);

/// <summary>What the archive holds; <paramref name="Request"/> is the IQ to answer.</summary>
/// <param name="Query">What was asked; null: only where the archive begins and ends.</param>
/// <param name="Page">Null: the store could not be read.</param>
public sealed record ArchiveInput(long UserId, int SessionNo, Stanza Request, ArchiveQueryForm? Query, ArchivePage? Page) : UserInput(UserId)
{
    /// <summary>Highest message id when it was asked.</summary>
    public long Snapshot { get; init; }
}

/// <summary>Whether what a removed account left is still being deleted, for who wants to make a new one.</summary>
/// <param name="Removals">As counted when it was asked: a removal since then makes the answer void.</param>
public sealed record ErasureInput(long UserId, AdminRequest Request, Action<AdminReply> Reply, bool Erasing, int Removals) : UserInput(UserId);

/// <summary>A document asked of the store; <paramref name="Request"/> is the IQ to answer.</summary>
/// <param name="Row">Null: there is none.</param>
/// <param name="Failed">The store could not be read.</param>
public sealed record DocumentInput(long UserId, Jid Asker, Stanza Request, DocumentKind Kind, DocumentRow? Row, bool Failed) : UserInput(UserId);

/// <summary>What a retraction takes back.</summary>
/// <param name="Id">Of the retraction.</param>
/// <param name="Retraction">Null: it is gone, or the store could not be read.</param>
/// <param name="Originals">The message and its corrections, as far as they were found.</param>
public sealed record RetractionInput(long UserId, long Id, MessageRow? Retraction, IReadOnlyList<MessageRow> Originals) : UserInput(UserId);

/// <summary>Messages of another server with the ids that are free for them.</summary>
/// <param name="Counts">What the rest of the request did.</param>
public sealed record ImportInput(long UserId, IReadOnlyList<MessageRow> Rows, ImportCounts Counts, Action<AdminReply> Reply) : UserInput(UserId);

/// <summary>A message row an operator asked to have explained.</summary>
public sealed record ExplainInput(long UserId, MessageRow? Row, string StanzaId, Action<AdminReply> Reply) : UserInput(UserId);

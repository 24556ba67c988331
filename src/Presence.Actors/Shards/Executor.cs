using Presence.Actors.Users;
using Presence.Actors.Users.Eventing;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>
/// Runs the users of its shards as a pure step machine: inputs in, one open batch and held outputs out. It owns no thread, clock, socket or
/// store; <c>ExecutorThread</c> drives it in production and the simulation drives it step by step. It must never let an output pass
/// the batch it was asked in.
/// </summary>
public sealed class Executor
{
    /// <summary>Events in the open batch past which the driver takes no more edge inputs until the batch in flight is answered.</summary>
    public const int MaxOpenEvents = 20_000;

    private readonly ActorEnvironment _environment;
    private readonly Incarnation _me;
    private readonly Dictionary<int, ShardState> _shards = [];
    private readonly Batches _batches = new();
    private readonly UserTurns _users;
    private readonly OutboxExchange _outbox;
    private long _nextSweep;

    public Executor(ActorEnvironment environment, Incarnation me, IEnumerable<ShardGrant> grants)
    {
        (_environment, _me) = (environment, me);
        foreach (var grant in grants)
        {
            _shards[grant.Shard] = new ShardState(grant, environment.ShardCount);
        }

        _users = new UserTurns(environment, _shards, _batches);
        _outbox = new OutboxExchange(_shards, _batches, _users, what => Report?.Invoke(what));
    }

    /// <summary>Tells the operator what should not be; called from a held output, by the driver.</summary>
    public Action<string>? Report { get; init; }

    /// <summary>Outputs that may wait for the batch in flight. Pings and presence write nothing, so events alone would not bound them.</summary>
    public const int MaxHeldOutputs = 50_000;

    /// <summary>Bytes of messages in the open batch past which input waits.</summary>
    public const long MaxOpenBytes = 64 * 1024 * 1024;

    /// <summary>Whether the open batch is full enough that input should wait.</summary>
    public bool Congested => _batches is { InFlight: not null, Open: var open }
        && (open.Events >= MaxOpenEvents || open.Outputs.Count >= MaxHeldOutputs || open.Bytes >= MaxOpenBytes);

    public bool InFlight => _batches.InFlight is not null;

    /// <summary>Users the driver is to load; each is answered by <see cref="Loaded"/>.</summary>
    public LoadQueue Loads => _users.Users.Loads;

    /// <summary>Loads that nobody waits for: timers of users after a start. Taken when <see cref="Loads"/> is empty.</summary>
    public LoadQueue BackgroundLoads => _users.Users.BackgroundLoads;

    public long NextTimer => Math.Min(_users.NextTimer, _nextSweep == 0 ? long.MaxValue : _nextSweep);

    /// <summary>For inspection by tests and listings.</summary>
    public IEnumerable<UserState> LoadedUsers => _users.Users.Loaded;

    public IEnumerable<ShardState> Shards => _shards.Values;

    /// <summary>Takes over what the store holds of this executor's shards: outbox, cursors, and which users have deadlines.</summary>
    public void Restore(
        IEnumerable<OutboxRow> outbox, IEnumerable<OutboxAccepted> cursors, IEnumerable<SessionRow> sessions, IEnumerable<PushOutboxRow> pushes, long now)
    {
        foreach (var cursor in cursors)
        {
            if (_shards.TryGetValue(cursor.FromShard, out var sender))
            {
                sender.RestoreSent(cursor.Shard, cursor.Sequence);
            }

            if (_shards.TryGetValue(cursor.Shard, out var receiver))
            {
                receiver.RestoreTaken(cursor.FromShard, cursor.Sequence);
            }
        }

        foreach (var item in outbox)
        {
            if (_shards.TryGetValue(item.FromShard, out var sender))
            {
                sender.RestoreItem(item);
            }
        }

        foreach (var session in sessions.Where(s => _shards.ContainsKey(ShardKey.Shard(s.UserId, _environment.ShardCount))))
        {
            _users.Users.HasStoredSession(session.UserId);
            // Attached means: attached when the last owner died. Its detachment is this owner's to write (cluster-protocol 7.7).
            _users.WakeAt(session.Phase == SessionPhase.Attached ? now : session.ExpiresAt, session.UserId);
        }

        foreach (var push in pushes.Where(p => _shards.ContainsKey(ShardKey.Shard(p.UserId, _environment.ShardCount))))
        {
            _users.WakeAt(push.State == PushState.Claimed ? now : push.DueAt, push.UserId);
        }

        _nextSweep = now;
    }

    public void Handle(object input, long now)
    {
        switch (input)
        {
            case EdgeInput edge: _users.For(edge.UserId, edge, now, AccountOf(edge)); break;
            case PresenceInput presence: _users.Fanout(presence.Users, presence, now); break;
            case EventInput happened: _users.Fanout(happened.Users, happened, now); break;
            case EventProbeInput probe: _users.Probe(probe, now); break;
            case ProbeInput probe: _users.Probe(probe, now); break;
            case EphemeralInput ephemeral: _users.For(ephemeral.UserId, ephemeral, now, ephemeral.To.Bare); break;
            case AdminInput { Request: Admin.CreateAccountRequest create } admin: _users.For(admin.UserId, admin, now, Jid.TryParse(create.Jid, out var made) ? made : null); break;
            case UserInput user: _users.For(user.UserId, user, now, null); break;
            case OutboxRow item: _outbox.Offered(item, now); break;
            case CensusInput census:
                var online = _users.Online;
                _batches.Open.Hold(HeldOutput.ForAction(() => census.Reply(online)));
                break;
            case OutboxConfirmed confirmed: _outbox.Confirmed(confirmed); break;
            default: throw new ArgumentException($"{input.GetType().Name} is not an input of an executor", nameof(input));
        }
    }

    /// <summary>
    /// An <c>&lt;r/&gt;</c> waits in the inbox because the executor is <see cref="Congested"/>. A store that stands still must not leave it without answer: after
    /// <see cref="SessionOptions.AckDelay"/> the client is told what is committed (sessions.md 2.2), and the rest once the request itself is taken.
    /// </summary>
    public void AckWaits(AckRequestInput request, long now) => _users.AckWaits(request, now);

    /// <summary>The rows of a user asked for by <see cref="Loads"/>; null = no such account.</summary>
    /// <param name="erasing">There is none, and the data of one that was removed is still being deleted.</param>
    public void Loaded(long userId, UserRows? rows, long now, bool erasing = false) => _users.Loaded(userId, rows, now, erasing);

    /// <summary>The rows of a user asked for cannot be read, and trying at once would not help: what waits for the user is refused, and it is asked for again later.</summary>
    public void LoadFailed(long userId, Exception defect, long now) => _users.LoadFailed(userId, defect, now);

    /// <summary>Runs what is due: users' deadlines, offers that were not confirmed, trimming, eviction.</summary>
    public void RunTimers(long now)
    {
        _users.RunDue(now);
        _users.Settle(now);
        if (_nextSweep != 0 && now >= _nextSweep)
        {
            _nextSweep = now + 1000;
            foreach (var shard in _shards.Values)
            {
                _outbox.Sweep(shard, now);
            }

            _users.Sweep(now);
        }
    }

    /// <summary>
    /// What leaves now. A batch to commit, if something is written and none is in flight; its outputs then wait for <see cref="Answered"/>.
    /// Otherwise, if nothing is in flight, the outputs asked for since the last call.
    /// </summary>
    public (GuardedBatch? Batch, IReadOnlyList<HeldOutput> Outputs) Step()
    {
        IReadOnlyList<HeldOutput> outputs = [];
        var open = _batches.Open;
        if (open.Unheld.Count > 0)
        {
            outputs = [.. open.Unheld];
            open.Unheld.Clear();
        }

        if (_batches.InFlight is not null)
        {
            return (null, outputs);
        }

        if (open.HasWrites)
        {
            Span<byte> id = stackalloc byte[16];
            _environment.Random.Fill(id);
            return (_batches.Submit(new Guid(id), _me), outputs);
        }

        if (open.Outputs.Count > 0)
        {
            outputs = outputs.Count == 0 ? [.. open.Outputs] : [.. outputs, .. open.Outputs];
            open.Outputs.Clear();
        }

        // Nothing is uncommitted: what was said is true, and nothing hangs on this batch any more.
        Acknowledged(open);
        open.Touched.Clear();
        return (null, outputs);
    }

    /// <summary>The outputs that a committed batch releases. The driver carries them out in order, then calls <see cref="Answered"/>.</summary>
    public IReadOnlyList<HeldOutput> OutputsInFlight => _batches.InFlight?.Outputs ?? [];

    /// <summary>
    /// The store answered the batch in flight. Anything but committed for every shard discards the memory of all shards that were written or
    /// are tentative, and the outputs that hung on it; the connections to close are returned.
    /// </summary>
    public IReadOnlyList<HeldOutput> Answered(CommitAnswer answer, long now)
    {
        var batch = _batches.InFlight ?? throw new InvalidOperationException("no batch is in flight");
        if (answer.BatchId != batch.Submitted!.BatchId)
        {
            // A late answer of an earlier attempt: answers match by batch id (found by the model checker).
            return [];
        }

        _batches.Land();
        if (answer.Status == CommitStatus.Answered && answer.Outcomes.All(o => o == ShardOutcome.Committed))
        {
            foreach (var write in batch.Submitted.Writes)
            {
                _shards[write.Shard].CommittedBatch(write);
                Counted(write);
            }

            Acknowledged(batch);
            return [];
        }

        return Discard(batch, answer, now);
    }

    /// <summary>The inbound counts that are committed now, and may be told before the next commit (sessions.md 2.2).</summary>
    private void Counted(ShardWrite write)
    {
        foreach (var change in write.Events)
        {
            if (change is SessionStored { Session: var row } && _users.Users.Find(row.UserId)?.User?.SessionOf(row.SessionNo) is { } session)
            {
                session.HCommitted = Math.Max(session.HCommitted, row.HIn);
            }
        }
    }

    private static void Acknowledged(OpenBatch batch)
    {
        foreach (var (session, h) in batch.Acknowledgements)
        {
            session.HCommitted = Math.Max(session.HCommitted, h);
            if (session.HCommitted >= session.AckRequestedH)
            {
                session.AckRequestedAt = 0;
            }
        }

        batch.Acknowledgements.Clear();
    }

    private List<HeldOutput> Discard(OpenBatch batch, CommitAnswer answer, long now)
    {
        for (var i = 0; i < answer.Outcomes.Count; i++)
        {
            if (answer.Status == CommitStatus.Answered && answer.Outcomes[i] == ShardOutcome.Committed)
            {
                _shards[batch.Submitted!.Writes[i].Shard].CommittedBatch(batch.Submitted.Writes[i]);
            }
        }

        // Lost with the batch are outputs of every shard, also of those it does not write: stanzas that were numbered, answers to a bind, reads.
        var shards = batch.Touched.Concat(_batches.Open.Touched).Select(s => s.Id).ToHashSet();

        // A connection without a session may wait for an answer too: that it was refused.
        var connections = batch.Outputs.Concat(_batches.Open.Outputs).Where(o => o.Kind is OutputKind.Control or OutputKind.Stanza).Select(o => o.Connection).ToHashSet();
        _batches.Renew();
        foreach (var id in shards)
        {
            _shards[id].Discard();
        }

        foreach (var user in _users.Users.Discard(shards))
        {
            connections.UnionWith(user.Sessions.Select(s => s.Connection).OfType<ConnectionId>());
            if (user.Sessions.Any(s => s.Resumable))
            {
                _users.Users.HasStoredSession(user.UserId);
                _users.WakeAt(now, user.UserId);
            }
            else if (user.Pushes.Count > 0 || user.Registrations.Count > 0)
            {
                // Its timer may have been spent on a claim that was discarded.
                _users.WakeAt(now, user.UserId);
            }
        }

        var close = new CloseOutput(Protocol.Streams.StreamErrorCondition.InternalServerError, "please reconnect");
        return [.. connections.Select(c => HeldOutput.ForControl(c, close))];
    }

    private static Jid? AccountOf(EdgeInput input) => input switch
    {
        BindInput b => b.Account,
        ResumeInput r => r.Account,
        ComponentStanzaInput c => c.To.Bare,
        _ => null,
    };
}

using Presence.Actors.Admin;
using Presence.Actors.Shards;
using Presence.Actors.Users.Eventing;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// One decision about one user: the time it sees, the events it emits (applied at once, written with the open batch) and the outputs it asks for.
/// Outputs are held until the batch they were asked in is committed, in the order they were asked; none may leave earlier.
/// </summary>
public sealed class Turn
{
    private readonly OpenBatch _batch;
    private readonly ShardState _shard;
    private readonly (int Outputs, int Unheld, int Acknowledgements) _begin;
    private int _emitted;

    internal Turn(ActorEnvironment environment, long now, UserState user, ShardState shard, OpenBatch batch, CapsTable? capabilities = null)
    {
        (Environment, Now, User, _shard, _batch) = (environment, now, user, shard, batch);
        _begin = (batch.Outputs.Count, batch.Unheld.Count, batch.Acknowledgements.Count);
        Capabilities = capabilities ?? new CapsTable();
    }

    public ActorEnvironment Environment { get; }

    public SessionOptions Options => Environment.Options;

    /// <summary>What clients of this executor's users have explained.</summary>
    public CapsTable Capabilities { get; }

    /// <summary>Unix milliseconds.</summary>
    public long Now { get; }

    public UserState User { get; }

    /// <summary>States something that became true: memory changes now, rows with the batch.</summary>
    public void Emit(StoreEvent change)
    {
        UserApply.Apply(User, change);
        Write(change);
    }

    public void Stanza(ConnectionId connection, in OutboundStanza stanza) => _batch.Hold(HeldOutput.ForStanza(connection, stanza));

    public void Control(ConnectionId connection, ControlOutput output) => _batch.Hold(HeldOutput.ForControl(connection, output));

    /// <summary>An acknowledgement of everything handled so far: leaves with the commit, or early and smaller after <see cref="SessionOptions.AckDelay"/>.</summary>
    public void Acknowledge(SessionState session)
    {
        _batch.Hold(HeldOutput.ForControl(session.Connection!.Value, new AckOutput(session.HIn)));
        _batch.Acknowledging(session, session.HIn);
    }

    /// <summary>The only output that does not wait: what it says is committed already.</summary>
    public void AcknowledgeCommitted(SessionState session) =>
        _batch.Unheld.Add(HeldOutput.ForControl(session.Connection!.Value, new AckOutput(session.HCommitted)));

    /// <summary>A stanza for another user (or this one) that lives in memory only.</summary>
    public void Send(UserInput input) => _batch.Hold(
        input is EphemeralInput ephemeral && Environment.IsComponent(ephemeral.To)
            ? HeldOutput.ForComponent(new ComponentStanza(ephemeral.To, ephemeral.Stanza.Bytes))
            : HeldOutput.ForInput(input));

    /// <summary>
    /// A durable stanza for a user of this domain: an outbox item, offered after the commit until it is confirmed. To a component it leaves once after
    /// the commit and is lost if the process dies in between (ADR 0014).
    /// </summary>
    /// <param name="stamped">With true <c>from</c> and <c>to</c>.</param>
    public void SendDurably(Jid to, byte[] stamped)
    {
        if (Environment.IsComponent(to))
        {
            _batch.Hold(HeldOutput.ForComponent(new ComponentStanza(to, stamped)));
            return;
        }

        var target = ShardKey.Shard(ShardKey.UserId(to.Bare.ToString()), Environment.ShardCount);
        var item = _shard.NextOutboxItem(target, 0, stamped);
        Write(new OutboxAppended(item));
        _batch.Hold(HeldOutput.ForOffer(item));
    }

    /// <summary>Reads after the commit, on a reader thread; what comes back is decided on like any input. Null = nothing to decide.</summary>
    /// <param name="failed">What is decided on in its place when the read meets a defect. An <see cref="IOException"/> is none: the read is tried again.</param>
    public void Read(Func<IStore, UserInput?> read, Func<UserInput?> failed)
    {
        var (met, user) = (Environment.DefectMet, User.Jid);
        _batch.Hold(HeldOutput.ForRead(store =>
        {
            try
            {
                return read(store);
            }
            catch (Exception e) when (e is not IOException && ContainedDefect.Is(e))
            {
                met(new ContainedDefect(DefectPlace.Read, user.ToString(), e));
                return failed();
            }
        }));
    }

    /// <summary>Bodies for a session, asked after the commit that numbered them.</summary>
    public void ReadBodies(SessionState session, IReadOnlyList<long> ids)
    {
        var (user, no, connection) = (User.UserId, session.No, session.ConnectionNumber);
        var (jid, met) = (User.Jid, Environment.DefectMet);
        Read(store => new BodiesInput(user, no, connection, BodyReading.Read(store, user, ids, jid, met)), () => null);
    }

    public void Push(PushNotification push) => _batch.Hold(HeldOutput.ForPush(push));

    /// <summary>Has an order carried out; what becomes of it is decided on like any input.</summary>
    public void Order(AdminOrder order, Func<AdminOutcome, UserInput> done) => _batch.Hold(HeldOutput.ForOrder(new HeldOrder(order, done)));

    /// <summary>Runs after the commit: replies to operators.</summary>
    public void After(Action action) => _batch.Hold(HeldOutput.ForAction(action));

    /// <summary>The turn goes on without what met a defect; the operator is told.</summary>
    internal void Met(Exception defect) => Environment.DefectMet(new ContainedDefect(DefectPlace.Read, User.Jid.ToString(), defect));

    /// <summary>
    /// Takes back what this turn wrote and asked for, as if it had never been. What it changed in the user's memory stays changed: that is to be thrown away.
    /// </summary>
    internal void Undo()
    {
        for (var i = _begin.Outputs; i < _batch.Outputs.Count; i++)
        {
            if (_batch.Outputs[i] is { Kind: OutputKind.Push, What: PushNotification push })
            {
                // It never left: whoever asks what is on its way must not count it.
                User.PushMemory.InFlight.Remove((push.Service, push.Node, Features.PushFeature.KeyOf(push.Kind, push.Conversation)));
            }
        }

        _shard.Unsend(_batch.Undo(_shard, _emitted, _begin.Outputs, _begin.Unheld, _begin.Acknowledgements));
        _emitted = 0;
    }

    private void Write(StoreEvent change)
    {
        _batch.Add(_shard, change);
        _emitted++;
    }

    public long RandomNumber()
    {
        Span<byte> bytes = stackalloc byte[8];
        Environment.Random.Fill(bytes);
        return BitConverter.ToInt64(bytes);
    }

    /// <summary>A message id greater than every one before: milliseconds &lt;&lt; 20 | counter (sessions.md 4.4).</summary>
    public long NextMessageId() => Math.Max(Now << 20, User.LastId + 1);
}

using Presence.Actors.Admin;
using Presence.Actors.Users;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>What an output is for.</summary>
public enum OutputKind : byte
{
    Stanza,
    Control,
    Input,
    Offer,
    Confirm,
    Read,
    Push,
    Component,
    Action,
    Order,
}

/// <summary>
/// An effect that waits for the batch it depends on. A struct, since every stanza makes some; the driver that carries it out looks at
/// <see cref="Kind"/> and the one field that belongs to it.
/// </summary>
public readonly struct HeldOutput
{
    private HeldOutput(OutputKind kind, ConnectionId connection, OutboundStanza stanza, object? what) =>
        (Kind, Connection, Stanza, What) = (kind, connection, stanza, what);

    public OutputKind Kind { get; }

    public ConnectionId Connection { get; }

    public OutboundStanza Stanza { get; }

    /// <summary>ControlOutput, UserInput, OutboxRow, OutboxConfirmed, Func&lt;IStore, UserInput?&gt;, PushNotification, ComponentStanza, Action or HeldOrder, by kind.</summary>
    public object? What { get; }

    public static HeldOutput ForStanza(ConnectionId connection, in OutboundStanza stanza) => new(OutputKind.Stanza, connection, stanza, null);

    public static HeldOutput ForControl(ConnectionId connection, ControlOutput output) => new(OutputKind.Control, connection, default, output);

    public static HeldOutput ForInput(UserInput input) => new(OutputKind.Input, default, default, input);

    public static HeldOutput ForOffer(OutboxRow item) => new(OutputKind.Offer, default, default, item);

    public static HeldOutput ForConfirm(OutboxConfirmed confirmed) => new(OutputKind.Confirm, default, default, confirmed);

    public static HeldOutput ForRead(Func<IStore, UserInput?> read) => new(OutputKind.Read, default, default, read);

    public static HeldOutput ForPush(PushNotification push) => new(OutputKind.Push, default, default, push);

    public static HeldOutput ForComponent(ComponentStanza stanza) => new(OutputKind.Component, default, default, stanza);

    public static HeldOutput ForAction(Action action) => new(OutputKind.Action, default, default, action);

    public static HeldOutput ForOrder(HeldOrder order) => new(OutputKind.Order, default, default, order);
}

/// <param name="Done">Makes of the outcome what is to be decided on.</param>
public sealed record HeldOrder(AdminOrder Order, Func<AdminOutcome, UserInput> Done);

/// <summary>A stamped stanza on its way to an external component (XEP-0114).</summary>
public sealed record ComponentStanza(Jid To, byte[] Bytes);

/// <summary>The receiving shard has everything up to <paramref name="Sequence"/> in a committed batch; the sender may forget it.</summary>
public sealed record OutboxConfirmed(int FromShard, int ToShard, long Sequence);

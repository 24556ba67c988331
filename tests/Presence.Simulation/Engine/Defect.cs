namespace Presence.Simulation.Engine;

/// <summary>
/// Defects built in on purpose, to show that the checks find them. Each is a rule of docs/protocol broken in a driver, the edge or the store;
/// none is ever on in a run that looks for real ones.
/// </summary>
public enum Defect
{
    None,

    /// <summary>Outputs leave when their batch is submitted, not when it is committed.</summary>
    SendBeforeCommit,

    /// <summary>The receiver's outbox cursor is not written.</summary>
    ForgetOutboxCursor,

    /// <summary>The receiver confirms an outbox item when it is offered.</summary>
    ConfirmOnAccept,

    /// <summary>Acknowledged delivery rows stay in the store.</summary>
    ForgetDeliveryAcknowledged,

    /// <summary>An attach leaves the old delivery rows beside the new ones.</summary>
    ForgetDeliveryCleared,

    /// <summary>Outbound numbers are not written.</summary>
    ForgetDeliveryNumbered,

    /// <summary>The inbound count is not written with the effect.</summary>
    ForgetInboundCount,

    /// <summary>What clients keep on the server is not written.</summary>
    ForgetDocument,

    /// <summary>An unknown outcome is taken for success.</summary>
    TrustUnknown,

    /// <summary>An unknown outcome is answered by a new batch with a fresh base.</summary>
    BlindRetry,

    /// <summary>The new owner reads rows as they were before it fenced the old one.</summary>
    ReadThenFence,

    /// <summary>The edge gives no numbers: whatever comes is the next one.</summary>
    UnnumberedEdge,

    /// <summary>The account's cursor is written as the highest id whatever was acknowledged.</summary>
    CursorByMaximum,
}

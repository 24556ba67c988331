namespace Presence.Protocol.Stanzas;

/// <summary>
/// What a stanza's direct children say about how to route, store and push it, computed while it is parsed. A flag
/// states a fact about the bytes; what follows from it must be decided elsewhere.
/// </summary>
[Flags]
public enum PayloadFlags : ulong
{
    None = 0,

    /// <summary>A <c>body</c> that is not empty.</summary>
    Body = 1UL << 0,

    /// <summary>A <c>subject</c>, even an empty one: that is how a room's subject is cleared.</summary>
    Subject = 1UL << 1,
    Thread = 1UL << 2,

    /// <summary>Any chat state (XEP-0085), <see cref="Composing"/> included.</summary>
    ChatState = 1UL << 3,
    Composing = 1UL << 4,

    /// <summary>Asks for a delivery receipt (XEP-0184).</summary>
    ReceiptRequest = 1UL << 5,

    /// <summary>Is a delivery receipt (XEP-0184).</summary>
    Receipt = 1UL << 6,

    /// <summary>Any chat marker (XEP-0333), <see cref="Displayed"/> included.</summary>
    Marker = 1UL << 7,
    Displayed = 1UL << 8,
    Markable = 1UL << 9,

    /// <summary>XEP-0334 <c>no-store</c>.</summary>
    NoStore = 1UL << 10,

    /// <summary>XEP-0334 <c>no-copy</c>.</summary>
    NoCopy = 1UL << 11,

    /// <summary>XEP-0334 <c>no-permanent-store</c>.</summary>
    NoPermanentStore = 1UL << 12,

    /// <summary>XEP-0334 <c>store</c>.</summary>
    Store = 1UL << 13,

    /// <summary>XEP-0280 <c>private</c>: make no carbons.</summary>
    CarbonsPrivate = 1UL << 14,

    /// <summary>Claims to be a carbon of a received message (XEP-0280).</summary>
    CarbonReceived = 1UL << 15,

    /// <summary>Claims to be a carbon of a sent message (XEP-0280).</summary>
    CarbonSent = 1UL << 16,

    /// <summary>Carries an encrypted payload (OMEMO, OpenPGP) or says so (XEP-0380).</summary>
    Encrypted = 1UL << 17,

    /// <summary>An invitation to a room: direct (XEP-0249) or mediated (XEP-0045 §7.8.2).</summary>
    MucInvite = 1UL << 18,

    /// <summary>A call is being proposed (XEP-0353).</summary>
    JinglePropose = 1UL << 19,

    /// <summary>Any other step of a call's set-up (XEP-0353).</summary>
    JingleOther = 1UL << 20,

    /// <summary>An <c>error</c> child in the content namespace.</summary>
    Error = 1UL << 21,
    Delay = 1UL << 22,
    StanzaId = 1UL << 23,
    OriginId = 1UL << 24,

    /// <summary>XEP-0319 last user interaction.</summary>
    Idle = 1UL << 25,

    /// <summary>XEP-0115 entity capabilities.</summary>
    Caps = 1UL << 26,

    /// <summary>Joins a room: <c>x</c> of XEP-0045 in a presence.</summary>
    MucJoin = 1UL << 27,

    /// <summary>Comes from a room: <c>x</c> of <c>muc#user</c>.</summary>
    MucUser = 1UL << 28,

    /// <summary>Replaces an earlier message of its sender (XEP-0308).</summary>
    Correction = 1UL << 29,

    /// <summary>Takes an earlier message of its sender back (XEP-0424), in the present form or in that of <see cref="Fastening"/>.</summary>
    Retraction = 1UL << 30,

    /// <summary>Says how its sender likes an earlier message (XEP-0444).</summary>
    Reaction = 1UL << 31,

    /// <summary>Adds something to an earlier message (XEP-0422).</summary>
    Fastening = 1UL << 32,
}

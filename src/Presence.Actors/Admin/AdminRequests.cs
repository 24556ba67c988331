using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Admin;

/// <summary>
/// What an operator asks the owner of one user. Answered after the commit of whatever it changed; goes through the shard's inbox like any input,
/// so it sees and leaves a consistent user.
/// </summary>
public abstract record AdminRequest(long UserId);

public sealed record CreateAccountRequest(long UserId, string Jid, CredentialRow Credentials) : AdminRequest(UserId);

public sealed record ChangeCredentialsRequest(long UserId, CredentialRow Credentials) : AdminRequest(UserId);

/// <summary>Ends all sessions, withdraws presence and subscriptions, deletes every row.</summary>
public sealed record RemoveAccountRequest(long UserId) : AdminRequest(UserId);

/// <summary>Sessions and queue of a user.</summary>
public sealed record DescribeUserRequest(long UserId) : AdminRequest(UserId);

/// <summary>Ends one session by resource, or all when <paramref name="Resource"/> is null.</summary>
public sealed record KickRequest(long UserId, string? Resource) : AdminRequest(UserId);

/// <summary>Empties what waits for one session by resource, or for the user altogether when <paramref name="Resource"/> is null.</summary>
public sealed record PurgeQueueRequest(long UserId, string? Resource) : AdminRequest(UserId);

/// <summary>Why a message was, or was not, pushed. <paramref name="StanzaId"/> as clients show it (XEP-0359).</summary>
public sealed record ExplainRequest(long UserId, string StanzaId) : AdminRequest(UserId);

/// <summary>Takes over what another server, or this one earlier, kept of a user. Doing it again changes nothing more.</summary>
public sealed record ImportRequest(long UserId, string Jid, UserImport Data) : AdminRequest(UserId);

/// <summary>A bounded part of a user's data: of a large archive there are many parts.</summary>
/// <param name="Credentials">Makes the account if there is none; with <paramref name="Overwrite"/> they replace those of an account that exists.</param>
/// <param name="Overwrite">Contacts that are there already are replaced too; otherwise what is there stays.</param>
/// <param name="Contacts">Their user id is not looked at.</param>
public sealed record UserImport(
    CredentialRow? Credentials, bool Overwrite, IReadOnlyList<RosterRow> Contacts, IReadOnlyList<Jid> Blocked, IReadOnlyList<ImportedMessage> Messages)
{
    public XmlElement? VCard { get; init; }

    /// <summary>Elements of private storage (XEP-0049).</summary>
    public IReadOnlyList<XmlElement> Private { get; init; } = [];

    /// <summary><c>configure</c> of nodes of personal eventing (XEP-0060 §8.2).</summary>
    public IReadOnlyList<XmlElement> Nodes { get; init; } = [];

    /// <summary><c>items</c> of such nodes.</summary>
    public IReadOnlyList<XmlElement> NodeItems { get; init; } = [];

    /// <summary><c>prefs</c> of XEP-0441.</summary>
    public XmlElement? ArchivePreferences { get; init; }
}

/// <param name="At">Unix milliseconds.</param>
/// <param name="Number">Tells messages of one millisecond apart, in their order.</param>
/// <param name="Unread">Waits for the first client; otherwise it was in the archive.</param>
public sealed record ImportedMessage(long At, int Number, bool Unread, Stanza Stanza)
{
    /// <summary>What the archive it comes from called it. If that was this store's, the message gets its old place.</summary>
    public string? StanzaId { get; init; }
}

/// <summary>What became of an <see cref="ImportRequest"/>.</summary>
/// <param name="Repeated">Messages, contacts and documents that were there already.</param>
/// <param name="Refused">What a limit, a time in the future or an address of somebody else forbids.</param>
public sealed record ImportCounts(bool Created, bool Overwritten, int Contacts, int Blocked, int Messages, int Repeated, int Refused)
{
    /// <summary>vCard, elements of private storage, archive preferences.</summary>
    public int Documents { get; init; }
}

public enum AdminStatus
{
    Done,
    NoSuchUser,
    AlreadyExists,
    NotFound,

    /// <summary>An account of that name was removed and its data is still being deleted: to be asked again.</summary>
    Erasing,

    /// <summary>The node is overloaded, stopping, or its store cannot write.</summary>
    Unavailable,

    /// <summary>The request met a defect of the node; nothing of it was done.</summary>
    Defect,
}

/// <summary>The answer; <paramref name="User"/> for a description, <paramref name="Lines"/> for an explanation.</summary>
public sealed record AdminReply(AdminStatus Status, UserDescription? User = null, IReadOnlyList<string>? Lines = null, ImportCounts? Import = null, PurgeCounts? Purged = null);

/// <summary>Messages that wait no more; the archive still has those that it shows.</summary>
public sealed record PurgeCounts(int Messages, long Bytes);

public sealed record UserDescription(string Jid, IReadOnlyList<SessionDescription> Sessions, IReadOnlyList<QueuedMessage> Queue, IReadOnlyList<RegistrationDescription> Registrations)
{
    /// <summary>Contacts in the roster.</summary>
    public int RosterSize { get; init; }

    /// <summary>Bytes of messages that no device has acknowledged, and how many may wait; 0: no limit.</summary>
    public long WaitingBytes { get; init; }

    public long MaxWaitingBytes { get; init; }
}

/// <param name="Phase">"active", "inactive", "silent" or "disconnected".</param>
/// <param name="Queued">Stanzas that wait for this session.</param>
public sealed record SessionDescription(
    string Resource, int SessionNo, string Phase, bool Resumable, string Presence, int Priority, long Queued, long QueuedBytes,
    long? ConnectionId, string? Remote, long? ExpiresAtMs, long LastInteractionMs, bool PushEnabled, bool Carbons);

public sealed record QueuedMessage(string StanzaId, long Id, string From, int Bytes, bool Deserving, IReadOnlyList<string> WaitsFor);

public sealed record RegistrationDescription(string Service, string Node, string? Resource, bool Hold, string? DisabledReason);

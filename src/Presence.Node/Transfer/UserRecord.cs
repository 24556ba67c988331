namespace Presence.Node.Transfer;

/// <summary>
/// A part of a user's data on its way between <c>presencectl</c> and a node, as JSON. Of a user with a large archive there are many, in order.
/// </summary>
internal sealed record UserRecord(string Jid)
{
    /// <summary>Makes the account if there is none.</summary>
    public KeysRecord? Keys { get; init; }

    /// <summary>Keys and contacts that are there already are replaced.</summary>
    public bool Overwrite { get; init; }

    public IReadOnlyList<ContactRecord> Contacts { get; init; } = [];

    public IReadOnlyList<string> Blocked { get; init; } = [];

    /// <summary>The vCard (XEP-0054), as XML.</summary>
    public string? VCard { get; init; }

    /// <summary>Elements of private storage (XEP-0049), as XML each.</summary>
    public IReadOnlyList<string> Private { get; init; } = [];

    /// <summary>Elements <c>configure</c> of nodes of personal eventing (XEP-0060 §8.2), as XML each.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary>Elements <c>items</c> of such nodes, as XML each. A node comes with them or before.</summary>
    public IReadOnlyList<string> NodeItems { get; init; } = [];

    /// <summary>Archive preferences, as the element <c>prefs</c> of XEP-0441.</summary>
    public string? ArchivePreferences { get; init; }

    public IReadOnlyList<MessageRecord> Messages { get; init; } = [];
}

/// <summary>SCRAM keys (RFC 5802 §3). A hash whose keys are missing cannot be logged in with.</summary>
internal sealed record KeysRecord(byte[] Salt, int Iterations, byte[]? StoredKeySha1, byte[]? ServerKeySha1, byte[]? StoredKeySha256, byte[]? ServerKeySha256);

/// <param name="Subscription">"none", "to", "from" or "both".</param>
/// <param name="Request">The contact's request for a subscription that waits for an answer, as XML.</param>
internal sealed record ContactRecord(string Jid, string? Name, string Subscription, bool Ask, bool Approved, IReadOnlyList<string> Groups, string? Request);

/// <param name="At">Unix milliseconds.</param>
/// <param name="Number">Tells messages of one millisecond apart, in their order; below 2^20.</param>
/// <param name="Xml">The message stanza.</param>
internal sealed record MessageRecord(long At, int Number, bool Unread, string Xml)
{
    /// <summary>The id the archive it comes from gave it (XEP-0359). Means something to the store that made it only, and is passed over by every other.</summary>
    public string? StanzaId { get; init; }
}

internal sealed record RecordBatch(IReadOnlyList<UserRecord> Records);

/// <summary>What became of a record. Exactly one of <paramref name="Error"/> and the rest says something.</summary>
/// <param name="Repeated">Messages, contacts and documents that were there already.</param>
/// <param name="Refused">Messages, contacts, addresses and documents that cannot be taken.</param>
internal sealed record RecordResult(string Jid, string? Error, bool Created, bool Overwritten, int Contacts, int Blocked, int Messages, int Repeated, int Refused)
{
    /// <summary>vCard, elements of private storage, items of personal eventing and archive preferences taken over.</summary>
    public int Documents { get; init; }
}

internal sealed record BatchResult(IReadOnlyList<RecordResult> Results);

/// <summary>What an importing client has to know of a node.</summary>
internal sealed record NodeFacts(string Domain, int KeyIterations);

namespace Presence.Storage.Contracts;

/// <summary>
/// What can be read of users without being their owner: the store of a running node answers it, and so do the files of one that is stopped. Changes nothing. All calls
/// block, see what was committed before they began, and throw <see cref="StoreException"/> when the store cannot be read.
/// </summary>
public interface IUserReads
{
    /// <summary>A random 128-bit secret made with the store: keys the stanza-id permutation and the fake SCRAM salts.</summary>
    byte[] Secret { get; }

    /// <summary>Bare JIDs of accounts, ordered, after <paramref name="after"/>.</summary>
    IReadOnlyList<string> ListAccounts(string? after, int limit);

    /// <summary>Id of the account of this bare JID; null if there is none.</summary>
    long? FindAccount(string jid);

    /// <summary>
    /// Everything of one user but bodies, or null if there is no such account. The account's LastId is at least that of the newest row. The tail holds, oldest
    /// first and none if there is no session: of each session the first <paramref name="tailLimit"/> rows that may be for it above its cursor and what it has
    /// numbered, which what the user sent to others is only with carbons (a session for which as many were found is named in
    /// <see cref="UserRows.Overfull"/>); the rows that are numbered and not acknowledged; and the invisible rows above the lowest of these, at most as many. The
    /// backlog holds the rows no device has acknowledged, as by <see cref="ReadOffline"/>, at most as many.
    /// </summary>
    UserRows? LoadUser(long userId, int tailLimit);

    /// <summary>Bodies of the given rows; rows that are gone are left out. Order as asked.</summary>
    IReadOnlyList<MessageRow> ReadMessages(long userId, IReadOnlyList<long> ids);

    /// <summary>One document; null if there is none of that name.</summary>
    DocumentRow? ReadDocument(long userId, DocumentKind kind, string name);

    /// <summary>Documents of one kind, in the order asked; those that are not there are left out.</summary>
    IReadOnlyList<DocumentRow> ReadDocuments(long userId, DocumentKind kind, IReadOnlyList<string> names) =>
        [.. names.Select(name => ReadDocument(userId, kind, name)).OfType<DocumentRow>()];

    /// <summary>Rows the archive shows with an id above <paramref name="afterId"/>, oldest first, without bodies.</summary>
    IReadOnlyList<MessageRef> ReadVisible(long userId, long afterId, int limit);

    /// <summary>
    /// Incoming rows (not Outgoing, or ToSelf) flagged Offline with an id above <paramref name="afterId"/>, oldest first, without bodies.
    /// </summary>
    IReadOnlyList<MessageRef> ReadOffline(long userId, long afterId, int limit);
}

using Presence.Storage.Contracts;

namespace Presence.Node.Tests.Admin;

/// <summary>Reads of a store that can be exchanged under the endpoint, and that fail when a test says so.</summary>
public sealed class PlayedReads(IUserReads inner) : IUserReads
{
    public IUserReads Inner { get; set; } = inner;

    /// <summary>Bodies may be asked for so often.</summary>
    public int BodiesBeforeFailure { get; set; } = int.MaxValue;

    public byte[] Secret => Inner.Secret;

    public IReadOnlyList<string> ListAccounts(string? after, int limit) => Inner.ListAccounts(after, limit);

    public long? FindAccount(string jid) => Inner.FindAccount(jid);

    public UserRows? LoadUser(long userId, int tailLimit) => Inner.LoadUser(userId, tailLimit);

    public IReadOnlyList<MessageRow> ReadMessages(long userId, IReadOnlyList<long> ids) =>
        BodiesBeforeFailure-- > 0 ? Inner.ReadMessages(userId, ids) : throw new StoreException("The disk is gone.");

    public DocumentRow? ReadDocument(long userId, DocumentKind kind, string name) => Inner.ReadDocument(userId, kind, name);

    public IReadOnlyList<MessageRef> ReadVisible(long userId, long afterId, int limit) => Inner.ReadVisible(userId, afterId, limit);

    public IReadOnlyList<MessageRef> ReadOffline(long userId, long afterId, int limit) => Inner.ReadOffline(userId, afterId, limit);
}

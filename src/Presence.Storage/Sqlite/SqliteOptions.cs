namespace Presence.Storage.Sqlite;

/// <summary>
/// Where the data lives and how much memory and disk the store may take for itself. Nothing here changes what is stored.
/// </summary>
public sealed record SqliteOptions
{
    /// <summary>Directory of the database, its WAL and the lock file; made if missing, readable by its owner only.</summary>
    public required string Directory { get; init; }

    /// <summary>Shards of a new store; an existing store keeps its own number.</summary>
    public int ShardCount { get; init; } = 1024;

    /// <summary>Reads that may run at the same time; further ones wait.</summary>
    public int ReadConnections { get; init; } = 4;

    /// <summary>Page cache of the writing connection in KiB.</summary>
    public int CacheKiB { get; init; } = 32 * 1024;

    /// <summary>
    /// WAL bytes after which the committing thread copies it back even under load. Commits wait meanwhile, so twice the size is about
    /// twice the stall; a smaller one flushes more often.
    /// </summary>
    public long WalLimit { get; init; } = 8 * 1024 * 1024;
}

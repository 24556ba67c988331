using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// Which database the data lives in and how many connections the store may have to it. Nothing here changes what is stored.
/// </summary>
public sealed record PostgresOptions
{
    /// <summary>
    /// Host, database, user and so on as Npgsql takes them. It must lead to the primary itself, not to a pooler that hands one connection to several clients in turn.
    /// </summary>
    public required string ConnectionString { get; init; }

    /// <summary>What is wrong with a connection string, in words that hold nothing of its values; null if nothing is that can be told without connecting.</summary>
    public static string? Problem(string connectionString)
    {
        try
        {
            _ = new DatabaseAddress(connectionString);
            return null;
        }
        catch (StoreException e)
        {
            return e.Message;
        }
    }

    /// <summary>Shards of a new store; an existing store keeps its own number.</summary>
    public int ShardCount { get; init; } = 1024;

    /// <summary>Reads that may run at the same time; further ones wait.</summary>
    public int ReadConnections { get; init; } = 4;

    /// <summary>Names this node's connections in <c>pg_stat_activity</c>.</summary>
    public string NodeName { get; init; } = "node";

    /// <summary>
    /// A commit without an answer after this long counts as unknown: its connection is given up and its server process ended. Too short a time costs a repeated attempt,
    /// nothing else.
    /// </summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(10);
}

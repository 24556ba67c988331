using Npgsql;

namespace Presence.Storage.Postgres;

/// <summary>
/// Several statements in one round trip; their results are taken in the order in which they were added. In a transaction of the caller's, if they are to be of one moment.
/// </summary>
internal sealed class QueryBatch(NpgsqlConnection connection) : IDisposable
{
    private readonly NpgsqlBatch _batch = new(connection);
    private NpgsqlDataReader? _reader;

    public void Add(string sql, params IEnumerable<object> arguments)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var argument in arguments)
        {
            command.Parameters.Add(new() { Value = argument });
        }

        _batch.BatchCommands.Add(command);
    }

    public List<T> Next<T>(Func<NpgsqlDataReader, T> map)
    {
        if (_reader is null)
        {
            _reader = _batch.ExecuteReader();
        }
        else
        {
            _reader.NextResult();
        }

        return Query.Rest(_reader, map);
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _batch.Dispose();
    }
}

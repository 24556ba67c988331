using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// The writing connections that nobody uses just now. There are as many as there were writers at the same time: a few lanes and the upkeep. It never lends one twice.
/// </summary>
internal sealed class WritePool(NpgsqlDataSource source, string node) : IDisposable
{
    // application_name holds 63 bytes: presence/NODE/32 digits/laneN.
    private const int NodeLength = 14;

    private readonly Stack<WriteConnection> _idle = new();
    private readonly Lock _gate = new();
    private Incarnation _owner;
    private int _opened;
    private bool _closed;

    /// <summary>Whose name the connections bear from now on; those of another owner are not lent any more.</summary>
    public void NameAfter(Incarnation owner)
    {
        lock (_gate)
        {
            if (_owner == owner)
            {
                return;
            }

            _owner = owner;
            Clear();
        }
    }

    public WriteConnection Rent()
    {
        string name;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_idle.TryPop(out var idle))
            {
                return idle;
            }

            name = $"presence/{node[..Math.Min(NodeLength, node.Length)]}/{_owner}/lane{_opened++}";
        }

        return WriteConnection.Open(source, name);
    }

    /// <summary>Takes back a connection on which everything was answered.</summary>
    public void Return(WriteConnection connection)
    {
        lock (_gate)
        {
            if (!_closed && connection.Name.Contains($"/{_owner}/", StringComparison.Ordinal))
            {
                _idle.Push(connection);
                return;
            }
        }

        connection.Dispose();
    }

    /// <summary>Ends the server process of a connection that does not answer. What its command has done is for the next attempt to find out.</summary>
    public void Terminate(WriteConnection stuck)
    {
        using var other = source.OpenConnection();
        using var command = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2", other)
        {
            Parameters = { new() { Value = stuck.ProcessId }, new() { Value = stuck.Name } },
        };
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Clear();
        }
    }

    private void Clear()
    {
        while (_idle.TryPop(out var idle))
        {
            idle.Dispose();
        }
    }
}

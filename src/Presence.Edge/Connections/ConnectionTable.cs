using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Presence.Routing;

namespace Presence.Edge.Connections;

/// <summary>
/// All open connections by their id, and the way in for what owners have for clients. Made before the owners are, so that both sides can be
/// wired; it must never block its callers, which are commit threads.
/// </summary>
public sealed class ConnectionTable : IDeliver
{
    private readonly ConcurrentDictionary<long, ClientConnection> _connections = new();
    private readonly ConcurrentQueue<ClientConnection> _touched = new();
    private long _lastId;

    /// <param name="firstId">Ids are given out from here; pass one that no earlier life of this edge reached if owners outlive it.</param>
    public ConnectionTable(long firstId = 1) => _lastId = firstId - 1;

    /// <summary>Open connections, those not logged in included.</summary>
    public int Count => _connections.Count;

    public void Stanza(ConnectionId connection, in OutboundStanza stanza)
    {
        if (TryGet(connection, out var client) && Delivery.Stanza(client, stanza))
        {
            Touch(client);
        }
    }

    public void Control(ConnectionId connection, ControlOutput output)
    {
        if (TryGet(connection, out var client))
        {
            Delivery.Control(client, output);
            Touch(client);
        }
    }

    public void Flush()
    {
        while (_touched.TryDequeue(out var client))
        {
            client.Touched = 0;
            client.Writer.Flush();
        }
    }

    internal ConnectionId NextId() => new(Interlocked.Increment(ref _lastId));

    internal void Add(ClientConnection connection) => _connections[connection.Id.Value] = connection;

    internal void Remove(ClientConnection connection) => _connections.TryRemove(connection.Id.Value, out _);

    /// <summary>For the sweeper: weakly consistent, without a lock or a copy.</summary>
    internal IEnumerable<KeyValuePair<long, ClientConnection>> All => _connections;

    private bool TryGet(ConnectionId id, [NotNullWhen(true)] out ClientConnection? connection) => _connections.TryGetValue(id.Value, out connection);

    private void Touch(ClientConnection client)
    {
        // Queued once however much is appended. Cleared before the flush: what is appended after that queues it again.
        if (Interlocked.Exchange(ref client.Touched, 1) == 0)
        {
            _touched.Enqueue(client);
        }
    }
}

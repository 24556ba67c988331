using System.Net;
using System.Net.Sockets;

namespace Presence.Storage.Tests.Postgres;

/// <summary>
/// Stands between a store and the server and can hold back the end of what the store sends, or the answer: to the server the store then looks like a process that was stopped while it
/// wrote, to the store like a network that lost the answer.
/// </summary>
public sealed class StoppableProxy : IDisposable
{
    // The message Sync of the wire protocol, with which every command of Npgsql ends.
    private static readonly byte[] s_sync = [(byte)'S', 0, 0, 0, 4];

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly string _socket;
    private readonly List<Socket> _open = [];
    private readonly ManualResetEventSlim _held = new();
    private readonly ManualResetEventSlim _release = new(true);
    private volatile int _holdBack = -1;
    private volatile bool _loseAnswer;

    /// <param name="directory">Where the server's socket is.</param>
    public StoppableProxy(string directory)
    {
        _socket = Path.Combine(directory, ".s.PGSQL.5432");
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public string ConnectionString(string direct) =>
        new Npgsql.NpgsqlConnectionStringBuilder(direct) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndPoint!).Port }.ConnectionString;

    /// <summary>Of the next command, keeps back its last bytes.</summary>
    public void HoldBack(int bytes)
    {
        _held.Reset();
        _release.Reset();
        _holdBack = bytes;
    }

    /// <summary>Instead of the next answer the store gets the end of its connection.</summary>
    public void LoseAnswer() => _loseAnswer = true;

    /// <summary>False if nothing was held back in time.</summary>
    public bool WaitUntilHeld(TimeSpan limit) => _held.Wait(limit);

    public void Release() => _release.Set();

    public void Dispose()
    {
        _release.Set();
        _listener.Dispose();
        lock (_open)
        {
            _open.ForEach(s => s.Dispose());
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = _listener.Accept();
                var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                server.Connect(new UnixDomainSocketEndPoint(_socket));
                lock (_open)
                {
                    _open.AddRange([client, server]);
                }

                new Thread(() => Pump(client, server, ToServer)) { IsBackground = true }.Start();
                new Thread(() => Pump(server, client, ToClient)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // The listener was closed.
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private static void Pump(Socket from, Socket to, Action<byte[], Socket, Socket> pass)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = from.Receive(buffer)) > 0)
            {
                pass(buffer[..read], from, to);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side is gone; so is the other below.
        }

        from.Dispose();
        to.Dispose();
    }

    private void ToServer(byte[] bytes, Socket from, Socket to)
    {
        if (_holdBack < 0)
        {
            to.Send(bytes);
            return;
        }

        var command = new List<byte>(bytes);
        var buffer = new byte[64 * 1024];
        while (!command.TakeLast(s_sync.Length).SequenceEqual(s_sync))
        {
            command.AddRange(buffer[..from.Receive(buffer)]);
        }

        var kept = _holdBack;
        _holdBack = -1;
        to.Send([.. command.SkipLast(kept)]);
        _held.Set();
        _release.Wait();
        to.Send([.. command.TakeLast(kept)]);
    }

    private void ToClient(byte[] bytes, Socket from, Socket to)
    {
        if (_loseAnswer)
        {
            _loseAnswer = false;
            throw new ObjectDisposedException("the answer is lost");
        }

        to.Send(bytes);
    }
}

using System.Globalization;
using System.Net.Sockets;

namespace Presence.Chaos.Clients;

/// <summary>A session of <see cref="FakeServer"/>: both counters and what the client has not acknowledged. It never expires.</summary>
internal sealed class FakeSession
{
    private readonly Lock gate = new();
    private readonly Queue<string> unacked = new();
    private Socket? socket;
    private int handled;
    private int acknowledged;

    public void Attach(Socket to) { lock (gate) { socket = to; } }

    public void Handled() { lock (gate) { handled++; } }

    public void Acknowledged(int h)
    {
        lock (gate)
        {
            for (; acknowledged < h; acknowledged++)
            {
                unacked.Dequeue();
            }
        }
    }

    public void Tell(int wrongBy) => Write(string.Create(CultureInfo.InvariantCulture, $"<a h='{unchecked((uint)(handled + wrongBy))}'/>"));

    public void Resume(Socket to, int h, int wrongBy)
    {
        lock (gate)
        {
            Acknowledged(h);
            socket = to;
            Write(string.Create(CultureInfo.InvariantCulture, $"<resumed h='{unchecked((uint)(handled + wrongBy))}'/>"));
            foreach (var stanza in unacked)
            {
                Write(stanza);
            }
        }
    }

    public void Send(string stanza)
    {
        lock (gate)
        {
            unacked.Enqueue(stanza);
            Write(stanza);
        }
    }

    private void Write(string text)
    {
        lock (gate)
        {
            try
            {
                FakeServer.Write(socket!, text);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Cut; it stays in the queue.
            }
        }
    }
}

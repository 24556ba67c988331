using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Simulation.Clients;

namespace Presence.Simulation.Servers;

/// <summary>
/// One socket: what is under way in both directions, and what the edge knows of it. Either side may be gone without the other knowing yet.
/// It must never hand anything over out of order.
/// </summary>
public sealed class SimConnection(ConnectionId id, SimDevice device)
{
    public ConnectionId Id => id;

    public SimDevice Device => device;

    public Jid Account => device.Account.Jid;

    public long UserId => device.Account.UserId;

    /// <summary>On the way to the edge, then on the way to the client.</summary>
    public Queue<FromClient> In { get; private set; } = new();

    public Queue<FromServer> Out { get; private set; } = new();

    /// <summary>Nothing more will come from the client; the edge learns of it behind what is still in <see cref="In"/>.</summary>
    public bool ClientGone { get; set; }

    /// <summary>The server closed its side, or its process died.</summary>
    public bool ServerGone { get; set; }

    // What the edge keeps.
    public bool Asking { get; set; }
    public bool Attached { get; set; }
    public bool Bound { get; set; }
    public bool Managed { get; set; }
    public bool Ended { get; set; }
    public bool LastAck { get; set; }
    public long Number { get; set; }

    /// <summary>Without stream management: what is with the operating system, and what of it the owner knows.</summary>
    public long Written { get; set; }
    public long Reported { get; set; }

    /// <summary>The highest h written to this socket.</summary>
    public long Told { get; set; }
    public bool AckAsked { get; set; }
    public bool SentSince { get; set; }

    /// <summary>Stanzas were sent for which no acknowledgement has been asked.</summary>
    public bool AckDue => SentSince && !AckAsked;

    /// <summary>The session as the client knows it; what <c>h</c> on this connection is about.</summary>
    public SimSession? Session { get; set; }

    /// <summary>The socket breaks: of what is under way each side gets the first so many.</summary>
    public void Break(int toServer, int toClient)
    {
        ClientGone = true;
        ServerGone = true;
        In = new Queue<FromClient>(In.Take(toServer));
        Out = new Queue<FromServer>(Out.Take(toClient));
    }

    /// <summary>Puts something on the way to the client; lost if the socket is broken already.</summary>
    public void Send(FromServer element)
    {
        if (!ClientGone)
        {
            Out.Enqueue(element);
        }
    }
}

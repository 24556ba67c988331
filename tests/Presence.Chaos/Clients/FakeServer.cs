using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Xml.Linq;

namespace Presence.Chaos.Clients;

/// <summary>
/// As much of a server as the chaos clients need, with sessions that outlive connections, and one fault on demand: it shows
/// that the clients behave and that faults are found. It must never be taken for a model of the node.
/// </summary>
public sealed class FakeServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, FakeSession> sessions = new();
    private readonly ConcurrentDictionary<Socket, bool> sockets = new();
    private int messages;

    public FakeServer()
    {
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>What goes wrong with a message that has been acknowledged; it sees how many came before.</summary>
    public Func<int, string, IEnumerable<string>> Deliver { get; init; } = (_, message) => [message];

    /// <summary>Whether <c>&lt;resume/&gt;</c> finds the session.</summary>
    public bool Forgets { get; set; }

    /// <summary>Added to every h that is told.</summary>
    public int WrongBy { get; set; }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Cuts every connection, as a kill does; sessions stay.</summary>
    public void CutAll()
    {
        foreach (var socket in sockets.Keys)
        {
            socket.Close(0);
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        CutAll();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                sockets[socket] = true;
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        var (splitter, user, session, buffer) = (new ElementSplitter(), "", (FakeSession?)null, new byte[4096]);
        try
        {
            Write(socket, "<stream:stream><features/>");
            while (await socket.ReceiveAsync(buffer) is > 0 and var count)
            {
                foreach (var text in splitter.Feed(buffer.AsSpan(0, count)))
                {
                    var element = XElement.Parse(text);
                    switch (element.Name.LocalName)
                    {
                        case "auth":
                            // "n,,n=USER,r=NONCE": whoever says who he is comes in.
                            user = Encoding.UTF8.GetString(Convert.FromBase64String(element.Value)).Split(',')[2][2..] + "@localhost";
                            Write(socket, "<success/>");
                            Write(socket, "<stream:stream><features/>");
                            splitter.Restart();
                            break;
                        case "resume" when !Forgets && sessions.TryGetValue(user, out session):
                            session.Resume(socket, Number(element), WrongBy);
                            break;
                        case "resume":
                            Write(socket, "<failed/>");
                            break;
                        case "enable":
                            session = sessions[user] = new FakeSession();
                            Write(socket, $"<enabled id='{user}'/>");
                            session.Attach(socket);
                            break;
                        case "iq" when session is null:
                            Write(socket, "<iq type='result' id='bind'/>");
                            break;
                        case "r":
                            session!.Tell(WrongBy);
                            break;
                        case "a":
                            session!.Acknowledged(Number(element));
                            break;
                        default:
                            session!.Handled();
                            Route(user, element, session);
                            break;
                    }
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }

        sockets.TryRemove(socket, out _);
    }

    private void Route(string user, XElement stanza, FakeSession own)
    {
        if (stanza.Name.LocalName == "iq")
        {
            own.Send($"<iq type='result' id='{stanza.Attribute("id")!.Value}'/>");
        }
        else if (stanza.Name.LocalName == "message" && sessions.TryGetValue(stanza.Attribute("to")!.Value, out var other))
        {
            stanza.SetAttributeValue("from", user + "/chaos");
            foreach (var delivered in Deliver(messages++, stanza.ToString(SaveOptions.DisableFormatting)))
            {
                other.Send(delivered);
            }
        }
    }

    internal static void Write(Socket socket, string text) => socket.Send(Encoding.UTF8.GetBytes(text));

    private static int Number(XElement element) => int.Parse(element.Attribute("h")!.Value, System.Globalization.CultureInfo.InvariantCulture);
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Xml.Linq;

namespace Presence.Chaos.Clients;

/// <summary>
/// One TCP connection to a node, logged in with SCRAM-SHA-1 and without TLS: elements in, text out.
/// It must never reconnect or remember anything: that is <see cref="SmClient"/>'s part.
/// </summary>
public sealed class XmppConnection : IDisposable
{
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(15);

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ElementSplitter splitter = new();
    private readonly Queue<string> elements = new();
    private readonly byte[] buffer = new byte[16384];

    private XmppConnection()
    {
    }

    /// <summary>Connects, authenticates and opens the stream on which binding or resumption comes next.</summary>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="ProtocolViolationException">The server answered something else than success.</exception>
    public static async Task<XmppConnection> OpenAsync(int port, string jid, string password, CancellationToken cancel)
    {
        var connection = new XmppConnection();
        try
        {
            await connection.socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            await connection.OpenStreamAsync(cancel);
            var scram = new ScramClient(jid.Split('@')[0], password);
            connection.Write($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'>{scram.First()}</auth>");
            var answer = await connection.ReadAsync(cancel);
            if (answer.Name.LocalName == "challenge")
            {
                connection.Write($"<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{scram.Final(answer.Value)}</response>");
                answer = await connection.ReadAsync(cancel);
            }

            if (answer.Name.LocalName != "success")
            {
                throw new ProtocolViolationException($"{jid} may not log in: {answer}");
            }

            await connection.OpenStreamAsync(cancel);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sends text as it is. Blocks while the node does not read.</summary>
    /// <exception cref="IOException">The connection ended.</exception>
    public void Write(string text)
    {
        try
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var sent = 0; sent < bytes.Length;)
            {
                sent += socket.Send(bytes, sent, bytes.Length - sent, SocketFlags.None);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("the connection ended: " + e.Message, e);
        }
    }

    /// <summary>The next element, within the limit of a login step.</summary>
    public async Task<XElement> ReadAsync(CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(StepLimit);
        try
        {
            return await ReadAnyAsync(limited.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"no answer within {StepLimit}");
        }
    }

    /// <summary>The next element, however long it takes.</summary>
    /// <exception cref="IOException">The connection or the stream ended.</exception>
    public async Task<XElement> ReadAnyAsync(CancellationToken cancel)
    {
        string? text;
        while (!elements.TryDequeue(out text))
        {
            await FillAsync(cancel);
        }

        var wrapped = $"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>{text}</stream:stream>";
        return XDocument.Parse(wrapped).Root!.Elements().Single();
    }

    /// <summary>Loses the connection as a phone does: what was not read stays unread, no goodbye is said.</summary>
    public void Cut()
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The server was faster.
        }

        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private async Task OpenStreamAsync(CancellationToken cancel)
    {
        splitter.Restart();
        Write("<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
            + "xmlns:stream='http://etherx.jabber.org/streams'>");
        var features = await ReadAsync(cancel);
        if (features.Name.LocalName != "features")
        {
            throw new ProtocolViolationException($"expected stream features, got {features}");
        }
    }

    private async Task FillAsync(CancellationToken cancel)
    {
        int count;
        try
        {
            count = splitter.Closed ? 0 : await socket.ReceiveAsync(buffer, cancel);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("the connection ended: " + e.Message, e);
        }

        if (count == 0)
        {
            throw new IOException("the server closed the connection");
        }

        foreach (var element in splitter.Feed(buffer.AsSpan(0, count)))
        {
            elements.Enqueue(element);
        }
    }
}

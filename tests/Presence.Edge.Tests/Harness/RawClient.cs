using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using Presence.Protocol.Sasl;
using Presence.Protocol.Tests.Sasl;
using Presence.Routing;

namespace Presence.Edge.Tests.Harness;

/// <summary>
/// A client that sends what it is told and reads one element at a time, with none of the server's code for streams. It trusts any certificate
/// that names the domain, and remembers it.
/// </summary>
internal sealed class RawClient : IAsyncDisposable
{
    public const string Header =
        "<?xml version='1.0'?><stream:stream to='example.org' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    private readonly TcpClient _tcp;
    private readonly StringBuilder _received = new();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Stream _stream;

    private RawClient(TcpClient tcp)
    {
        _tcp = tcp;
        _stream = tcp.GetStream();
    }

    /// <summary>The edge's id of this connection, once an input told it.</summary>
    public ConnectionId Id { get; set; }

    /// <summary>The stream header received last.</summary>
    public string ServerHeader { get; private set; } = "";

    /// <summary>The features received last.</summary>
    public XElement Features { get; private set; } = null!;

    public SslStream? Tls => _stream as SslStream;

    public X509Certificate2? Certificate { get; private set; }

    public Socket Socket => _tcp.Client;

    /// <param name="from">The local address, for a client that is to be told from others; null: whatever comes.</param>
    public static async Task<RawClient> ConnectAsync(IPEndPoint port, IPAddress? from = null)
    {
        var tcp = from is null ? new TcpClient(port.AddressFamily) : new TcpClient(new IPEndPoint(from, 0));
        tcp.NoDelay = true;
        await tcp.ConnectAsync(port);
        return new RawClient(tcp);
    }

    public Task SendAsync(string xml) => SendAsync(Encoding.UTF8.GetBytes(xml));

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes).AsTask().WaitAsync(TestEdge.Patience);

    /// <summary>Sends a header and reads the answer up to and including the features.</summary>
    public async Task OpenStreamAsync(string header = Header)
    {
        await SendAsync(header);
        await ReadHeaderAsync();
        Features = await ReadElementAsync();
        Assert.Equal("features", Features.Name.LocalName);
    }

    public async Task ReadHeaderAsync()
    {
        int end;
        while ((end = _received.ToString().IndexOf('>', Math.Max(0, _received.ToString().IndexOf("<stream:stream", StringComparison.Ordinal)))) < 0
               || !_received.ToString().Contains("<stream:stream"))
        {
            Assert.True(await FillAsync(), "Closed before a header: " + _received);
        }

        ServerHeader = _received.ToString(0, end + 1);
        _received.Remove(0, end + 1);
    }

    /// <summary>The next first-level element.</summary>
    public async Task<XElement> ReadElementAsync()
    {
        XElement? element;
        while (!TryCut(out element))
        {
            Assert.True(await FillAsync(), "Closed before an element: " + _received);
        }

        return element!;
    }

    /// <summary>All that comes until the server closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        while (await FillAsync())
        {
        }

        return _received.ToString();
    }

    /// <summary>The condition of the stream error that must come next, followed by the stream's end and the socket's.</summary>
    public async Task<string> ReadStreamErrorAsync()
    {
        var error = await ReadElementAsync();
        Assert.Equal("error", error.Name.LocalName);
        Assert.Equal("</stream:stream>", await ReadToEndAsync());
        return error.Elements().First(e => e.Name.NamespaceName == "urn:ietf:params:xml:ns:xmpp-streams" && e.Name.LocalName != "text").Name.LocalName;
    }

    public async Task StartTlsAsync()
    {
        await SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        Assert.Equal("proceed", (await ReadElementAsync()).Name.LocalName);
        await SecureAsync();
    }

    public async Task SecureAsync(SslProtocols protocols = SslProtocols.None, params SslApplicationProtocol[] offered)
    {
        var tls = new SslStream(_tcp.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "example.org",
            EnabledSslProtocols = protocols,
            ApplicationProtocols = offered.Length == 0 ? null : [.. offered],
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                Certificate = new X509Certificate2(certificate!);
                return Certificate.MatchesHostname("example.org");
            },
        };
        await tls.AuthenticateAsClientAsync(options).WaitAsync(TestEdge.Patience);
        _stream = tls;
    }

    /// <summary>SCRAM with a mechanism of choice; false when refused (<see cref="LastElement"/> says why).</summary>
    public async Task<bool> LogInAsync(string user, string password, string mechanism = "SCRAM-SHA-256", string gs2 = "n,,", byte[]? binding = null)
    {
        var hash = mechanism.Contains("SHA-256") ? ScramHash.Sha256 : ScramHash.Sha1;
        var scram = new ScramClient(hash, user, password, "fyko+d2lbbFgONRv9qkxdawL", gs2, binding);
        await SendAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{mechanism}'>{Convert.ToBase64String(scram.First)}</auth>");
        LastElement = await ReadElementAsync();
        if (LastElement.Name.LocalName != "challenge")
        {
            return false;
        }

        var final = scram.Final(Convert.FromBase64String(LastElement.Value));
        await SendAsync($"<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{Convert.ToBase64String(final)}</response>");
        LastElement = await ReadElementAsync();
        if (LastElement.Name.LocalName != "success")
        {
            return false;
        }

        Assert.True(scram.Trusts(Convert.FromBase64String(LastElement.Value)));
        return true;
    }

    public XElement LastElement { get; private set; } = null!;

    /// <summary>PLAIN in one step.</summary>
    public async Task<XElement> LogInPlainAsync(string user, string password, string authzid = "")
    {
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{authzid}\0{user}\0{password}"));
        await SendAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{data}</auth>");
        return LastElement = await ReadElementAsync();
    }

    public async Task<XElement> BindAsync(string resource = "balcony")
    {
        await SendAsync($"<iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{resource}</resource></bind></iq>");
        return await ReadElementAsync();
    }

    /// <summary>What comes next, at least one byte.</summary>
    public async Task<string> ReadRawAsync()
    {
        Assert.True(_received.Length > 0 || await FillAsync(), "Closed");
        var raw = _received.ToString();
        _received.Clear();
        return raw;
    }

    /// <summary>The socket goes away without a word.</summary>
    public void Abort()
    {
        _tcp.Client.LingerState = new LingerOption(true, 0);
        _tcp.Close();
    }

    public ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> FillAsync()
    {
        try
        {
            var count = await _stream.ReadAsync(_buffer).AsTask().WaitAsync(TestEdge.Patience);
            _received.Append(Encoding.UTF8.GetString(_buffer, 0, count));
            return count > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private bool TryCut(out XElement? element)
    {
        element = null;
        var text = _received.ToString();
        var start = text.Length - text.TrimStart().Length;
        for (var end = text.IndexOf('>'); end >= 0; end = text.IndexOf('>', end + 1))
        {
            try
            {
                var wrapped = $"<w xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>{text[start..(end + 1)]}</w>";
                element = XElement.Parse(wrapped).Elements().Single();
                _received.Remove(0, end + 1);
                return true;
            }
            catch (System.Xml.XmlException)
            {
                // Not the end yet.
            }
        }

        return false;
    }
}

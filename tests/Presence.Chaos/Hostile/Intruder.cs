using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Presence.Chaos.Clients;

namespace Presence.Chaos.Hostile;

/// <summary>
/// A connection that sends whatever it is told, well formed or not, and keeps what comes back as text. It must never repair what it sends, nor wait without a limit.
/// </summary>
public sealed partial class Intruder : IAsyncDisposable
{
    public const string Header =
        "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    private const int MaxText = 8 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Socket socket;
    private readonly StringBuilder text = new();
    private readonly byte[] buffer = new byte[64 * 1024];
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private Stream stream;
    private Task<int>? pending;

    private Intruder(Socket socket)
    {
        this.socket = socket;
        stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Everything received and not taken yet.</summary>
    public string Text => text.ToString();

    /// <summary>Characters from which on the older half is forgotten; null: everything is kept.</summary>
    public int? ForgetsAbove { get; set; }

    /// <summary>Whether the node has closed its side, in good order or not.</summary>
    public bool Ended { get; private set; }

    /// <summary>Whether the end was a reset.</summary>
    public bool WasReset { get; private set; }

    /// <param name="from">The loopback address to come from; limits count by it.</param>
    /// <param name="receiveBuffer">Bytes that this side's kernel takes unread; 0 for as many as it likes.</param>
    public static async Task<Intruder> ConnectAsync(int port, bool tls = false, string from = "127.0.0.1", int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var intruder = new Intruder(socket);
        if (tls)
        {
            await intruder.SecureAsync();
        }

        return intruder;
    }

    /// <summary>A connection that has sent its header and read the features.</summary>
    public static async Task<Intruder> OpenAsync(int port, bool tls = false)
    {
        var intruder = await ConnectAsync(port, tls);
        await intruder.OpenStreamAsync();
        return intruder;
    }

    /// <summary>A connection that has bound a resource.</summary>
    public static async Task<Intruder> BoundAsync(int port, string jid, string resource = "attack", int receiveBuffer = 0)
    {
        var intruder = await ConnectAsync(port, receiveBuffer: receiveBuffer);
        await intruder.OpenStreamAsync();
        await intruder.LogInAsync(jid);
        await intruder.SendAsync($"<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{resource}</resource></bind></iq>");
        await intruder.TakeAsync("</iq>");
        return intruder;
    }

    [SuppressMessage("Security", "CA5359", Justification = "The node of a test makes its own certificate; it is not what is tested.")]
    public async Task SecureAsync()
    {
        var tls = new SslStream(stream, leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost").WaitAsync(Patience);
        stream = tls;
    }

    public async Task OpenStreamAsync()
    {
        await SendAsync(Framed ? "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>" : Header);
        await TakeAsync("</stream:features>");
    }

    /// <summary>Logs in and opens the stream anew.</summary>
    public async Task LogInAsync(string jid)
    {
        var scram = new ScramClient(jid.Split('@')[0], Person.Password);
        await SendAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'>{scram.First()}</auth>");
        var challenge = await TakeAsync("</challenge>");
        var data = challenge[(challenge.LastIndexOf('>', challenge.Length - "</challenge>".Length - 1) + 1)..^"</challenge>".Length];
        await SendAsync($"<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{scram.Final(data)}</response>");
        await TakeAsync("</success>");
        await OpenStreamAsync();
    }

    /// <summary>Whether what is sent as a string goes into a WebSocket frame of its own (RFC 7395).</summary>
    public bool Framed { get; set; }

    public Task SendAsync(string xml) => SendAsync(Framed ? Frame(Encoding.UTF8.GetBytes(xml)) : Encoding.UTF8.GetBytes(xml));

    /// <exception cref="IOException">The connection ended.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Patience);
        await stream.WriteAsync(bytes, limit.Token);
    }

    /// <summary>Sends unless the node has ended the connection, which is its right while it is attacked.</summary>
    public async Task TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await SendAsync(bytes);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // What it said before its end is still to be read.
        }
    }

    /// <summary>Reads until this text has come, and takes everything up to its end away.</summary>
    /// <exception cref="IOException">The connection ended first; the message holds what came.</exception>
    public async Task<string> TakeAsync(string end)
    {
        int at;
        while ((at = Text.IndexOf(end, StringComparison.Ordinal)) < 0)
        {
            // A refused log-in is not followed by anything.
            if (Text.Contains("</failure>", StringComparison.Ordinal) || !await ReadAsync(Patience))
            {
                throw new IOException($"waiting for {end}: the connection ended or log-in was refused after {Text}");
            }
        }

        var taken = text.ToString(0, at + end.Length);
        text.Remove(0, taken.Length);
        return taken;
    }

    /// <summary>Reads until the node closes.</summary>
    /// <exception cref="TimeoutException">It did not within this time.</exception>
    public async Task<string> ReadToEndAsync(TimeSpan? within = null)
    {
        while (await ReadAsync(within ?? Patience))
        {
        }

        return Text;
    }

    /// <summary>Reads until the node closes and returns the condition of its stream error (RFC 6120 §4.9); empty if it sent none.</summary>
    /// <inheritdoc cref="ReadToEndAsync"/>
    public async Task<string> StreamErrorAsync(TimeSpan? within = null)
    {
        var all = await ReadToEndAsync(within);
        return ErrorOf(all);
    }

    /// <summary>The condition of the stream error in a text; empty if there is none.</summary>
    public static string ErrorOf(string received)
    {
        var match = StreamErrorPattern().Match(received);
        return match.Success ? match.Groups[1].Value : "";
    }

    /// <summary>Reads what comes next.</summary>
    /// <returns>False: the node closed.</returns>
    /// <exception cref="TimeoutException">Nothing came.</exception>
    public async Task<bool> ReadAsync(TimeSpan within)
    {
        try
        {
            // A read that was not waited for to its end is still the next one: a cancelled read would break TLS.
            pending ??= Ended ? Task.FromResult(0) : stream.ReadAsync(buffer).AsTask();
            var count = await pending.WaitAsync(within);
            pending = null;
            Ended |= count == 0;
            Keep(buffer.AsSpan(0, count));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            Ended = true;
            WasReset = true;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"nothing within {within}; received so far: {Text[..Math.Min(Text.Length, 1000)]}");
        }

        return !Ended;
    }

    /// <summary>Reads until something is so, or until nothing has come for this long.</summary>
    /// <returns>Whether it is so.</returns>
    public async Task<bool> ReadWhileAsync(TimeSpan quiet, Func<bool> until)
    {
        while (!until())
        {
            pending ??= stream.ReadAsync(buffer).AsTask();
            if (Ended || await Task.WhenAny(pending, Task.Delay(quiet)) != pending || !await ReadAsync(quiet))
            {
                return until();
            }
        }

        return true;
    }

    /// <summary>Everything that comes from here on, with this text and what was not taken yet before it.</summary>
    public Stream Continued(string before) => new PrefixedStream(Encoding.UTF8.GetBytes(before + Text), stream);

    /// <summary>Says in TCP that nothing more comes.</summary>
    public void EndOutput()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The node was faster.
        }
    }

    /// <summary>Loses the connection without a word.</summary>
    public void Cut()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await stream.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
    }

    // RFC 6455 §5.2: final, text, masked.
    private static byte[] Frame(byte[] text) => [0x81, 0xFE, (byte)(text.Length >> 8), (byte)text.Length, 0, 0, 0, 0, .. text];

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var chars = new char[decoder.GetCharCount(bytes, flush: false)];
        decoder.GetChars(bytes, chars, flush: false);
        text.Append(chars);
        if (ForgetsAbove is { } most && text.Length > most)
        {
            text.Remove(0, text.Length - (most / 2));
        }

        if (text.Length > MaxText)
        {
            throw new InvalidOperationException("the node says more than the test can keep");
        }
    }

    [GeneratedRegex("<stream:error[^>]*><([a-z-]+) xmlns=['\"]urn:ietf:params:xml:ns:xmpp-streams['\"]")]
    private static partial Regex StreamErrorPattern();
}

using System.Net;
using System.Net.Sockets;
using Presence.Edge.Listening;
using Presence.Edge.Negotiation;
using Presence.Edge.Rates;
using Presence.Protocol.Addressing;
using Presence.Protocol.Sasl;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Edge.Connections;

/// <summary>
/// One client socket from accept to close: it runs the negotiation, then the bound stream, and ends both ways of the stream as RFC 6120 §4.4
/// says. It must never decide anything about the user's session, and reports its end to the owner exactly once.
/// </summary>
internal sealed partial class ClientConnection : IAsyncDisposable
{
    private readonly ListenerKind _kind;
    private readonly Stream _plain;
    private readonly MessageStream? _messages;
    private readonly ConnectionClock _clock;
    private readonly HighestAck _acknowledged;
    private TlsStream? _tls;
    private int _phase;
    private int _wasBound;
    private int _cut;

    /// <param name="remote">Who connected.</param>
    /// <param name="address">What it was counted under; null: a trusted proxy connected, which will say for whom.</param>
    public ClientConnection(EdgeContext edge, Socket socket, ListenerKind kind, IPEndPoint remote, AddressKey? address)
        : this(edge, new ClientSocketStream(socket), kind, remote, address) => Socket = socket;

    /// <summary>A client that came through a WebSocket (RFC 7395); how secure it is was settled with its HTTP request.</summary>
    public ClientConnection(EdgeContext edge, MessageStream messages, IPEndPoint remote)
        : this(edge, messages, ListenerKind.StartTls, remote, AddressKey.Of(remote.Address)) => _messages = messages;

    private ClientConnection(EdgeContext edge, Stream stream, ListenerKind kind, IPEndPoint remote, AddressKey? address)
    {
        Edge = edge;
        Id = edge.Table.NextId();
        _kind = kind;
        Remote = remote;
        Address = address;
        _plain = stream;
        _clock = new ConnectionClock(edge.Time);
        Gate = edge.NewGate();
        Reader = new InboundReader(this, _plain, edge.Options.LimitsBeforeLogin, edge.Options.ReadBufferBytes);
        Writer = new SocketWriter(this, _plain, edge.Options.MaxWriteBufferBytes, edge.Time);
        _acknowledged = new HighestAck(Writer);
    }

    public EdgeContext Edge { get; }

    public ConnectionId Id { get; }

    /// <summary>Null behind a WebSocket.</summary>
    public Socket? Socket { get; }

    /// <summary>Where the client is, from the negotiation on; before it perhaps a proxy's address.</summary>
    public IPEndPoint Remote { get; private set; }

    /// <summary>What limits by address count the client under; null until a proxy has said who it is.</summary>
    public AddressKey? Address { get; private set; }

    public InboundReader Reader { get; }

    public SocketWriter Writer { get; }

    /// <summary>Whether nobody on the way can read what is sent.</summary>
    public bool IsTls => _tls is not null || _messages is { IsSecure: true };

    /// <summary>Whether TLS may begin on this stream, which it never may within a WebSocket (RFC 7395 §3.9).</summary>
    public bool MayStartTls => _tls is null && _messages is null;

    /// <summary>The way to the owner; set once the client is authenticated.</summary>
    public OwnerLink? Link { get; private set; }

    public FloodGate Gate { get; }

    /// <summary>The address bound; set by the owner's answer.</summary>
    public Jid? FullJid { get; private set; }

    /// <summary>The <c>id</c> of the bind request that waits for its answer.</summary>
    public string? BindRequestId { get; set; }

    /// <summary>Whether our stream header has been sent on the current stream, so that an error may be.</summary>
    public bool StreamOpen { get; set; }

    public bool StreamManagement { get; private set; }

    /// <summary>The client said it is inactive (XEP-0352).</summary>
    public bool Inactive { get; set; }

    public ConnectionPhase Phase => (ConnectionPhase)Volatile.Read(ref _phase);

    /// <summary>1 while queued for a flush; belongs to <see cref="ConnectionTable"/>.</summary>
    internal int Touched;

    /// <summary>Lives as long as the socket.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (Address is null && !await IntroduceAsync().ConfigureAwait(false))
            {
                return;
            }

            if (_kind == ListenerKind.DirectTls)
            {
                await StartTlsAsync(Edge.Certificates.Current).ConfigureAwait(false);
            }

            if (await new Negotiator(this).RunAsync().ConfigureAwait(false) is { } bound)
            {
                await bound.RunAsync().ConfigureAwait(false);
            }

            if (Phase == ConnectionPhase.Closing)
            {
                // Both sides close in turn, so that the client reads the error and not a reset.
                await Reader.NextAsync().ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (SocketFailure.Is(failure))
        {
            LogSocketEnded(Edge.ConnectionLog, Id.Value, failure.GetType().Name, failure.Message);
        }
        catch (Exception defect)
        {
            LogDefect(Edge.ConnectionLog, defect, Id.Value);
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Answers the client's or the port's wish for TLS; everything read before is forgotten.</summary>
    public async ValueTask StartTlsAsync(TlsSettings settings)
    {
        var tls = new TlsStream(_plain);
        var direct = _kind == ListenerKind.DirectTls;
        _tls = tls;
        var offers13 = _plain is NetworkStream socket && await OfferedVersions.IncludeTls13Async(socket).ConfigureAwait(false);
        if (direct && !offers13)
        {
            TellOfProxy(Socket!);
        }

        await tls.AuthenticateAsServerAsync(settings.For(offers13, direct), Edge.Abandoned).ConfigureAwait(false);
        Bindings = Edge.Options.OfferChannelBinding ? settings.Bindings : ChannelBindings.None;
        Reader.SwitchTo(tls);
        Writer.SwitchTo(tls);
    }

    /// <summary>What log-ins can be bound to (RFC 5929); none without TLS.</summary>
    public ChannelBindings Bindings { get; private set; } = ChannelBindings.None;

    /// <summary>Sends bytes that are no stanza, from the read loop.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        Add(bytes);
        Writer.FlushHere();
    }

    /// <summary>Appends bytes that are no stanza; they leave with what is sent next.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (!Writer.Append(bytes))
        {
            Cut("overflow");
        }
    }

    /// <summary>Opens our side of a stream; leaves with what follows, features or error: one send, one packet.</summary>
    public void Open(StreamHeader header)
    {
        StreamOpen = true;
        Add(_messages is null ? header.ToBytes() : StreamFraming.Open(header));
    }

    /// <summary>Sends a sign of life; for a WebSocket its host does (RFC 7395 §3.8 forbids white space).</summary>
    public void KeepAlive()
    {
        if (_messages is null)
        {
            Add(" "u8);
            Writer.Flush();
        }
    }

    /// <summary>Ends the stream from the read loop with an error and tells the owner, to whom that is no clean end.</summary>
    public async ValueTask FailAsync(StreamErrorCondition condition, string? text)
    {
        // The error first: an owner without room must not keep the client waiting.
        BeginClose(condition, text);
        if (Link is { } link)
        {
            await link.DetachAsync(clean: false).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Ends our side of the stream: error if one is named, end tag, <c>close_notify</c>, FIN. Any thread; only the first call counts. What the
    /// client still sends is thrown away until it closes too, or lingers too long.
    /// </summary>
    /// <param name="byOwner">The owner wants it and needs no report.</param>
    /// <param name="application">A condition of an extension that goes with the error.</param>
    /// <param name="endStream">False leaves out the end tag, so that the client may resume its session.</param>
    public void BeginClose(StreamErrorCondition condition, string? text, bool endStream = true, XmlElement? application = null, bool byOwner = false)
    {
        // Both before the link ends: a read loop that finds it ended must wait for the client, and not close over the error.
        Reader.Discard();
        if (!Advance(ConnectionPhase.Closing))
        {
            if (byOwner)
            {
                Link?.Abandon();
            }

            return;
        }

        StartLinger();
        if (condition != StreamErrorCondition.None)
        {
            Edge.Metrics.StreamError(condition);
            LogStreamError(Edge.ConnectionLog, Id.Value, condition, text);
        }

        if (StreamOpen && condition != StreamErrorCondition.None)
        {
            Writer.Append(StreamError.ToBytes(condition, text, application, closeStream: false));
        }

        if (StreamOpen && endStream)
        {
            Writer.Append(_messages is null ? StreamError.StreamEnd : StreamFraming.Close);
        }

        Writer.Finish();
        if (byOwner)
        {
            Link?.Abandon();
        }
        else
        {
            Link?.Interrupt();
        }
    }

    /// <summary>The stream is about to end: from now on the linger time runs.</summary>
    public void StartLinger() => _clock.StartLinger();

    /// <summary>What deadlines are measured by.</summary>
    public ConnectionTimes Times => Writer.Complete(_clock.Times);

    public bool IsLingering => _clock.IsLingering;

    /// <summary>Closes the socket at once; the read loop wakes and reports the end.</summary>
    public void Cut(string reason = "failed")
    {
        if (Interlocked.Exchange(ref _cut, 1) != 0)
        {
            return;
        }

        Advance(ConnectionPhase.Gone);
        Edge.Metrics.Cut(reason);
        LogCut(Edge.ConnectionLog, Id.Value, reason);
        Writer.Kill();
        Link?.Interrupt();
        _messages?.Abort();
        Socket?.Close(0);
    }

    /// <summary>The owner attached this connection to a session: stanzas may be delivered from here on.</summary>
    /// <returns>False: the connection is ending already; its end is or will be reported.</returns>
    public bool Attach(Jid fullJid)
    {
        FullJid = fullJid;
        if (!Advance(ConnectionPhase.Bound))
        {
            return false;
        }

        Volatile.Write(ref _wasBound, 1);
        Edge.Metrics.Bound();
        return true;
    }

    /// <summary>The owner took <c>&lt;enable/&gt;</c> or <c>&lt;resume/&gt;</c>.</summary>
    public void StartStreamManagement()
    {
        StreamManagement = true;
        Link!.ForgetWritten();
        Writer.StartStreamManagement();
    }

    /// <summary>Appends <c>&lt;a/&gt;</c>, unless a higher h was appended before.</summary>
    public void Acknowledge(long h)
    {
        if (!_acknowledged.Append(h))
        {
            Cut("overflow");
        }
    }

    /// <summary>The read loop got bytes.</summary>
    /// <returns>When: a timestamp.</returns>
    public long Received(int count)
    {
        Edge.Metrics.BytesIn(count);
        return _clock.Received();
    }

    /// <summary>The write side gave bytes to the operating system, up to this outbound number (0: none counted).</summary>
    public void Sent(int count, long number)
    {
        Edge.Metrics.BytesOut(count);
        if (number > 0)
        {
            Link?.Written(number);
        }
    }

    private bool Advance(ConnectionPhase to)
    {
        while (true)
        {
            var phase = Volatile.Read(ref _phase);
            if (phase >= (int)to)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _phase, (int)to, phase) == phase)
            {
                return true;
            }
        }
    }

    /// <summary>Closes the socket and tells the owner, whatever came before; called when the read loop ends.</summary>
    public async ValueTask DisposeAsync()
    {
        Advance(ConnectionPhase.Gone);
        Writer.Kill();
        Reader.Dispose();
        try
        {
            await ((Stream?)_tls ?? _plain).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (SocketFailure.Is(failure))
        {
            // Gone is gone; what matters is that the owner hears of it below.
        }

        Edge.Limits.Leave(Address);
        Edge.Table.Remove(this);

        if (Link is { } link)
        {
            Edge.Users.Leave(link.UserId);
            await link.DetachAsync(clean: false).ConfigureAwait(false);
        }

        Edge.Metrics.Ended(_wasBound != 0);
    }
}

using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Presence.Edge.Connections;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;

namespace Presence.Edge.Components;

/// <summary>
/// One socket of an external component from accept to close (XEP-0114 §3): header, handshake, stanzas. Before the handshake it must never pass
/// anything on; after it, nothing that is not from the component's own domain.
/// </summary>
internal sealed partial class ComponentConnection : IDisposable
{
    private readonly ComponentServer _server;
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly StreamParser _parser;
    private readonly ComponentWriter _writer;
    private readonly ComponentRouting _routing;
    private readonly CancellationTokenSource _cut;
    private readonly byte[] _buffer;
    private readonly Lock _opening = new();
    private bool _open;
    private int _start;
    private int _end;
    private int _closing;

    public ComponentConnection(ComponentServer server, Socket socket)
    {
        (_server, _socket) = (server, socket);
        _cut = new CancellationTokenSource(Timeout.InfiniteTimeSpan, server.Time);
        _stream = new NetworkStream(socket, ownsSocket: true);
        _parser = new StreamParser(server.Edge.LimitsBeforeLogin, Namespaces.ComponentAccept);
        _writer = new ComponentWriter(_stream, server.Edge.MaxWriteBufferBytes, server.Edge.SendTimeout, server.Time);
        _routing = new ComponentRouting(server, this);
        _buffer = new byte[server.Edge.ReadBufferBytes];
    }

    /// <summary>Who it claims to be, from its header on; proved once it stands in the table.</summary>
    public ComponentAccount? Account { get; private set; }

    /// <summary>Any thread. False: the connection ends, or too much waits for it.</summary>
    public bool TrySend(ReadOnlyMemory<byte> stanza)
    {
        lock (_opening)
        {
            return _open && _writer.TryAppend(stanza.Span);
        }
    }

    /// <summary>Ends our side of the stream; the read loop goes on until the component closes or lingers too long. Any thread; only the first call counts.</summary>
    public void Close(StreamErrorCondition condition, string? text = null)
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            return;
        }

        if (condition != StreamErrorCondition.None)
        {
            LogStreamError(_server.Log, Account?.Domain.Domain ?? "unknown", condition, text);
        }

        _writer.Complete(condition == StreamErrorCondition.None ? StreamError.StreamEnd : StreamError.ToBytes(condition, text));
        _cut.CancelAfter(_server.Edge.LingerTimeout);
    }

    /// <summary>Lives as long as the socket.</summary>
    public async Task RunAsync()
    {
        var sending = SendAsync();
        try
        {
            if (await LogInAsync().ConfigureAwait(false))
            {
                await ReadAsync().ConfigureAwait(false);
            }

            await DrainAsync(sending).ConfigureAwait(false);
        }
        catch (Exception failure) when (SocketFailure.Is(failure))
        {
            LogSocketEnded(_server.Log, Account?.Domain.Domain ?? "unknown", failure.Message);
        }
        catch (Exception defect)
        {
            LogDefect(_server.Log, defect, Account?.Domain.Domain ?? "unknown");
        }
        finally
        {
            Interlocked.Exchange(ref _closing, 1);
            _writer.Complete([]);
            _socket.Close(0);
            await sending.ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _parser.Dispose();
        _writer.Dispose();
        _stream.Dispose();
        _cut.Dispose();
    }

    /// <summary>Both sides close in turn, so that the component reads the error and not a reset.</summary>
    private async Task DrainAsync(Task sending)
    {
        Close(StreamErrorCondition.None);
        await sending.ConfigureAwait(false);
        while (await _stream.ReadAsync(_buffer, _cut.Token).ConfigureAwait(false) > 0)
        {
        }
    }

    private async Task SendAsync()
    {
        try
        {
            await _writer.RunAsync().ConfigureAwait(false);
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception failure) when (SocketFailure.Is(failure))
        {
            // The read loop must not wait for a component that takes nothing.
            Interlocked.Exchange(ref _closing, 1);
            _writer.Complete([]);
            await _cut.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> LogInAsync()
    {
        using var limit = new CancellationTokenSource(_server.Edge.LoginTimeout, _server.Time);
        await using var late = limit.Token.Register(() => Close(StreamErrorCondition.ConnectionTimeout, "the handshake takes too long"));
        var opened = await NextAsync().ConfigureAwait(false);
        if (opened.Kind == StreamEventKind.None)
        {
            return false;
        }

        Account = _server.Table.Find(opened.Header?.To);
        var id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var header = new StreamHeader { From = (Account?.Domain ?? _server.Edge.Domain).ToString(), Id = id, DefaultNamespace = Namespaces.ComponentAccept };
        _writer.TryAppend(header.ToBytes());
        if (Refusal(opened) is { } refusal)
        {
            Close(refusal.Condition, refusal.Text);
            return false;
        }

        var handshake = await NextAsync().ConfigureAwait(false);
        if (handshake.Kind is StreamEventKind.None or StreamEventKind.StreamClosed)
        {
            return false;
        }

        if (handshake.Stanza is not { Name: "handshake" } element || !ComponentHandshake.IsRight(element.Text, id, Account!.Secret))
        {
            Close(handshake.Kind == StreamEventKind.Failed ? handshake.Error : StreamErrorCondition.NotAuthorized, handshake.ErrorText);
            return false;
        }

        return true;
    }

    private (StreamErrorCondition Condition, string? Text)? Refusal(StreamEvent opened) => opened.Kind switch
    {
        StreamEventKind.Failed => (opened.Error, opened.ErrorText),
        not StreamEventKind.StreamOpened => (StreamErrorCondition.BadFormat, null),
        _ when opened.Header!.DefaultNamespace != Namespaces.ComponentAccept => (StreamErrorCondition.InvalidNamespace, "components only"),
        _ => Account is null ? (StreamErrorCondition.HostUnknown, "no component of this name is configured (Components:N:Domain)") : null,
    };

    private async Task ReadAsync()
    {
        // The one who knows the secret now is the component; an older connection may be one that nobody has noticed the end of.
        _server.Table.Attach(this)?.Close(StreamErrorCondition.Conflict, "the component connected again");
        lock (_opening)
        {
            // Nothing is sent before the answer, and nothing is refused after it.
            _writer.TryAppend(ComponentHandshake.Accepted);
            _open = true;
        }

        LogConnected(_server.Log, Account!.Domain.Domain);
        _parser.Limits = _server.Edge.LimitsAfterLogin;
        try
        {
            while (Volatile.Read(ref _closing) == 0)
            {
                var streamEvent = await NextAsync().ConfigureAwait(false);
                if (streamEvent.Kind == StreamEventKind.Failed)
                {
                    Close(streamEvent.Error, streamEvent.ErrorText);
                }
                else if (streamEvent.Stanza is not { } stanza)
                {
                    return;
                }
                else if (await _routing.RouteAsync(stanza, _cut.Token).ConfigureAwait(false) is { } broken)
                {
                    Close(broken.Condition, broken.Text);
                }
            }
        }
        finally
        {
            // Takes nothing any more from here on: what comes later must be refused, not lost.
            Close(StreamErrorCondition.None);
            _server.Table.Detach(this);
            LogDisconnected(_server.Log, Account.Domain.Domain);
        }
    }

    private async ValueTask<StreamEvent> NextAsync()
    {
        while (true)
        {
            if (TryParse(out var streamEvent))
            {
                return streamEvent;
            }

            _start = 0;
            _end = await _stream.ReadAsync(_buffer, _cut.Token).ConfigureAwait(false);
            if (_end == 0)
            {
                return default;
            }
        }
    }

    private bool TryParse(out StreamEvent streamEvent)
    {
        ReadOnlySpan<byte> input = _buffer.AsSpan(_start, _end - _start);
        var found = _parser.TryRead(ref input, out streamEvent);
        _start = _end - input.Length;
        return found;
    }

    [LoggerMessage(50, LogLevel.Information, "Component {Domain} connected")]
    private static partial void LogConnected(ILogger log, string domain);

    [LoggerMessage(51, LogLevel.Information, "Component {Domain} disconnected; stanzas to it are refused until it connects again")]
    private static partial void LogDisconnected(ILogger log, string domain);

    [LoggerMessage(52, LogLevel.Warning, "Component {Domain}: stream error {Condition}: {Text}")]
    private static partial void LogStreamError(ILogger log, string domain, StreamErrorCondition condition, string? text);

    [LoggerMessage(53, LogLevel.Debug, "Component {Domain}: socket ended ({Reason})")]
    private static partial void LogSocketEnded(ILogger log, string domain, string reason);

    [LoggerMessage(54, LogLevel.Error, "Component {Domain}: closed by a defect")]
    private static partial void LogDefect(ILogger log, Exception defect, string domain);
}

using System.Buffers;
using System.Net.Security;
using System.Runtime.CompilerServices;

namespace Presence.Edge.Connections;

/// <summary>
/// TLS on a socket, whose output may end while the client goes on sending. SslStream lets a read and a write run at once, but not a read and the end of the
/// output. With a client that went on sending, the goodbye was lost in every second run of a test, and one run ended with a corrupt heap. Here the output ends only
/// while no read is at work in TLS, and what comes afterwards is thrown away as it is on the wire.
/// </summary>
internal sealed class TlsStream : AsyncStream
{
    private const int ThrownAwayAtOnce = 4096;

    private readonly Stream _socket;
    private readonly SslStream _tls;
    private readonly Lock _gate = new();
    private bool _reading;
    private bool _ending;
    private TaskCompletionSource? _paused;

    public TlsStream(Stream socket)
    {
        _socket = socket;
        _tls = new SslStream(new Wire(this), leaveInnerStreamOpen: false);
    }

    public async Task AuthenticateAsServerAsync(SslServerAuthenticationOptions options, CancellationToken cancellation)
    {
        try
        {
            await _tls.AuthenticateAsServerAsync(options, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Pause();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!TryResume())
        {
            return await ThrowAwayAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await _tls.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Pause();
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _tls.WriteAsync(buffer, cancellationToken);

    /// <summary>Says <c>close_notify</c> (RFC 8446 §6.1). Once, after the last write.</summary>
    public async Task EndOutputAsync()
    {
        var paused = Task.CompletedTask;
        lock (_gate)
        {
            _ending = true;
            if (_reading)
            {
                _paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                paused = _paused.Task;
            }
        }

        await paused.ConfigureAwait(false);
        try
        {
            await _tls.ShutdownAsync().ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // The client's close_notify came first and TLS is over already.
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _tls.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A read is about to work in TLS; false if it must not any more.</summary>
    private bool TryResume()
    {
        lock (_gate)
        {
            _reading = !_ending;
            return _reading;
        }
    }

    /// <summary>The read waits for the wire or is over.</summary>
    private void Pause()
    {
        TaskCompletionSource? paused;
        lock (_gate)
        {
            _reading = false;
            paused = _paused;
        }

        paused?.TrySetResult();
    }

    private async ValueTask<int> ThrowAwayAsync(CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ThrownAwayAtOnce);
        try
        {
            while (await _socket.ReadAsync(buffer, cancellation).ConfigureAwait(false) > 0)
            {
                // A flood has always more: others want this thread too.
                await Task.Yield();
            }

            return 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What TLS reads from and writes to: tells when a read leaves TLS to wait, and lets none back in once the output ends.</summary>
    private sealed class Wire(TlsStream owner) : AsyncStream
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            owner.Pause();
            var count = await owner._socket.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            return owner.TryResume() ? count : count == 0 ? 0 : await owner.ThrowAwayAsync(cancellationToken).ConfigureAwait(false);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            owner._socket.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => owner._socket.FlushAsync(cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await owner._socket.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                owner._socket.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

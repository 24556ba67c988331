using Presence.Edge.Connections;

namespace Presence.Edge.Components;

/// <summary>
/// The write side of a component's connection: any thread appends, one loop sends all that has piled up. It never blocks a caller, and refuses
/// what would let more than its bound wait.
/// </summary>
internal sealed class ComponentWriter(Stream stream, int bound, TimeSpan sendTimeout, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);

    // Guarded by _gate.
    private PooledBytes _waiting;
    private int _inFlight;
    private bool _signalled;
    private bool _completed;

    /// <returns>False: the bound is reached or the connection is ending; nothing was taken.</returns>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_completed || (long)_waiting.Length + _inFlight + bytes.Length > bound)
            {
                return false;
            }

            _waiting.Add(bytes);
            Signal();
            return true;
        }
    }

    /// <summary>The last bytes; nothing is taken after them. Only the first call counts.</summary>
    public void Complete(ReadOnlySpan<byte> last)
    {
        lock (_gate)
        {
            if (!_completed)
            {
                _completed = true;
                _waiting.Add(last);
                Signal();
            }
        }
    }

    /// <summary>Sends until completed and empty.</summary>
    /// <exception cref="OperationCanceledException">The component takes nothing.</exception>
    public async Task RunAsync()
    {
        while (true)
        {
            await _work.WaitAsync().ConfigureAwait(false);
            while (Take() is { Length: > 0 } batch)
            {
                using var limit = new CancellationTokenSource(sendTimeout, time);
                try
                {
                    await stream.WriteAsync(batch.Memory, limit.Token).ConfigureAwait(false);
                }
                finally
                {
                    batch.Release();
                }
            }

            lock (_gate)
            {
                if (_completed && _waiting.Length == 0)
                {
                    return;
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _completed = true;
            _waiting.Release();
        }

        _work.Dispose();
    }

    private PooledBytes Take()
    {
        lock (_gate)
        {
            var batch = _waiting;
            _waiting = default;
            _inFlight = batch.Length;
            _signalled = batch.Length > 0;
            return batch;
        }
    }

    private void Signal()
    {
        if (!_signalled)
        {
            _signalled = true;
            _work.Release();
        }
    }
}

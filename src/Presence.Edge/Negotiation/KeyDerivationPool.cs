using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Presence.Edge.Negotiation;

/// <summary>
/// A few threads that do nothing but stretch passwords (PBKDF2), and a bounded queue before them. It keeps that work off the thread pool,
/// where it would hold up every socket; when the queue is full it refuses and must never grow.
/// </summary>
public sealed class KeyDerivationPool : IDisposable
{
    private readonly BlockingCollection<Action> _queue;

    /// <param name="queue">Work that may wait.</param>
    public KeyDerivationPool(int threads, int queue)
    {
        _queue = new BlockingCollection<Action>(queue);
        for (var number = 1; number <= threads; number++)
        {
            new Thread(Work) { IsBackground = true, Name = $"key derivation {number}", Priority = ThreadPriority.BelowNormal }.Start();
        }
    }

    /// <summary>Has <paramref name="work"/> done by one of the threads. False: the queue is full, or the pool has been closed.</summary>
    public bool TryRun<T>(Func<T> work, [NotNullWhen(true)] out Task<T>? result)
    {
        // Continuations run elsewhere: the rest of a log-in must not keep a derivation thread.
        var source = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        result = source.Task;
        try
        {
            if (_queue.TryAdd(() => Complete(source, work)))
            {
                return true;
            }
        }
        catch (InvalidOperationException)
        {
            // Closed between two calls: the edge is stopping.
        }

        result = null;
        return false;
    }

    /// <summary>Takes nothing more; what waits is still done.</summary>
    public void Dispose() => _queue.CompleteAdding();

    private static void Complete<T>(TaskCompletionSource<T> source, Func<T> work)
    {
        try
        {
            source.SetResult(work());
        }
        catch (Exception defect)
        {
            source.SetException(defect);
        }
    }

    private void Work()
    {
        foreach (var work in _queue.GetConsumingEnumerable())
        {
            work();
        }
    }
}

using System.Collections.Concurrent;
using Presence.Actors.Users;
using Presence.Storage.Contracts;

namespace Presence.Actors.Hosting;

/// <summary>
/// Threads that read rows for executors, so that no executor ever waits for a disk. A read that fails is tried again until it succeeds:
/// while the store cannot be read, users that are not in memory wait (the node is frozen, not wrong).
/// </summary>
/// <remarks>
/// So many reads may wait as <see cref="MaxWaiting"/> says; then whoever asks for one waits, executor or committing thread: nothing more is acknowledged, and edges stop reading. Readers wait for
/// nobody, so this ends. It takes a store that stands still: a session has one read of bodies and a few of its archive at a time, an executor 64 loads.
/// </remarks>
internal sealed class ReaderThreads : IDisposable
{
    public const int MaxWaiting = 65_536;

    /// <summary>Rows of a tail that are loaded at most; a session with more waiting cannot be resumed anyway (sessions.md 2.7).</summary>
    private readonly int _tailLimit;
    private readonly IStore _store;
    private readonly TimeProvider _clock;
    private readonly Action<Exception> _trouble;
    private readonly BlockingCollection<Action> _work;
    private readonly List<Thread> _threads = [];

    public ReaderThreads(IStore store, int count, int tailLimit, TimeProvider clock, Action<Exception> trouble, int waiting = MaxWaiting)
    {
        (_store, _tailLimit, _clock, _trouble) = (store, tailLimit, clock, trouble);
        _work = new BlockingCollection<Action>(waiting);
        for (var i = 0; i < count; i++)
        {
            var thread = new Thread(Run) { Name = $"reader-{i}", IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Reads that wait for a thread.</summary>
    public int Waiting => _work.Count;

    /// <param name="loaded">Gets the rows, and for a user who has none whether those of a removed account are still being deleted.</param>
    /// <param name="failed">Called in its place when the read met a defect, which another attempt would meet again.</param>
    public void Load(long userId, Action<UserRows?, bool> loaded, Action<Exception> failed) => Add(() =>
    {
        UserRows? rows;
        bool erasing;
        try
        {
            rows = Retry(() => _store.LoadUser(userId, _tailLimit));
            erasing = rows is null && Retry(() => _store.IsErasing(userId));
        }
        catch (Exception e) when (ContainedDefect.Is(e))
        {
            failed(e);
            return;
        }

        loaded(rows, erasing);
    });

    public void Read(Func<IStore, UserInput?> read, Action<UserInput> done) => Add(() =>
    {
        if (Retry(() => read(_store)) is { } input)
        {
            done(input);
        }
    });

    /// <summary>The node stops: no more is taken, and nobody waits for room any more. What was taken is still read.</summary>
    public void Close() => _work.CompleteAdding();

    public void Dispose()
    {
        Close();
        _threads.ForEach(t => t.Join());
        _work.Dispose();
    }

    private void Add(Action work)
    {
        try
        {
            _work.Add(work);
        }
        catch (InvalidOperationException)
        {
            // The node is stopping; nobody waits for the answer any more.
        }
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }

    private T? Retry<T>(Func<T?> read)
    {
        while (true)
        {
            try
            {
                return read();
            }
            catch (IOException e)
            {
                _trouble(e);
                if (_work.IsAddingCompleted)
                {
                    return default;
                }

                using var pause = new ManualResetEventSlim();
                using var timer = _clock.CreateTimer(_ => pause.Set(), null, TimeSpan.FromMilliseconds(200), Timeout.InfiniteTimeSpan);
                pause.Wait();
            }
        }
    }
}

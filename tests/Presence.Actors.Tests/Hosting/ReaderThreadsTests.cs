using Presence.Actors.Hosting;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Hosting;

/// <summary>Reads for executors: how many may wait, and what happens to one more.</summary>
public class ReaderThreadsTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void Who_asks_for_more_than_may_wait_waits_until_there_is_room()
    {
        const int Limit = 3;
        const int Reads = 200;
        using var gate = new ManualResetEventSlim();
        using var all = new CountdownEvent(Reads);
        using var readers = new ReaderThreads(new MemoryStore(), 1, 10, TimeProvider.System, _ => { }, Limit);
        var most = 0;
        var asking = Ask(readers, Reads, () =>
        {
            gate.Wait();
            most = Math.Max(most, readers.Waiting);
            all.Signal();
        });
        Assert.True(SpinWait.SpinUntil(() => readers.Waiting >= Limit, s_limit));
        gate.Set();
        Assert.True(all.Wait(s_limit));
        asking.Join();
        Assert.InRange(most, 1, Limit);
    }

    [Fact]
    public void Closing_lets_go_who_waits_for_room()
    {
        using var gate = new ManualResetEventSlim();
        using var readers = new ReaderThreads(new MemoryStore(), 1, 10, TimeProvider.System, _ => { }, 1);
        var asking = Ask(readers, 5, gate.Wait);
        Assert.True(SpinWait.SpinUntil(() => readers.Waiting == 1, s_limit));
        readers.Close();
        Assert.True(asking.Join(s_limit));
        gate.Set();
    }

    private static Thread Ask(ReaderThreads readers, int reads, Action read)
    {
        var asking = new Thread(() =>
        {
            for (var i = 0; i < reads; i++)
            {
                readers.Read(
                    _ =>
                    {
                        read();
                        return null;
                    },
                    _ => { });
            }
        });
        asking.Start();
        return asking;
    }
}

using Presence.Routing;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Users;

/// <summary>A suspended user leaves memory and comes back from rows without anybody noticing.</summary>
public class DormancyTests
{
    private readonly ExecutorBench _bench = new(new SessionOptions { MaxIdleUsers = 0 });
    private readonly BenchClient _alice;
    private readonly BenchClient _bob;

    public DormancyTests()
    {
        _bench.AddUser("alice@example.org");
        _bench.AddUser("bob@example.org");
        _alice = _bench.Connect("alice@example.org", "desk").Enable();
        _bob = _bench.Connect("bob@example.org", "phone").Enable();
        _bob.Send("<presence/>");
        _bob.RequestAck();
        _bob.Acknowledge();
    }

    [Fact]
    public void It_leaves_memory_and_resumes_with_its_queue_once_and_in_order()
    {
        Say("before");
        _bob.Drop();
        Say("1");
        _bench.Advance(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(_bench.Executor.LoadedUsers, u => u.UserId == _bob.UserId);
        Say("2");
        _bench.Advance(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(_bench.Executor.LoadedUsers, u => u.UserId == _bob.UserId);
        Assert.IsType<ResumedOutput>(_bob.Resume());
        Say("3");
        Assert.Equal(["before", "1", "2", "3"], _bob.Bodies);
    }

    [Fact]
    public void Its_session_still_expires()
    {
        _bob.Drop();
        _bench.Advance(TimeSpan.FromMinutes(11));
        Assert.IsType<ResumeRefusedOutput>(_bob.Resume());
    }

    [Fact]
    public void It_stays_while_something_waits_that_has_no_row()
    {
        _bob.Drop();
        _alice.Send("<message to='bob@example.org/phone' type='chat'><body>secret</body><no-store xmlns='urn:xmpp:hints'/></message>");
        _bench.Advance(TimeSpan.FromSeconds(30));
        Assert.IsType<ResumedOutput>(_bob.Resume());
        Assert.Equal(["secret"], _bob.Bodies);
    }

    private void Say(string body) => _alice.Send($"<message to='bob@example.org/phone' type='chat'><body>{body}</body></message>");
}

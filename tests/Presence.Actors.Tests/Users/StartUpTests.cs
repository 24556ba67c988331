using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Users;

/// <summary>What a new owner has to read at its start does not grow with what was delivered before.</summary>
public sealed class StartUpTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public void What_was_delivered_and_acknowledged_is_not_read_again(int messages)
    {
        var bench = new ExecutorBench();
        bench.AddUser("alice@example.org");
        bench.AddUser("bob@example.org");
        var alice = bench.Connect("alice@example.org", "desktop").Enable();
        var bob = bench.Connect("bob@example.org", "phone").Enable();
        alice.Send("<presence/>");
        bob.Send("<presence/>");
        for (var i = 0; i < messages; i++)
        {
            alice.Send($"<message type='chat' to='bob@example.org' id='m{i}'><body>hello</body></message>");
            bob.Acknowledge();
        }

        bench.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(messages, bob.Messages.Count());
        Assert.Empty(bench.Store.ReadOutbox());
        Assert.Empty(bench.Store.ReadPushOutbox());
        Assert.Equal(2, bench.Store.ReadSessions().Count);
        Assert.Single(bench.Store.ReadOutboxCursors());
    }
}

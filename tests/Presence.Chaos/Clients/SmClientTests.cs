using Presence.Chaos.Checking;

namespace Presence.Chaos.Clients;

/// <summary>
/// The chaos clients against a fake server: they survive cuts without a fault of their own, and each fault put into the server
/// is found by the ledger.
/// </summary>
public sealed class SmClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Cuts_alone_lose_and_double_nothing()
    {
        using var server = new FakeServer();

        var verdict = await ChatAsync(server, cuts: 8);

        Assert.True(verdict.IsGood, verdict.ToString());
        Assert.Equal(200, verdict.Received);
    }

    [Fact]
    public async Task A_message_that_the_server_drops_is_lost()
    {
        using var server = new FakeServer { Deliver = (n, message) => n == 20 ? [] : [message] };

        Assert.Single((await ChatAsync(server)).Lost);
    }

    [Fact]
    public async Task A_message_that_the_server_sends_twice_is_doubled()
    {
        using var server = new FakeServer { Deliver = (n, message) => n == 20 ? [message, message] : [message] };

        Assert.Single((await ChatAsync(server)).Doubled);
    }

    [Fact]
    public async Task A_message_that_the_server_delays_is_reordered()
    {
        var held = "";
        using var server = new FakeServer
        {
            Deliver = (n, message) =>
            {
                if (n == 20)
                {
                    held = message;
                    return [];
                }

                return n == 21 ? [message, held] : [message];
            },
        };

        Assert.NotEmpty((await ChatAsync(server)).Reordered);
    }

    [Fact]
    public async Task A_session_that_the_server_forgets_is_a_broken_promise()
    {
        using var server = new FakeServer();

        var verdict = await ChatAsync(server, cuts: 1, beforeCut: () => server.Forgets = true);

        Assert.Contains(verdict.Broken, line => line.Contains("the session was lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_count_that_goes_back_is_a_broken_promise()
    {
        using var server = new FakeServer();

        var verdict = await ChatAsync(server, cuts: 1, beforeCut: () => server.WrongBy = -1000);

        Assert.Contains(verdict.Broken, line => line.Contains("is impossible", StringComparison.Ordinal));
    }

    /// <summary>Two hundred messages from one to the other, with cuts in between, until nothing moves any more.</summary>
    private static async Task<Verdict> ChatAsync(FakeServer server, int cuts = 0, Action? beforeCut = null)
    {
        var ledger = new Ledger();
        using var living = new CancellationTokenSource(Limit);
        Person alice = new(() => server.Port, "alice@localhost", ledger), bob = new(() => server.Port, "bob@localhost", ledger);
        Task[] lives = [alice.RunAsync(living.Token), bob.RunAsync(living.Token)];
        await Task.WhenAll(alice.GoOnlineAsync(), bob.GoOnlineAsync()).WaitAsync(Limit);
        for (var n = 0; n < 200; n++)
        {
            alice.Write(bob, filler: n);
            if (cuts > 0 && n % (200 / cuts) == 100 / cuts)
            {
                beforeCut?.Invoke();
                Task[] back = [BackAgainAsync(alice), BackAgainAsync(bob)];
                server.CutAll();
                await Task.WhenAll(back).WaitAsync(Limit);
            }
        }

        server.WrongBy = 0;
        server.Forgets = false;
        while (alice.Unacked > 0 && ledger.Judge().Broken.Count == 0)
        {
            alice.RequestAck();
            await Task.Delay(10, living.Token);
        }

        await bob.AskAsync("get", "<ping xmlns='urn:xmpp:ping'/>", Limit);
        await living.CancelAsync();
        await Task.WhenAll(lives).ContinueWith(_ => { }, TaskScheduler.Default);
        return ledger.Judge();
    }

    private static async Task BackAgainAsync(Person person)
    {
        for (var before = person.Arrivals; person.Arrivals == before;)
        {
            await Task.Delay(5);
        }
    }
}

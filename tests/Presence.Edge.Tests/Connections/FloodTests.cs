using Presence.Edge.Rates;
using Presence.Edge.Tests.Harness;
using Presence.Routing;

namespace Presence.Edge.Tests.Connections;

/// <summary>A client that sends more than its rates allow: read more slowly, in the end not at all, and nobody else feels it.</summary>
public sealed class FloodTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task What_exceeds_the_rate_is_read_when_its_time_has_come()
    {
        await using var edge = TestEdge.Start(o => o with { ConnectionRate = new RateLimits(10, 0) });
        await using var client = await edge.BoundAsync();
        await client.SendAsync(string.Concat(Enumerable.Repeat("<message/>", 200)));
        for (var number = 1; number <= 200; number++)
        {
            await edge.Owner.NextAsync<StanzaInput>();
        }

        // 100 make the burst, log-in included; the other 100 take ten seconds.
        await edge.UntilAsync(() => edge.Time.IsAwaited);
        var began = edge.Time.GetTimestamp();
        await client.SendAsync("<message id='late'/>");
        while (edge.Owner.IsQuiet)
        {
            edge.Time.Advance(Step);
            await edge.UntilAsync(() => edge.Time.IsAwaited || !edge.Owner.IsQuiet);
        }

        Assert.Equal("late", (await edge.Owner.NextAsync<StanzaInput>()).Stanza.Id);
        Assert.True(edge.Time.GetElapsedTime(began) >= TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(100, 0, 0, 0)]
    [InlineData(0, 1_000, 0, 0)]
    [InlineData(0, 0, 100, 0)]
    [InlineData(0, 0, 0, 1_000)]
    public async Task A_flood_that_never_ends_is_a_policy_violation_and_hurts_nobody_else(int stanzas, int bytes, int userStanzas, int userBytes)
    {
        await using var edge = TestEdge.Start(o => o with { ConnectionRate = new RateLimits(stanzas, bytes), UserRate = new RateLimits(userStanzas, userBytes) });
        await using var other = await edge.LoggedInAsync("juliet", "r0m30");
        await other.BindAsync("chamber");
        await edge.Owner.NextAsync<BindInput>();
        await using var client = await edge.BoundAsync();
        var flood = FloodAsync(client);
        var error = client.ReadStreamErrorAsync();
        while (!error.IsCompleted)
        {
            await edge.UntilAsync(() => edge.Time.IsAwaited || error.IsCompleted);
            edge.Time.Advance(Step);
        }

        Assert.Equal("policy-violation", await error);
        client.Abort();
        await flood;
        EdgeInput input;
        do
        {
            input = await edge.Owner.NextAsync();
        }
        while (input is StanzaInput);
        Assert.False(Assert.IsType<DetachedInput>(input).Clean);
        await other.SendAsync("<message id='still here'/>");
        Assert.Equal("still here", (await edge.Owner.NextAsync<StanzaInput>()).Stanza.Id);
    }

    [Fact]
    public async Task A_stranger_is_held_back_too()
    {
        await using var edge = TestEdge.Start(o => o with { ConnectionRate = new RateLimits(0, 1000), LoginTimeout = TimeSpan.FromMinutes(1) });
        await using var client = await edge.PlainAsync();
        var flood = FloodAsync(client, new string(' ', 1000));
        await edge.UntilAsync(() => edge.Time.IsAwaited);
        await edge.UntilAsync(() => edge.Logs.Entries.Any(entry => entry.Text.Contains("somebody not logged in")));
        Assert.False(flood.IsCompleted);
        client.Abort();
        edge.Time.Advance(Step);
        await flood;
    }

    private static async Task FloodAsync(RawClient client, string? some = null)
    {
        some ??= string.Concat(Enumerable.Repeat("<message/>", 100));
        try
        {
            while (true)
            {
                await client.SendAsync(some);
            }
        }
        catch (Exception end) when (end is IOException or ObjectDisposedException or TimeoutException)
        {
            // The edge closed, or no longer reads.
        }
    }
}

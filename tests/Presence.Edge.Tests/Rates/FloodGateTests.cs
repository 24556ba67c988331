using System.Text;
using Presence.Edge.Rates;
using Presence.Protocol.Stanzas;

namespace Presence.Edge.Tests.Rates;

/// <summary>Who is held back, for how long, and whose stream has to end. Time is in milliseconds.</summary>
public sealed class FloodGateTests
{
    private const long Second = 1000;
    private const long Start = 1_000_000;
    private const int Burst = 10;

    private static readonly RateLimits TenAndThousand = new(StanzasPerSecond: 10, BytesPerSecond: 1000);

    [Fact]
    public void A_sender_at_its_rate_is_never_held_back()
    {
        var gate = Gate(TenAndThousand);
        for (var now = Start; now < Start + (600 * Second); now += 100)
        {
            gate.Read(100, now);
            gate.Took(Element("<message to='a@example.org'/>"));
            Assert.True(gate.Debt(now) <= 0);
            Assert.False(gate.IsFlooded(now));
        }
    }

    [Theory]
    [InlineData(10_000, 100, 0)]
    [InlineData(10_500, 0, 500)]
    [InlineData(0, 120, 2000)]
    [InlineData(11_000, 130, 3000)]
    public void What_exceeds_the_burst_takes_its_time(int bytes, int stanzas, long debt)
    {
        var gate = Gate(TenAndThousand);
        gate.Read(bytes, Start);
        for (var count = 0; count < stanzas; count++)
        {
            gate.Took(Element("<iq type='get' id='1'/>"));
        }

        Assert.Equal(debt, gate.Debt(Start));
        Assert.Equal(debt - 100, gate.Debt(Start + 100));
    }

    [Theory]
    [InlineData("<presence/>", 10)]
    [InlineData("<presence type='unavailable'/>", 10)]
    [InlineData("<presence to='a@example.org'/>", 1)]
    [InlineData("<presence to='@'/>", 1)]
    [InlineData("<message/>", 1)]
    [InlineData("<r xmlns='urn:xmpp:sm:3'/>", 1)]
    public void A_presence_to_everybody_counts_more(string xml, int weight)
    {
        var gate = Gate(TenAndThousand);
        gate.Read(0, Start);
        gate.Took(Element(xml));
        Assert.Equal((weight * 100) - (Burst * Second), gate.Debt(Start));
    }

    [Fact]
    public void Without_a_limit_nobody_is_held_back()
    {
        var gate = Gate(RateLimits.None, new Allowance(RateLimits.None, Burst, Second));
        gate.Read(int.MaxValue, Start);
        gate.Took(Element("<presence/>"));
        Assert.True(gate.Debt(Start) <= 0);
        Assert.False(gate.IsFlooded(Start + (1000 * Second)));
    }

    [Fact]
    public void Connections_of_one_user_share_what_the_user_may_send()
    {
        var user = new Allowance(TenAndThousand, Burst, Second);
        var (one, two) = (Gate(RateLimits.None, user), Gate(RateLimits.None, user));
        one.Read(6_000, Start);
        two.Read(6_000, Start);
        Assert.Equal(2 * Second, one.Debt(Start));
        Assert.Equal(2 * Second, two.Debt(Start));
    }

    [Fact]
    public void The_stream_of_a_sender_who_never_stops_ends_after_the_timeout()
    {
        var gate = Gate(TenAndThousand);
        for (var now = Start; now < Start + (60 * Second); now += Second)
        {
            gate.Read(10_000, now);
            Assert.False(gate.IsFlooded(now));
        }

        Assert.True(gate.IsFlooded(Start + (60 * Second)));
    }

    [Fact]
    public void A_sender_who_lets_half_of_the_burst_come_back_begins_anew()
    {
        var gate = Gate(TenAndThousand);
        gate.Read(10_000, Start);
        for (var now = Start; now < Start + (300 * Second); now += 6 * Second)
        {
            gate.Read(6_000, now);
            Assert.False(gate.IsFlooded(now));
        }
    }

    [Fact]
    public void A_quiet_connection_is_not_blamed_for_another_of_its_user()
    {
        var user = new Allowance(TenAndThousand, Burst, Second);
        var (loud, quiet) = (Gate(RateLimits.None, user), Gate(RateLimits.None, user));
        quiet.Read(10, Start);
        for (var now = Start; now <= Start + (60 * Second); now += Second)
        {
            loud.Read(10_000, now);
        }

        var end = Start + (60 * Second);
        quiet.Read(10, end);
        Assert.True(loud.IsFlooded(end));
        Assert.False(quiet.IsFlooded(end));
    }

    [Fact]
    public void A_users_allowance_lives_as_long_as_a_connection()
    {
        var users = new UserAllowances(() => new Allowance(TenAndThousand, Burst, Second));
        var first = users.Enter(1);
        Assert.Same(first, users.Enter(1));
        Assert.NotSame(first, users.Enter(2));
        users.Leave(1);
        Assert.Same(first, users.Enter(1));
        users.Leave(1);
        users.Leave(1);
        Assert.NotSame(first, users.Enter(1));
    }

    private static FloodGate Gate(RateLimits limits, Allowance? user = null)
    {
        var gate = new FloodGate(new Allowance(limits, Burst, Second), TimeSpan.FromMinutes(1), Second);
        if (user is not null)
        {
            gate.Join(user);
        }

        return gate;
    }

    private static Stanza Element(string xml)
    {
        Assert.True(Stanza.TryParse(Encoding.UTF8.GetBytes(xml), out var stanza));
        return stanza!;
    }
}

using Presence.Actors.Users.Features;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Push;

/// <summary>The reason stored with a message is the decision that was then carried out, whatever state the devices are in.</summary>
public class PushArrivalTests
{
    public static IEnumerable<TheoryDataRow<string, string, string>> States()
    {
        foreach (var phone in new[] { "foreground", "background", "stuck", "silent", "disconnected", "unavailable", "hidden", "gone", "disabled" })
        {
            foreach (var desktop in new[] { "none", "in use", "idle", "dropped", "calling" })
            {
                foreach (var to in new[] { PushBench.Bob, PushBench.Bob + "/phone", PushBench.Bob + "/desktop" })
                {
                    yield return new(phone, desktop, to);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public void What_is_written_down_at_arrival_is_what_happens(string phone, string desktop, string to)
    {
        var bench = new PushBench();
        Phone(bench, phone);
        bench.Seconds(20);
        Desktop(bench, desktop);
        bench.Pushes.Clear();
        bench.Bench.Provider = _ => null;
        bench.Write("hello", to);

        var row = bench.Bench.Store.State.Users[ShardKey.UserId(PushBench.Bob)].Messages.Values.Last(m => !m.Flags.HasFlag(MessageFlags.Outgoing));
        var push = bench.Stored.SingleOrDefault(p => p.LatestId == row.Id);
        var decided = bench.Registration.Pushed == row.Id;
        var done = push switch
        {
            { State: PushState.Claimed } => PushAction.Push,
            not null => PushAction.Wait,
            null => PushAction.Never,
        };
        Assert.Equal(done == PushAction.Push, bench.Pushes.Any(p => p.LatestId == row.Id));
        Assert.Equal(done != PushAction.Never, decided);
        Assert.NotNull(row.Why);
        if (phone == "disabled")
        {
            Assert.Equal(("node-of-the-…:disabled", PushAction.Never), (row.Why, done));
            return;
        }

        var written = Enum.Parse<PushAction>(row.Why[(row.Why.LastIndexOf('→') + 1)..row.Why.LastIndexOf('(')]);
        Assert.Equal(done, written == PushAction.NotNow ? PushAction.Never : written);

        // Not now means that there is something to look at later; never, that there is not.
        Assert.Equal(written is PushAction.NotNow, bench.User.PushReviewAt != long.MaxValue && written != PushAction.Wait);
    }

    [Fact]
    public void Without_registrations_nothing_is_written_down()
    {
        var bench = new PushBench();
        bench.Client("phone").Drop();
        bench.Write("hello");
        Assert.Null(bench.Bench.Store.State.Users[ShardKey.UserId(PushBench.Bob)].Messages.Values.Last().Why);
    }

    [Fact]
    public void What_is_written_down_is_bounded()
    {
        var bench = new PushBench();
        for (var i = 0; i < 30; i++)
        {
            bench.Register("none", node: $"{i}-" + new string('x', 300));
        }

        bench.Write("hello");
        var why = bench.Bench.Store.State.Users[ShardKey.UserId(PushBench.Bob)].Messages.Values.Last().Why!;
        Assert.InRange(why.Length, 100, 200);
        Assert.EndsWith("…", why, StringComparison.Ordinal);
        Assert.Equal(30, bench.Pushes.Count);
    }

    private static void Phone(PushBench bench, string state)
    {
        if (state == "gone")
        {
            bench.Register("none");
            return;
        }

        var phone = bench.Phone(hold: state == "silent");
        switch (state)
        {
            case "background" or "silent": phone.Active(false); break;
            case "disconnected": phone.Drop(); break;
            case "unavailable": Hide(phone); phone.Drop(); break;
            case "hidden": Hide(phone); break;
            case "stuck": bench.Write("never answered"); break;
            case "disabled":
                phone.Drop();
                bench.Put(new PushRegistered(bench.Registration with { DisabledReason = "dead" }));
                break;
        }
    }

    private static void Hide(BenchClient phone)
    {
        phone.Send("<presence type='unavailable'/>");
        phone.Acknowledge();
    }

    private static void Desktop(PushBench bench, string state)
    {
        if (state == "none")
        {
            return;
        }

        var desktop = bench.Client("desktop");
        switch (state)
        {
            case "idle": bench.Seconds(301); break;
            case "dropped": desktop.Drop(); break;
            case "calling":
                desktop.Send("<message to='alice@example.org/a' type='chat'><proceed xmlns='urn:xmpp:jingle-message:0' id='c1'/></message>");
                break;
        }
    }
}

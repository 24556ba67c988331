using Presence.Actors.Users.Features;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Archive;

/// <summary>Pages against a list that is cut by hand, page limits, and what a greedy client is told (XEP-0059).</summary>
public class ArchivePagingTests : ArchiveScene
{
    public ArchivePagingTests() : base(new SessionOptions { MaxQueuedBytes = 512 * 1024, MaxQueuedStanzas = 2_000 })
    {
    }

    /// <summary>Every combination of filter, direction, anchor and size on a random conversation; the oracle keeps what was said in a list.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_page_is_what_cutting_the_list_gives(int seed)
    {
        var random = new Random(seed);
        var alice = Connect(Alice, "a");
        BenchClient[] others = [Connect(Bob, "b1"), Connect(Bob, "b2"), Connect(Carol, "c")];
        var said = new List<Said>();
        for (var i = 0; i < 40; i++)
        {
            var other = others[random.Next(3)];
            var (time, body) = (Bench.Now, $"m{i}");
            if (random.Next(2) == 0)
            {
                other.Send($"<message type='chat' to='{Alice}'><body>{body}</body></message>");
            }
            else
            {
                alice.Send($"<message type='chat' to='{other.FullJid}'><body>{body}</body></message>");
            }

            said.Add(new Said(body, other.Account.ToString(), other.FullJid!.ToString(), time));
            Bench.Advance(TimeSpan.FromMilliseconds(random.Next(3)));
        }

        alice.Acknowledge();
        var ids = Ask(alice, Set(max: 250)).Ids;
        Assert.Equal(40, ids.Distinct().Count());
        for (var round = 0; round < 150; round++)
        {
            Compare(alice, said, ids, random);
            alice.Acknowledge();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Paging_through_gives_everything_once(bool backwards)
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        var bodies = Enumerable.Range(0, 23).Select(i => $"m{i}").ToList();
        bodies.ForEach(b => Say(bob, Alice, b));
        var got = new List<string>();
        var anchor = backwards ? "" : null;
        for (var complete = false; !complete;)
        {
            var page = Ask(alice, backwards ? Set(max: 5, before: anchor) : Set(max: 5, after: anchor));
            got.InsertRange(backwards ? 0 : got.Count, page.Bodies);
            (anchor, complete) = (backwards ? page.First : page.Last, page.Complete);
            Say(bob, Carol, "not in this archive");
        }

        Assert.Equal(bodies, got);
    }

    /// <summary>MaxQueuedBytes / 32 = 16 KiB of bodies in one page here.</summary>
    [Fact]
    public void Long_messages_make_short_pages_that_go_on_where_they_ended()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        for (var i = 0; i < 8; i++)
        {
            Say(bob, Alice, new string((char)('a' + i), i == 4 ? 30_000 : 5_000));
        }

        string Letters(Page page) => string.Concat(page.Bodies.Select(b => b[0]));
        var forwards = new[] { Ask(alice) }.ToList();
        while (!forwards[^1].Complete)
        {
            alice.Acknowledge();
            forwards.Add(Ask(alice, Set(after: forwards[^1].Last)));
        }

        Assert.Equal(["abc", "d", "e", "fgh"], forwards.Select(Letters));
        Assert.Equal([0, 3, 4, 5], forwards.Select(p => p.Index!.Value));
        alice.Acknowledge();
        var backwards = Ask(alice, Set(before: ""));
        Assert.Equal(("fgh", 5, false), (Letters(backwards), backwards.Index, backwards.Complete));
        Assert.Equal(("e", 4), (Letters(Ask(alice, Set(before: backwards.First))), Ask(alice, Set(before: backwards.First)).Index));
    }

    [Fact]
    public void A_client_that_does_not_acknowledge_is_told_to_wait_and_keeps_its_session()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        for (var i = 0; i < 20; i++)
        {
            bob.Send($"<message type='chat' to='{Alice}'><body>{new string('x', 4_000)}</body></message>");
        }

        var outcomes = Enumerable.Range(0, 100).Select(_ => Refused(alice, Set(max: 250))).ToList();
        Assert.Equal("result", outcomes[0]);
        Assert.Equal("wait resource-constraint", outcomes[^1]);
        alice.Acknowledge();
        Assert.Equal("result", Refused(alice, Set(max: 250)));
    }

    [Fact]
    public void Wanted_ids_are_found_or_all_refused_and_paged_like_anything_else()
    {
        var (alice, bob, carol) = (Connect(Alice, "a"), Connect(Bob, "b"), Connect(Carol, "c"));
        for (var i = 0; i < 6; i++)
        {
            Say(i % 2 == 0 ? bob : carol, Alice, $"m{i}");
        }

        var ids = Ask(alice).Ids;
        (string, string)[] wanted = [("ids", ids[4]), ("ids", ids[1]), ("ids", ids[1]), ("ids", ids[2])];
        Assert.Equal(["m1", "m2", "m4"], Ask(alice, Form(wanted)).Bodies);
        Assert.Equal(["m2", "m4"], Ask(alice, Form([.. wanted, ("with", Bob)])).Bodies);
        var page = Ask(alice, Form(wanted) + Set(max: 1, before: ids[4]));
        Assert.Equal(("m2", false, 3, 1), (page.Bodies.Single(), page.Complete, page.Count, page.Index));
        Assert.Equal("cancel item-not-found", Refused(alice, Form([.. wanted, ("ids", Bench.StanzaIds.Encode(77L << 20))])));
        Assert.Equal("cancel item-not-found", Refused(alice, Form(wanted) + Set(after: Bench.StanzaIds.Encode(77L << 20))));
        Assert.Equal("modify policy-violation", Refused(alice, Form([.. Enumerable.Repeat(wanted[0], ArchiveQueryForm.LargestMax + 1)])));
    }

    private sealed record Said(string Body, string Peer, string Device, long Time);

    private static void Compare(BenchClient alice, List<Said> said, IReadOnlyList<string> ids, Random random)
    {
        var with = random.Next(3) switch { 0 => null, 1 => said[random.Next(40)].Peer, _ => said[random.Next(40)].Device };
        var (from, to, max, backwards) = (random.Next(-20, 40), random.Next(0, 60), random.Next(0, 12), random.Next(2) == 0);
        int? anchor = random.Next(3) == 0 ? null : random.Next(40);
        var (later, sooner) = (random.Next(4) == 0 ? random.Next(40) : (int?)null, random.Next(4) == 0 ? random.Next(40) : (int?)null);
        var (start, end) = (from < 0 ? (long?)null : said[from].Time, to > 39 ? (long?)null : said[to].Time);

        var fields = new List<(string, string)>();
        void Field(string name, string? value) => fields.AddRange(value is null ? [] : [(name, value)]);
        Field("with", with);
        Field("start", start is { } s ? DateTimeProfile.Format(s) : null);
        Field("end", end is { } e ? DateTimeProfile.Format(e) : null);
        Field("after-id", later is { } l ? ids[l] : null);
        Field("before-id", sooner is { } b ? ids[b] : null);
        var page = Ask(alice, Form([.. fields]) + (backwards ? Set(max, before: anchor is { } a ? ids[a] : "") : Set(max, after: anchor is { } f ? ids[f] : null)));

        var all = Enumerable.Range(0, 40).Where(i => (with is null || with == said[i].Peer || with == said[i].Device)
            && !(said[i].Time < start) && !(said[i].Time > end) && !(i <= later) && !(i >= sooner)).ToList();
        var left = all.FindAll(i => anchor is null || (backwards ? i < anchor : i > anchor));
        var expected = backwards ? left.TakeLast(max).ToList() : left.Take(max).ToList();
        Assert.Equal(expected.ConvertAll(i => said[i].Body), page.Bodies);
        Assert.Equal(expected.ConvertAll(i => ids[i]), page.Ids);
        Assert.Equal((left.Count <= max, all.Count), (page.Complete, page.Count));
        Assert.Equal(expected.Count == 0 ? (null, null, null) : (ids[expected[0]], ids[expected[^1]], all.IndexOf(expected[0])), (page.First, page.Last, page.Index));
    }
}

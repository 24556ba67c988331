using Presence.Actors.Admin;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Defects;

/// <summary>Rows of which nothing can be made: of a user, of a message.</summary>
public class UnreadableTests
{
    private const string Alice = "alice@example.org";
    private readonly ExecutorBench _bench = new(store: new MemoryStore(1));
    private readonly BenchClient _bob;

    public UnreadableTests()
    {
        _bench.AddUser(Alice);
        _bench.AddUser("bob@example.org");
        _bob = _bench.Connect("bob@example.org", "b").Enable();
        _bench.Store.Unreadable.Add(Id);
    }

    private static long Id => ShardKey.UserId(Alice);

    [Fact]
    public void A_user_that_cannot_be_loaded_is_refused_and_holds_up_nobody()
    {
        var alice = _bench.Connect(Alice, "a");
        Assert.Equal(StanzaErrorCondition.InternalServerError, Assert.Single(alice.Controls.OfType<BindRefusedOutput>()).Condition);
        Assert.Equal(AdminStatus.Defect, _bench.Ask(new DescribeUserRequest(Id)).Status);
        _bob.Send("<message to='alice@example.org' type='chat' id='m'><body>lost?</body></message>");
        Assert.Equal("m", _bob.Messages.Single(m => m.Attr("type") == "error").Attr("id"));
        _bob.Send("<message to='bob@example.org' type='chat'><body>note</body></message>");
        _bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(_bench.Store.ReadOutbox());
        Assert.All(_bench.Defects, d => Assert.Equal(DefectPlace.Load, d.Place));
    }

    [Fact]
    public void It_is_tried_again_now_and_then()
    {
        _bench.Connect(Alice, "a");
        _bench.Advance(TimeSpan.FromHours(1));
        Assert.InRange(_bench.Defects.Count, 30, 100);
        _bench.Store.Unreadable.Clear();
        _bench.Advance(TimeSpan.FromMinutes(2));
        Assert.NotNull(_bench.Connect(Alice, "a").FullJid);
    }

    [Fact]
    public void Rows_that_make_no_user_are_the_same()
    {
        const string Carol = "carol@example.org";
        _bench.Store.Put(new AccountCreated(new AccountRow(ShardKey.UserId(Carol), "no@jid@at/all@", new CredentialRow([], 1, [], [], [], []), 0, 0, 0)));
        Assert.NotNull(Assert.Single(_bench.Connect(Carol, "c").Controls.OfType<BindRefusedOutput>()));
        Assert.Equal(DefectPlace.Load, Assert.Single(_bench.Defects).Place);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_message_that_cannot_be_read_or_shown_keeps_no_other_from_its_device(bool read)
    {
        _bench.Store.Unreadable.Clear();
        var alice = _bench.Connect(Alice, "a").Enable();
        alice.Send("<presence/>");
        alice.Drop();
        for (var i = 0; i < 3; i++)
        {
            _bob.Send($"<message to='alice@example.org' type='chat'><body>m{i}</body></message>");
        }

        var second = _bench.Store.LoadUser(Id, 10)!.Tail[1];
        if (read)
        {
            _bench.Store.Unreadable.Add(second.Id);
        }
        else
        {
            _bench.Store.Put(new MessageRewritten(Id, second.Id, second.Flags, "x"u8.ToArray()));
        }

        Assert.IsType<ResumedOutput>(alice.Resume());
        Assert.Equal(["m0", "m2"], alice.Bodies);
        alice.Acknowledge();
        Assert.NotEmpty(_bench.Defects);
        Assert.All(_bench.Defects, d => Assert.Equal(DefectPlace.Read, d.Place));
    }

    [Fact]
    public void A_page_of_the_archive_that_cannot_be_read_is_an_error_and_no_more()
    {
        _bench.Store.Unreadable.Clear();
        _bob.Send("<message to='bob@example.org' type='chat'><body>note</body></message>");
        _bench.Store.Unreadable.Add(_bench.Store.LoadUser(_bob.UserId, 10)!.Account.LastId);
        var answer = _bob.Ask("<iq type='set' id='q'><query xmlns='urn:xmpp:mam:2'/></iq>");
        Assert.Equal("error", answer.Attr("type"));
        _bob.RequestAck();
        Assert.Equal(2, _bob.AcknowledgedByServer);
    }
}

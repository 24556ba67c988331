using System.Reflection;
using System.Text;
using Presence.Actors.Users;
using Presence.Actors.Users.Features;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;
using Xunit;

namespace Presence.Actors.Tests.Archive;

/// <summary>A store that cannot be read, and answers that come late.</summary>
public class ArchiveTroubleTests : ArchiveScene
{
    [Fact]
    public void A_store_that_cannot_be_read_is_no_page()
    {
        var store = DispatchProxy.Create<IStore, BrokenStore>();
        Assert.Null(ArchiveQueryForm.Read(XmlElement.Parse(Query()), Bench.StanzaIds, out var form));
        Assert.Null(ArchiveReading.Page(store, 1, form, long.MaxValue, 1));
        Assert.Null(ArchiveReading.Page(store, 1, form with { Known = [1] }, long.MaxValue, 1));
        Assert.Null(ArchiveReading.Page(store, 1, form with { Ids = [1] }, long.MaxValue, 1));
        Assert.Null(ArchiveReading.Ends(store, 1, long.MaxValue));
    }

    [Fact]
    public void No_page_is_an_error_that_may_pass()
    {
        var alice = Connect(Alice, "desk");
        Bench.Input(new ArchiveInput(alice.UserId, Session(alice).No, Asking, null, null));
        Assert.Equal(("q", "wait internal-server-error"), (alice.Received[0].Attr("id"), Outcome(Assert.Single(alice.Received))));
        Assert.Equal(0, Session(alice).ArchiveReads);
    }

    [Fact]
    public void A_query_that_was_refused_spares_the_client_nothing_of_what_waits()
    {
        Say(Connect(Bob, "desk"), Alice, "waits");
        var alice = Connect(Alice, "desk");
        Assert.Equal("cancel item-not-found", Refused(alice, Set(after: Bench.StanzaIds.Encode(12345))));
        alice.Send("<presence/>");
        Assert.Equal(["waits"], alice.Bodies);

        var other = Connect(Alice, "phone");
        Assert.Equal(["waits"], Ask(other).Bodies);
        other.Send("<presence/>");
        Assert.Empty(other.Bodies);
    }

    [Fact]
    public void An_answer_for_a_session_that_has_ended_goes_nowhere()
    {
        var alice = Connect(Alice, "desk");
        var no = Session(alice).No;
        alice.Close();
        var again = Connect(Alice, "desk");
        Bench.Input(new ArchiveInput(alice.UserId, no, Asking, null, null));
        Assert.Empty(again.Received);
    }

    [Fact]
    public void So_many_queries_may_be_under_way_and_no_more()
    {
        var alice = Connect(Alice, "desk");
        Session(alice).ArchiveReads = ArchiveFeature.MaxReads;
        Assert.Equal("wait resource-constraint", Refused(alice, ""));
        Assert.Equal("wait resource-constraint", Asked(alice, "<metadata xmlns='urn:xmpp:mam:2'/>"));
        Session(alice).ArchiveReads--;
        Assert.Equal("result", Refused(alice, ""));
    }

    private static Stanza Asking => Stanza.TryParse(Encoding.UTF8.GetBytes(Request(Query(), type: "set")), out var stanza) ? stanza : throw new InvalidOperationException();

    /// <summary>Every call fails as a disk does.</summary>
    public class BrokenStore : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new StoreException("the disk is gone");
    }
}

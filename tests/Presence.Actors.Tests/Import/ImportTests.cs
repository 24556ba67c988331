using System.Text;
using Presence.Actors.Admin;
using Presence.Actors.Tests.Iq;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;
using Xunit;

namespace Presence.Actors.Tests.Import;

/// <summary>A user's data from elsewhere (XEP-0227): what is taken, what stays as it was, and in which order messages stand afterwards.</summary>
public class ImportTests() : Scene(services: new ServiceOptions { MaxVCardBytes = 200, MaxPrivateBytes = 300 })
{
    private const string Dave = "dave@example.org";
    private const string Prefs = "<prefs xmlns='urn:xmpp:mam:2' default='roster'><always/><never><jid>bob@example.org</jid></never></prefs>";

    private static readonly CredentialRow s_keys = new([1], 4096, new byte[20], new byte[20], [], []);

    private long Then => Bench.Now - 60_000;

    [Fact]
    public void Documents_are_found_by_the_client_and_stay_when_they_come_again()
    {
        var data = Documents("<vCard xmlns='vcard-temp'><FN>Dave</FN></vCard>", Prefs, "<a xmlns='example:a'>1</a>", "<b xmlns='example:b'>2</b>");
        Assert.Equal((true, 4, 0, 0), Counted(Take(data)));
        Assert.Equal((false, 0, 4, 0), Counted(Take(data)));

        var client = Connect(Dave, "desk");
        Assert.Equal("Dave", client.Ask(Request("<vCard xmlns='vcard-temp'/>")).Child("vCard", Namespaces.VCard)!.Child("FN")!.Text);
        Assert.Equal("2", client.Ask(Request("<query xmlns='jabber:iq:private'><b xmlns='example:b'/></query>")).Children.Single().Children.Single().Text);
        Assert.Equal("roster", client.Ask(Request("<prefs xmlns='urn:xmpp:mam:2'/>")).Children.Single().Attr("default"));
    }

    [Fact]
    public void Documents_there_already_are_replaced_only_when_that_is_asked_for()
    {
        var first = Documents("<vCard xmlns='vcard-temp'><FN>Dave</FN></vCard>", Prefs, "<a xmlns='example:a'>1</a>");
        var second = Documents("<vCard xmlns='vcard-temp'><FN>David</FN></vCard>", Prefs, "<a xmlns='example:a'>2</a>");
        Take(first);
        Take(second);
        Assert.Equal("1", Kept());
        Assert.Equal((false, 3, 0, 0), Counted(Take(second with { Overwrite = true })));
        Assert.Equal("2", Kept());

        string Kept() => Connect(Dave, "desk").Ask(Request("<query xmlns='jabber:iq:private'><a xmlns='example:a'/></query>")).Children.Single().Children.Single().Text;
    }

    [Fact]
    public void What_no_client_might_store_is_refused_and_hinders_nothing_else()
    {
        var data = Documents(
            $"<vCard xmlns='vcard-temp'><FN>{new string('x', 200)}</FN></vCard>", "<prefs xmlns='urn:xmpp:mam:2' default='perhaps'/>",
            "<mine xmlns='jabber:client'/>", "<fits xmlns='example:f'>1</fits>", $"<large xmlns='example:l'>{new string('x', 300)}</large>");
        Assert.Equal((true, 1, 0, 4), Counted(Take(data)));
        Assert.Equal("example:f", Assert.Single(Bench.User(Dave).Documents!).Name.Split(' ')[1]);
    }

    [Fact]
    public void Messages_keep_their_times_and_order_and_the_archive_ids_of_this_very_store()
    {
        var own = Bench.StanzaIds.Encode((Then << 20) + 77);
        var foreign = Bench.StanzaIds.Encode(((Then + 5) << 20) + 77);
        Take(Messages(Archived(0, "first", own), Archived(0, "second", foreign) with { Number = 78 }, Archived(10, "third", "1795696669662192")));
        Assert.Equal([(Then << 20) + 77, (Then << 20) + 78, (Then + 10) << 20], Rows().Select(r => r.Id));
    }

    [Fact]
    public void An_unread_message_that_the_user_wants_in_no_archive_is_delivered_and_not_archived()
    {
        Take(Documents(null, Prefs));
        Take(Messages(Archived(0, "old", null), Unread(10, "new")));
        Assert.Equal([true, false], Rows().Select(r => r.Flags.HasFlag(MessageFlags.Visible)));
        Assert.Equal(["new"], LogIn(Dave, "desk").Bodies);
    }

    [Fact]
    public void Given_a_message_in_the_archive_and_unread_then_it_is_one_and_is_delivered()
    {
        Take(Messages(Archived(0, "both", null), Archived(5, "read", null)));
        var again = Take(Messages(Unread(800, "both")));
        Assert.Equal(1, again.Messages);
        Assert.Equal(2, Rows().Count);
        Assert.Equal(["both"], LogIn(Dave, "desk").Bodies);
    }

    private static UserImport Documents(string? vcard, string? prefs, params string[] kept) => new(s_keys, false, [], [], [])
    {
        VCard = vcard is null ? null : XmlElement.Parse(vcard),
        ArchivePreferences = prefs is null ? null : XmlElement.Parse(prefs),
        Private = [.. kept.Select(xml => XmlElement.Parse(xml))],
    };

    private static UserImport Messages(params ImportedMessage[] messages) => new(s_keys, false, [], [], messages);

    private ImportedMessage Archived(int later, string body, string? id) => Message(later, body, unread: false) with { StanzaId = id };

    private ImportedMessage Unread(int later, string body) => Message(later, body, unread: true);

    private ImportedMessage Message(int later, string body, bool unread)
    {
        var xml = $"<message from='{Bob}/desk' to='{Dave}' type='chat'><body>{body}</body></message>";
        return Stanza.TryParse(Encoding.UTF8.GetBytes(xml), out var stanza) ? new ImportedMessage(Then + later, 0, unread, stanza) : throw new ArgumentException(xml);
    }

    private ImportCounts Take(UserImport data)
    {
        var reply = Bench.Ask(new ImportRequest(Id(Dave), Dave, data));
        Assert.Equal(AdminStatus.Done, reply.Status);
        return reply.Import!;
    }

    private List<MessageRow> Rows() => [.. Bench.Store.State.Users[Id(Dave)].Messages.Values];

    private static (bool Created, int Documents, int Repeated, int Refused) Counted(ImportCounts counts) =>
        (counts.Created, counts.Documents, counts.Repeated, counts.Refused);

    private static long Id(string jid) => ShardKey.UserId(jid);
}

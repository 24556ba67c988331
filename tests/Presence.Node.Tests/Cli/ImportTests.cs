using System.Collections;
using Presence.Actors.Admin;
using Presence.Cli;
using Presence.Node.Tests.Admin;

namespace Presence.Node.Tests.Cli;

/// <summary>presencectl user import: what stands in a file, what reaches the owners of it, and what is told of the rest. Through a real socket to owners that are played.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private const string Keys =
        "<iter-count>4096</iter-count><salt>c2FsdA==</salt><server-key>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</server-key><stored-key>AQAAAAAAAAAAAAAAAAAAAAAAAAA=</stored-key>";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-import-");
    private AdminWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await AdminWorld.StartAsync();
        _world.Answer = _ => new AdminReply(AdminStatus.Done, Import: new ImportCounts(true, false, 0, 0, 0, 0, 0));
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task EachLineThatCannotBeTakenIsToldWithItsPlaceAndHindersNoOther()
    {
        string[] lines =
        [
            "jid,password", "alice@localhost,secret", "alice", "\"quoted,password", "bob@localhost\tpass,word", "carol@localhost,", "{\"jid\":\"dave@localhost\"}",
            "{\"jid\":\"erin@localhost\",\"password\":\"x\"}", "{not json", "frank@elsewhere.example,x", "\"gina@localhost\",\"say \"\"hi\"\"\"",
        ];
        var (code, output, error) = await ImportAsync(Write("users.csv", string.Join('\n', lines)));

        Assert.Equal(ExitCode.Failed, code);
        var told = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] expected =
        [
            ":3: an address and a password are expected", ":4: an address and a password are expected", ":6: an address and a password", ":7: \"password\", \"scram-sha-256\"",
            ":9: not a JSON object", ":10: \"frank@elsewhere.example\" is not the address of an account of localhost",
        ];
        Assert.All(expected, text => Assert.Single(told, line => line.Contains("users.csv" + text, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, told.Length);
        Assert.Equal(["alice@localhost", "bob@localhost", "erin@localhost", "gina@localhost"], Taken().Select(r => r.Jid).Order());
        Assert.Contains("4 made", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AccountsWithOneKeyOrWithTwoSaltsAreTakenAsSha1Only()
    {
        await ImportAsync(Write("users.xml", ServerData(
            $"<user name='one'>{Scram("SCRAM-SHA-1", Keys)}</user>",
            $"<user name='two'>{Scram("SCRAM-SHA-1", Keys)}{Scram("SCRAM-SHA-256", Keys256("b3RoZXI="))}</user>",
            $"<user name='both'>{Scram("SCRAM-SHA-256", Keys256("c2FsdA=="))}{Scram("SCRAM-SHA-1", Keys)}</user>",
            $"<user name='new'>{Scram("SCRAM-SHA-512", "<salt/>")}{Scram("SCRAM-SHA-256", Keys256("c2FsdA=="))}</user>")));

        var keys = Taken().ToDictionary(r => r.Jid.Split('@')[0], r => (r.Data.Credentials!.StoredKeySha1.Length, r.Data.Credentials.StoredKeySha256.Length));
        Assert.Equal(new() { ["one"] = (20, 0), ["two"] = (20, 0), ["both"] = (20, 32), ["new"] = (0, 32) }, keys);
    }

    [Fact]
    public async Task FilesThatIncludeOthersAreFollowedWithinTheirFolderOnly()
    {
        const string Xi = "xmlns:xi='http://www.w3.org/2001/XInclude'";
        var main = Write("main.xml", $"<server-data xmlns='urn:xmpp:pie:0' {Xi}><xi:include href='localhost.xml'/></server-data>");
        Write("localhost.xml", $"<host xmlns='urn:xmpp:pie:0' {Xi} jid='localhost'><xi:include href='localhost/al%20ice.xml'/><xi:include href='localhost/none.xml'/>"
            + "<xi:include href='../secret.xml'/><xi:include href='loop.xml'/></host>");
        Write("loop.xml", $"<host xmlns='urn:xmpp:pie:0' {Xi} jid='localhost'><xi:include href='loop.xml'/></host>");
        Write("localhost/al ice.xml", $"<user xmlns='urn:xmpp:pie:0' {Xi} name='alice' password='x'><query xmlns='jabber:iq:private'>"
            + "<notes xmlns='example:n'><xi:include href='bob.xml'/></notes></query></user>");
        Write("localhost/bob.xml", "<user xmlns='urn:xmpp:pie:0' name='bob' password='x'/>");
        File.WriteAllText(Path.Combine(_folder.FullName, "secret.xml"), "<user xmlns='urn:xmpp:pie:0' name='mallory' password='x'/>");

        var (code, _, error) = await ImportAsync(main);

        Assert.Equal(ExitCode.Failed, code);
        var alice = Assert.Single(Taken());
        Assert.Equal("alice@localhost", alice.Jid);
        Assert.Contains("bob.xml", Assert.Single(alice.Data.Private).ToString(), StringComparison.Ordinal);
        Assert.All(["none.xml", "secret.xml", "loop.xml"], file => Assert.Contains($"{file}: included, but not there", error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task VCardPrivateElementsAndPreferencesComeWithTheAccount()
    {
        await ImportAsync(Write("users.xml", ServerData(
            "<user name='alice' password='x'><vCard xmlns='vcard-temp'><FN>Älice</FN></vCard><query xmlns='jabber:iq:private'><a xmlns='example:a'/><b xmlns='example:b'>1</b>"
            + "</query><prefs xmlns='urn:xmpp:mam:2' default='never'><always/><never/></prefs></user>")));

        var data = Assert.Single(Taken()).Data;
        Assert.Equal(("Älice", "never"), (data.VCard!.Child("FN")!.Text, data.ArchivePreferences!.Attr("default")));
        Assert.Equal(["a", "b"], data.Private.Select(e => e.Name));
    }

    [Fact]
    public async Task NodesOfPersonalEventingComeWithTheirItemsAndWhatTheyCannotBeIsCounted()
    {
        var (_, text, _) = await ImportAsync(Write("users.xml", ServerData(
            "<user name='alice' password='x'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><configure node='n'><x xmlns='jabber:x:data' type='form'/></configure>"
            + "<affiliations node='n'><affiliation jid='bob@localhost' affiliation='member'/></affiliations></pubsub>"
            + "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='n'><item id='1'><a xmlns='example:a'>ж</a></item></items></pubsub></user>")));

        var data = Assert.Single(Taken()).Data;
        Assert.Equal("n", Assert.Single(data.Nodes).Attr("node"));
        Assert.Equal("ж", Assert.Single(data.NodeItems).Children.Single().Children.Single().Text);
        Assert.Contains("affiliations of a node of personal eventing", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALargeArchiveAndALongListComeInPartsThatMakeTheAccountOnce()
    {
        var contacts = string.Concat(Enumerable.Range(0, 2500).Select(i => $"<item jid='c{i}@localhost' subscription='none'/>"));
        var archive = string.Concat(Enumerable.Range(0, 250).Select(i =>
            $"<result xmlns='urn:xmpp:mam:2' id='{i}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>"
            + $"<message xmlns='jabber:client' from='bob@localhost/x' to='alice@localhost' type='chat'><body>{new string('ж', 20_000)}</body></message></forwarded></result>"));

        var (code, _, error) = await ImportAsync(Write("users.xml", ServerData(
            $"<user name='alice' password='x'><query xmlns='jabber:iq:roster'>{contacts}</query><archive xmlns='urn:xmpp:pie:0#mam'>{archive}</archive></user>")));

        Assert.Equal((ExitCode.Done, ""), (code, error));
        var taken = Taken();
        Assert.Same(taken[0], Assert.Single(taken, r => r.Data.Credentials is not null));
        Assert.Equal((2500, 250), (taken.Sum(r => r.Data.Contacts.Count), taken.Sum(r => r.Data.Messages.Count)));
        Assert.Equal(Enumerable.Range(0, 250), taken.SelectMany(r => r.Data.Messages).Select(m => m.Number));
    }

    private static string ServerData(params string[] users) => $"<server-data xmlns='urn:xmpp:pie:0'><host jid='localhost'>{string.Concat(users)}</host></server-data>";

    private static string Scram(string mechanism, string keys) => $"<scram-credentials xmlns='urn:xmpp:pie:0#scram' mechanism='{mechanism}'>{keys}</scram-credentials>";

    private static string Keys256(string salt) =>
        $"<iter-count>4096</iter-count><salt>{salt}</salt><server-key>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</server-key>"
        + "<stored-key>AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</stored-key>";

    private List<ImportRequest> Taken() => [.. _world.Asked.OfType<ImportRequest>()];

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, "files", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task<(int Code, string Output, string Error)> ImportAsync(string file)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(TextReader.Null, output, error, MayAsk: false, Colours: false, new Hashtable(), _folder.FullName, TimeProvider.System);
        var code = await ControlProgram.RunAsync(["user", "import", file, "--admin", _world.Socket], terminal);
        return (code, output.ToString(), error.ToString());
    }
}

using System.Collections;
using System.Text;
using System.Xml.Linq;
using Presence.Actors.Users.Eventing;
using Presence.Cli;
using Presence.Node.Tests.Admin;
using Presence.Node.Transfer;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;

namespace Presence.Node.Tests.Cli;

/// <summary>presencectl user export: what a file of XEP-0227 holds of a user, whether a node runs or not, and what is left when it cannot be written whole.</summary>
public sealed class ExportTests : IAsyncLifetime
{
    private const string Alice = "alice@localhost";

    private static readonly XNamespace s_pie = "urn:xmpp:pie:0";
    private static readonly XNamespace s_mam = "urn:xmpp:mam:2";
    private static readonly XNamespace s_client = "jabber:client";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-export-");
    private AdminWorld _world = null!;

    private string Target => Path.Combine(_folder.FullName, "out.xml");

    public async ValueTask InitializeAsync() => _world = await AdminWorld.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task EverythingOfAUserIsInTheFile()
    {
        Fill();

        var (code, _, error) = await RunAsync(Alice);

        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
        var user = XDocument.Load(Target).Root!.Element(s_pie + "host")!.Element(s_pie + "user")!;
        Assert.Equal("alice", (string?)user.Attribute("name"));
        XNamespace scram = "urn:xmpp:pie:0#scram", roster = "jabber:iq:roster", privacy = "jabber:iq:privacy", kept = "jabber:iq:private", archive = "urn:xmpp:pie:0#mam";
        Assert.Equal(["SCRAM-SHA-1", "SCRAM-SHA-256"], user.Elements(scram + "scram-credentials").Select(e => (string?)e.Attribute("mechanism")));
        Assert.Equal(Convert.ToBase64String([1]), user.Element(scram + "scram-credentials")!.Element(scram + "salt")!.Value);
        var item = Assert.Single(user.Element(roster + "query")!.Elements());
        Assert.Equal(("bob@localhost", "Bob & co", "both", "subscribe", "true", "Friends"),
            ((string?)item.Attribute("jid"), (string?)item.Attribute("name"), (string?)item.Attribute("subscription"), (string?)item.Attribute("ask"),
            (string?)item.Attribute("approved"), item.Value));
        Assert.Equal("carol@localhost", (string?)Assert.Single(user.Elements(s_client + "presence")).Attribute("from"));
        Assert.Equal("mallory@elsewhere", (string?)user.Element(privacy + "query")!.Element(privacy + "list")!.Element(privacy + "item")!.Attribute("value"));
        Assert.Equal("Alice", user.Element(XName.Get("vCard", "vcard-temp"))!.Value);
        Assert.Equal("kept", Assert.Single(user.Element(kept + "query")!.Elements()).Value);
        XNamespace owner = "http://jabber.org/protocol/pubsub#owner", pubsub = "http://jabber.org/protocol/pubsub";
        Assert.Equal("n", (string?)user.Element(owner + "pubsub")!.Element(owner + "configure")!.Attribute("node"));
        var items = user.Element(pubsub + "pubsub")!.Element(pubsub + "items")!;
        Assert.Equal(("n", "b=1 a=2"), ((string?)items.Attribute("node"), string.Join(' ', items.Elements().Select(i => $"{(string?)i.Attribute("id")}={i.Value}"))));
        Assert.Equal("never", (string?)user.Element(s_mam + "prefs")!.Attribute("default"));
        Assert.Equal(["old", "unread"], user.Element(archive + "archive")!.Elements(s_mam + "result").Select(r => r.Descendants(s_client + "body").Single().Value));
        Assert.Equal(["unread", "not archived"], user.Element(s_pie + "offline-messages")!.Elements(s_client + "message").Select(m => m.Element(s_client + "body")!.Value));
    }

    [Fact]
    public async Task WithoutANodeItIsReadFromTheDataAndTheSame()
    {
        var directory = Path.Combine(_folder.FullName, "data");
        using (var store = new SqliteStore(new SqliteOptions { Directory = directory, ShardCount = 16 }))
        {
            Fill(store);
            _world.Reads.Inner = store;
            Assert.Equal(ExitCode.Done, (await RunAsync("--all")).Code);
        }

        var running = await File.ReadAllTextAsync(Target);
        File.Delete(Target);
        var (code, _, error) = await RunAsync("--all", "--admin", "none.sock", "--", "--Data:Directory=" + directory);

        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Equal(running, await File.ReadAllTextAsync(Target));
    }

    [Fact]
    public async Task WithNeitherNodeNorDataThereIsAMessageAndNoFile()
    {
        var (code, _, error) = await RunAsync(Alice, "--admin", "none.sock", "--", "--Data:Directory=none");

        Assert.Equal(ExitCode.NoNode, code);
        Assert.Contains("There is no presence.db", error, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task UnknownUsersAndFilesThatExistAreRefused()
    {
        Assert.Equal(ExitCode.NotFound, (await RunAsync("nobody@localhost")).Code);
        Assert.Empty(_folder.GetFiles());
        await File.WriteAllTextAsync(Target, "mine");
        Assert.Equal(ExitCode.Usage, (await RunAsync(Alice)).Code);
        Assert.Equal("mine", await File.ReadAllTextAsync(Target));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task WhenTheStoreFailsHalfwayNoFileIsLeft(int pages)
    {
        Fill();
        for (var i = 0; i < 5; i++)
        {
            _world.Store.Put(new MessageStored(Row(1_000 + i, new string('x', 1_100_000), MessageFlags.Visible)));
        }

        _world.Reads.BodiesBeforeFailure = pages;

        Assert.Equal(ExitCode.NoNode, (await RunAsync("--all")).Code);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public void ALargeArchiveComesInPiecesOfAboutAMegabyte()
    {
        Fill();
        var body = new string('x', 200_000);
        for (var i = 0; i < 100; i++)
        {
            _world.Store.Put(new MessageStored(Row(1_000 + i, body, MessageFlags.Visible)));
        }

        var pieces = new UserExport(_world.Store).One(Jid.Parse(Alice)).ToList();

        Assert.InRange(pieces.Max(p => p.Length), 1_000_000, 2_500_000);
        var document = XDocument.Parse(Encoding.UTF8.GetString([.. pieces.SelectMany(p => p)]));
        Assert.Equal(102, document.Descendants(s_mam + "result").Count());
    }

    private void Fill() => AliceRows().ToList().ForEach(_world.Store.Put);

    private static void Fill(SqliteStore store)
    {
        var grants = store.TakeAll(new Incarnation(new Guid(1, 0, 0, new byte[8])));
        var write = new ShardWrite(3, grants[3].Epoch, grants[3].Committed, [.. AliceRows()]);
        Assert.Equal(CommitStatus.Answered, store.Commit(new GuardedBatch(new Guid(2, 0, 0, new byte[8]), new Incarnation(new Guid(1, 0, 0, new byte[8])), [write])).Status);
    }

    private static IEnumerable<StoreEvent> AliceRows()
    {
        var id = ShardKey.UserId(Alice);
        yield return new AccountCreated(new AccountRow(
            id, Alice, new CredentialRow([1], 4096, new byte[20], new byte[20], new byte[32], new byte[32]), 5, At(50), At(0), new ArchivePreferences(ArchiveDefault.Never, [], ["x@y"])));
        yield return new RosterItemStored(new RosterRow(id, "bob@localhost", Subscription.Both, true, false, true, "Bob & co", ["Friends"], null), 6);
        yield return new RosterItemStored(new RosterRow(id, "carol@localhost", Subscription.None, false, true, false, null, [], null), 7);
        yield return new JidBlocked(id, "mallory@elsewhere");
        yield return new DocumentStored(new DocumentRow(id, DocumentKind.Private, "a example:a", null, "<a xmlns='example:a'>kept</a>"u8.ToArray()));
        yield return new DocumentStored(new DocumentRow(id, DocumentKind.EventNode, "n", NodeConfiguration.Default.ToMark(), "<x xmlns='jabber:x:data' type='submit'/>"u8.ToArray()));
        yield return new DocumentStored(new DocumentRow(id, DocumentKind.EventItem, EventItemName.Of("n", "a"), "12", "<a xmlns='example:a'>2</a>"u8.ToArray()));
        yield return new DocumentStored(new DocumentRow(id, DocumentKind.EventItem, EventItemName.Of("n", "b"), "9", "<a xmlns='example:a'>1</a>"u8.ToArray()));
        yield return new DocumentStored(new DocumentRow(id, DocumentKind.VCard, "", "", "<vCard xmlns='vcard-temp'><FN>Alice</FN></vCard>"u8.ToArray()));
        yield return new MessageStored(Row(10, "old", MessageFlags.Visible | MessageFlags.Offline));
        yield return new MessageStored(Row(20, "a copy for another device", MessageFlags.CarbonEligible));
        yield return new MessageStored(Row(100, "unread", MessageFlags.Visible | MessageFlags.Offline));
        yield return new MessageStored(Row(110, "not archived", MessageFlags.Offline));
    }

    private static MessageRow Row(int milliseconds, string body, MessageFlags flags) => new(
        ShardKey.UserId(Alice), At(milliseconds), "bob@localhost", "desk", flags, 0, null, null,
        Encoding.UTF8.GetBytes($"<message from='bob@localhost/desk' to='{Alice}' type='chat'><body>{body}</body></message>"));

    private static long At(int milliseconds) => (1_700_000_000_000 + milliseconds) << 20;

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(TextReader.Null, output, error, MayAsk: false, Colours: false, new Hashtable(), _folder.FullName, TimeProvider.System);
        string[] admin = arguments.Contains("--admin") ? [] : ["--admin", _world.Socket];
        var code = await ControlProgram.RunAsync(["user", "export", "--out", Target, .. admin, .. arguments], terminal);
        return (code, output.ToString(), error.ToString());
    }
}

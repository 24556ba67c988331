using System.Collections;
using System.Text.Json;
using Presence.Actors.Admin;
using Presence.Cli;
using Presence.Node.Checks;
using Presence.Node.Tests.Admin;
using Presence.Routing;
using Presence.Storage.Sqlite;

namespace Presence.Node.Tests.Cli;

/// <summary>presencectl end to end: a command line in, text or JSON and an exit code out, through a real socket to an owner that is played.</summary>
public sealed class ControlTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-cli-");
    private readonly Hashtable _environment = [];
    private AdminWorld _world = null!;
    private string _input = "";

    public async ValueTask InitializeAsync() => _world = await AdminWorld.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task UserIsAddedWithThePasswordOfTheOption()
    {
        var (code, output, _) = await RunAsync("user", "add", "alice@localhost", "--password", "secret");

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal("Account alice@localhost was made.\n", output);
        Assert.IsType<CreateAccountRequest>(Assert.Single(_world.Asked));
    }

    [Fact]
    public async Task UserIsAddedWithThePasswordOfTheInput()
    {
        _input = "secret\nrest\n";

        Assert.Equal(ExitCode.Done, (await RunAsync("user", "add", "alice@localhost")).Code);

        var credentials = Assert.IsType<CreateAccountRequest>(Assert.Single(_world.Asked)).Credentials;
        Assert.True(new Presence.Protocol.Sasl.ScramKeys(
            credentials.Salt, credentials.Iterations, credentials.StoredKeySha1, credentials.ServerKeySha1, credentials.StoredKeySha256, credentials.ServerKeySha256).Verify("secret"));
    }

    [Fact]
    public async Task MissingPasswordIsAskedForInWords()
    {
        var (code, _, error) = await RunAsync("user", "passwd", "alice@localhost");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("--password", error, StringComparison.Ordinal);
        Assert.Empty(_world.Asked);
    }

    [Theory]
    [InlineData(AdminStatus.AlreadyExists, ExitCode.Exists, "exists already")]
    [InlineData(AdminStatus.Unavailable, ExitCode.Unavailable, "/healthz")]
    public async Task RefusalHasAMessageAndACodeOfItsOwn(AdminStatus refusal, int code, string message)
    {
        _world.Answer = _ => new AdminReply(refusal);

        var (answered, output, error) = await RunAsync("user", "add", "alice@localhost", "--password", "x");

        Assert.Equal(code, answered);
        Assert.Empty(output);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForeignDomainIsAUsageError()
    {
        var (code, _, error) = await RunAsync("user", "add", "alice@elsewhere.example", "--password", "x");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("this node serves localhost", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PasswordIsChangedAndUserRemoved()
    {
        Assert.Equal(ExitCode.Done, (await RunAsync("user", "passwd", "alice@localhost", "--password", "x")).Code);
        Assert.Equal(ExitCode.Done, (await RunAsync("user", "delete", "alice@localhost")).Code);

        Assert.Collection(_world.Asked, r => Assert.IsType<ChangeCredentialsRequest>(r), r => Assert.IsType<RemoveAccountRequest>(r));
    }

    [Fact]
    public async Task RemoveIsAnotherWordForDelete()
    {
        Assert.Equal(ExitCode.Done, (await RunAsync("user", "remove", "alice@localhost")).Code);

        Assert.IsType<RemoveAccountRequest>(Assert.Single(_world.Asked));
    }

    [Fact]
    public async Task UsersAreListedOneALine()
    {
        _world.AddAccounts("bob@localhost", "alice@localhost");

        Assert.Equal("alice@localhost\nbob@localhost\n", (await RunAsync("user", "list")).Output);
        var json = JsonDocument.Parse((await RunAsync("user", "list", "--json")).Output).RootElement;
        Assert.Equal(2, json.GetProperty("users").GetArrayLength());
    }

    [Fact]
    public async Task MoreUsersThanAPageHoldsAreAllListed()
    {
        _world.AddAccounts(Enumerable.Range(0, 10_001).Select(i => $"user{i}@localhost"));

        Assert.Equal(10_001, (await RunAsync("user", "list")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task SessionsAndRegistrationsAreListed()
    {
        _world.Answer = _ => new AdminReply(AdminStatus.Done, Samples.Bob);

        var (code, output, _) = await RunAsync("session", "list", "bob@localhost");

        Assert.Equal(ExitCode.Done, code);
        Assert.Matches(@"phone +│? *disconnected +│? *away +│? *1 +│? *yes", output);
        Assert.Contains("device 01234567… at push.example, session phone, holds while inactive", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneSessionIsShown()
    {
        _world.Answer = _ => new AdminReply(AdminStatus.Done, Samples.Bob);

        var (code, output, _) = await RunAsync("session", "show", "bob@localhost", "phone");

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("1 stanzas, 240 bytes", output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("session", "show", "bob@localhost", "tablet")).Code);
        var json = JsonDocument.Parse((await RunAsync("session", "show", "bob@localhost", "phone", "--json")).Output).RootElement;
        Assert.Equal(240, json.GetProperty("queuedBytes").GetInt32());
    }

    [Fact]
    public async Task KickEndsOneOrAllButNeverByAccidentAll()
    {
        Assert.Equal(ExitCode.Done, (await RunAsync("session", "kick", "bob@localhost", "my phone/2")).Code);
        Assert.Equal(ExitCode.Done, (await RunAsync("session", "kick", "bob@localhost", "--all")).Code);
        Assert.Equal(ExitCode.Usage, (await RunAsync("session", "kick", "bob@localhost")).Code);
        Assert.Equal(ExitCode.Usage, (await RunAsync("session", "kick", "bob@localhost", "phone", "--all")).Code);

        var id = ShardKey.UserId("bob@localhost");
        Assert.Equal([new KickRequest(id, "my phone/2"), new KickRequest(id, null)], _world.Asked);
    }

    [Fact]
    public async Task QueueIsShown()
    {
        _world.Answer = _ => new AdminReply(AdminStatus.Done, Samples.Bob);

        var (code, output, _) = await RunAsync("queue", "show", "bob@localhost");

        Assert.Equal(ExitCode.Done, code);
        Assert.Matches(@"m-1 .*alice@localhost.* 240 .*yes.*phone", output);
    }

    [Fact]
    public async Task EmptyQueueIsSaid()
    {
        _world.Answer = _ => new AdminReply(AdminStatus.Done, Samples.Bob with { Queue = [] });

        Assert.Equal("Nothing waits for bob@localhost.\n", (await RunAsync("queue", "show", "bob@localhost")).Output);
    }

    [Fact]
    public async Task QueueIsPurgedForAUserOrForOneSession()
    {
        _world.Answer = _ => new AdminReply(AdminStatus.Done, Purged: new PurgeCounts(3, 700));

        Assert.Equal("3 messages, 700 bytes, wait no more.\n", (await RunAsync("queue", "purge", "bob@localhost")).Output);
        Assert.Equal(ExitCode.Done, (await RunAsync("queue", "purge", "bob@localhost", "--session", "my phone/2")).Code);
        Assert.Equal([null, "my phone/2"], _world.Asked.Cast<PurgeQueueRequest>().Select(r => r.Resource));
        _world.Answer = _ => new AdminReply(AdminStatus.NotFound);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("queue", "purge", "bob@localhost", "--session", "none")).Code);
    }

    [Fact]
    public async Task ExplanationIsPrintedLineByLine()
    {
        _world.Answer = _ => new AdminReply(AdminStatus.Done, Lines: ["[phone] was disconnected", "so it was pushed"]);

        Assert.Equal("[phone] was disconnected\nso it was pushed\n", (await RunAsync("explain", "m-1", "--user", "bob@localhost")).Output);
        Assert.Equal("m-1", Assert.IsType<ExplainRequest>(Assert.Single(_world.Asked)).StanzaId);
    }

    [Fact]
    public async Task NoNodeIsSaidWithWhatToDo()
    {
        var (code, _, error) = await RunAsync("user", "list", "--admin", Path.Combine(_folder.FullName, "none.sock"));

        Assert.Equal(ExitCode.NoNode, code);
        Assert.Contains("no node is running at", error, StringComparison.Ordinal);
        Assert.Contains("--admin PATH or PRESENCE_ADMIN", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoNodeInJson()
    {
        var (code, output, error) = await RunAsync("user", "list", "--json", "--admin", Path.Combine(_folder.FullName, "none.sock"));

        Assert.Equal((ExitCode.NoNode, ""), (code, error));
        Assert.Equal("no-node", JsonDocument.Parse(output).RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task SocketComesFromTheEnvironmentWhenNotNamed()
    {
        _environment[ControlProgram.AdminVariable] = _world.Socket;
        _world.AddAccounts("alice@localhost");

        Assert.Equal("alice@localhost\n", (await RunWithoutSocketAsync("user", "list")).Output);
    }

    [Theory]
    [InlineData("user", "ad")]
    [InlineData("user", "add")]
    [InlineData("explain", "m-1")]
    [InlineData("--nonsense", "x")]
    public async Task WrongUsageIsTold(params string[] arguments)
    {
        var (code, _, error) = await RunAsync(arguments);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("error: ", error, StringComparison.Ordinal);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutACommandTheHelpIsShown()
    {
        var (code, output, _) = await RunWithoutSocketAsync();

        Assert.Equal(ExitCode.Done, code);
        Assert.All(["user", "session", "queue", "explain", "check", "certificate"], word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, ExitCode.Done)]
    [InlineData(true, ExitCode.Failed)]
    public async Task CheckShowsWhatTheNodeFound(bool broken, int code)
    {
        _world.Checks.Add(CheckResult.Warning("certificate", "self-signed"));
        _world.Checks.Add(broken ? CheckResult.Failed("store", "disk full") : CheckResult.Ok("store", "writable"));

        var (answered, output, _) = await RunAsync("check");

        Assert.Equal(code, answered);
        Assert.Contains("A node is running at", output, StringComparison.Ordinal);
        Assert.Matches(broken ? "FAILED +store +disk full" : "ok +store +writable", output);
        Assert.Matches("warning +certificate +self-signed", output);
    }

    [Theory]
    [InlineData(true, null, ExitCode.Done, "New handshakes use the new certificate; it ends 2030-01-02T00:00:00")]
    [InlineData(false, null, ExitCode.Done, "The certificate has not changed; it ends 2030-01-02T00:00:00")]
    [InlineData(false, "the key does not fit", ExitCode.Failed, "error: the key does not fit; the certificate in use stays, it ends 2030-01-02")]
    public async Task CertificateReloadTellsWhatBecameOfIt(bool taken, string? problem, int code, string message)
    {
        _world.Reload = new(taken, new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero), problem);

        var (answered, output, error) = await RunAsync("certificate", "reload");

        Assert.Equal(code, answered);
        Assert.Contains(message, output + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckWithoutANodeJudgesTheConfiguration()
    {
        var (code, output, _) = await RunWithoutSocketAsync("check", "--json", "--", "--Xmpp:ClientPort=99999", "--Xmpp:Domian=x");

        Assert.Equal(ExitCode.Failed, code);
        var json = JsonDocument.Parse(output).RootElement;
        Assert.False(json.GetProperty("running").GetBoolean());
        var messages = json.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("message").GetString()).ToList();
        Assert.Contains(messages, m => m!.StartsWith("Xmpp:ClientPort = \"99999\"", StringComparison.Ordinal));
        Assert.Contains(messages, m => m!.Contains("did you mean Xmpp:Domain?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CheckWithoutANodeReadsTheStore()
    {
        var data = Path.Combine(_folder.FullName, "data");
        new SqliteStore(new SqliteOptions { Directory = data, ShardCount = 4 }).Dispose();

        var (code, output, _) = await RunWithoutSocketAsync("check", "--", "--Xmpp:ClientPort=0", "--Xmpp:DirectTlsPort=0", "--Http:Port=0", "--Web:TlsPort=0");

        Assert.Matches("ok +store +can be read, 0 accounts", output);
        Assert.Matches("ok +configuration +valid, for localhost", output);
        Assert.Matches("warning +certificate +none is configured", output);
        Assert.Equal(ExitCode.Done, code);
    }

    [Fact]
    public async Task CheckSeesAStoreThatAnotherProcessHolds()
    {
        using var store = new SqliteStore(new SqliteOptions { Directory = Path.Combine(_folder.FullName, "data"), ShardCount = 4 });

        var (code, output, _) = await RunWithoutSocketAsync("check", "--", "--Xmpp:ClientPort=0", "--Xmpp:DirectTlsPort=0", "--Http:Port=0", "--Web:TlsPort=0");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("in use by another process", output, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        RunWithoutSocketAsync(arguments.Contains("--admin") ? arguments : [.. arguments, "--admin", _world.Socket]);

    private async Task<(int Code, string Output, string Error)> RunWithoutSocketAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var input = new StringReader(_input);
        var terminal = new Terminal(input, output, error, MayAsk: false, Colours: false, _environment, _folder.FullName, TimeProvider.System);
        var code = await ControlProgram.RunAsync(arguments, terminal);
        return (code, output.ToString(), error.ToString());
    }
}

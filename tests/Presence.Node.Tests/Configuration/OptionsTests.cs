using System.Collections;
using System.Net;
using Presence.Node.Configuration;
using Presence.Tests.Shared;

namespace Presence.Node.Tests.Configuration;

/// <summary>What an operator writes: every wrong value is told with its key, its value, its source and what is allowed, all at once.</summary>
public sealed class OptionsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-options-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ASecretOfAComponentIsNeverShown()
    {
        var told = Problems(
            "--Components:0:Domain=push.example.org", "--Components:0:Secret=open sesame", "--Components:0:SecretFile=nowhere", "--Components:0:Secrett=open sesame");
        Assert.NotEmpty(told);
        Assert.DoesNotContain("open sesame", string.Join('\n', told), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Store:ConnectionString (command line): is for Store:Kind postgres only", "--Store:ConnectionString=Host=db;Password=open sesame")]
    [InlineData("Store:ConnectionString: is missing", "--Store:Kind=postgres")]
    [InlineData("connection string is wrong", "--Store:Kind=postgres", "--Store:ConnectionString=Host=db;Pasword=open sesame")]
    [InlineData("names no Host", "--Store:Kind=postgres", "--Store:ConnectionString=Database=x;Password=open sesame")]
    [InlineData("several hosts", "--Store:Kind=postgres", "--Store:ConnectionString=Host=a,b;Password=open sesame")]
    public void AConnectionStringIsJudgedAndNeverShown(string expected, params string[] arguments)
    {
        var told = Assert.Single(Problems(arguments));
        Assert.Contains(expected, told, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", told, StringComparison.Ordinal);
    }

    [Fact]
    public void PostgreSQLIsChosenByItsKind()
    {
        Assert.Null(Valid().Store.ConnectionString);
        Assert.Equal("Host=db;Username=me", Valid("--Store:Kind=Postgres", "--Store:ConnectionString=Host=db;Username=me").Store.ConnectionString);
    }

    [Fact]
    public void NothingConfiguredIsAllowed()
    {
        var options = Valid();

        Assert.Equal("localhost", options.Xmpp.Domain);
        Assert.Equal((5222, 5223, 5280), (options.Xmpp.ClientPort, options.Xmpp.DirectTlsPort, options.Http.Port));
        Assert.Equal(IPAddress.Loopback, options.Http.Bind);
        Assert.Equal(Path.Combine(_folder.FullName, "data", "admin.sock"), options.AdminSocket);
        Assert.False(options.Xmpp.AllowPlaintextLogin);
        Assert.False(options.Registration.InBand);
        Assert.Empty(options.PushSinks);
    }

    [Theory]
    [InlineData("Xmpp:Domain", "alice@example.org", "a domain name")]
    [InlineData("Xmpp:Domain", "", "a domain name")]
    [InlineData("Xmpp:Bind", "somewhere", "an IP address, localhost, or *")]
    [InlineData("Xmpp:ClientPort", "70000", "1 to 65535")]
    [InlineData("Xmpp:ClientPort", "-1", "1 to 65535")]
    [InlineData("Xmpp:DirectTlsPort", "5222", "Xmpp:ClientPort")]
    [InlineData("Xmpp:AllowPlaintextLogin", "yes", "true or false")]
    [InlineData("Xmpp:ProxyProtocol", "haproxy.example.org", "off, or IP addresses or networks")]
    [InlineData("Xmpp:ProxyProtocol", "127.0.0.1, off", "off, or IP addresses or networks")]
    [InlineData("Xmpp:ProxyProtocol", "10.0.0.0/33", "off, or IP addresses or networks")]
    [InlineData("Xmpp:ProxyProtocol", ",", "off, or IP addresses or networks")]
    [InlineData("Web:TrustedProxies", "nginx", "IP addresses or networks")]
    [InlineData("Web:TrustedProxies", "127.0.0.1;::1", "IP addresses or networks")]
    [InlineData("Web:AllowedOrigins", "chat.example.org", "or origins such as https://chat.example.org")]
    [InlineData("Web:AllowedOrigins", "https://chat.example.org/app", "or origins such as https://chat.example.org")]
    [InlineData("Web:AllowedOrigins", "https://chat.example.org,*", "or origins such as https://chat.example.org")]
    [InlineData("Web:WebSocketUrl", "https://example.org/xmpp-websocket", "starts with wss:// or ws://")]
    [InlineData("Web:Bind", "somewhere", "an IP address, localhost, or *")]
    [InlineData("Web:TlsPort", "70000", "1 to 65535")]
    [InlineData("Web:TlsPort", "5222", "Xmpp:ClientPort")]
    [InlineData("Web:ConversePath", "", "the path of a directory")]
    [InlineData("Tls:CertificatePath", "/nowhere/cert.pem", "a PEM file that exists")]
    [InlineData("Tls:KeyPath", "/nowhere/key.pem", "a PEM file that exists")]
    [InlineData("Data:Directory", "", "the path of a directory")]
    [InlineData("Store:Kind", "oracle", "sqlite or postgres")]
    [InlineData("Store:ReadConnections", "0", "1 to 64")]
    [InlineData("Http:Port", "http", "1 to 65535")]
    [InlineData("Http:Port", "5223", "Xmpp:DirectTlsPort")]
    [InlineData("Http:Bind", "256.1.1.1", "an IP address")]
    [InlineData("Admin:Socket", "", "the path of a Unix socket")]
    [InlineData("Sessions:AwayAfter", "15", "such as 500ms, 15s")]
    [InlineData("Sessions:AwayAfter", "2d", "0s to 1d")]
    [InlineData("Sessions:LifeWithPush", "-00:00:01", "0s to 365d")]
    [InlineData("Sessions:LifeWithoutPush", "soon", "0s to 365d")]
    [InlineData("Sessions:MaxQueuedStanzas", "0", "1 to 1000000")]
    [InlineData("Sessions:MaxQueuedBytes", "1KiB", "64KiB to 1GiB")]
    [InlineData("Sessions:MaxSessions", "many", "1 to 1000")]
    [InlineData("Sessions:PushUnackedAfter", "5 parsecs", "0s to 1d")]
    [InlineData("Sessions:DesktopIdle", "9999999999999999999s", "0s to 1d")]
    [InlineData("Sessions:AwayWhenSuspended", "1", "true or false")]
    [InlineData("Sessions:IqWait", "", "0s to 1d")]
    [InlineData("Sessions:ResumeSettle", "x:y", "0s to 1d")]
    [InlineData("Push:Sinks:0:Kind", "pigeon", "console or jsonl")]
    [InlineData("Push:Sender", "maybe", "true or false")]
    [InlineData("Components:0:Domain", "app@push.example.org", "a domain name")]
    [InlineData("Components:0:Domain", "push.example.org", "Components:0:SecretFile: or Secret is missing")]
    [InlineData("Components:0:Domain", "localhost", "Components:0:Domain = \"localhost\" (command line): is taken")]
    [InlineData("Components:0:Secret", "s", "Components:0:Domain: is missing")]
    [InlineData("Components:0:SecretFile", "/nowhere/secret", "the path of a file that exists")]
    [InlineData("Components:64:Domain", "push.example.org", "a number from 0 to 63")]
    [InlineData("Xmpp:ComponentPort", "70000", "1 to 65535")]
    [InlineData("Xmpp:ComponentBind", "somewhere", "an IP address, localhost, or *")]
    [InlineData("Push:Sinks:0:Kind", "jsonl", "Push:Sinks:0:Path: is missing")]
    [InlineData("Push:Sinks:0:Path", "pushes.jsonl", "Push:Sinks:0:Kind: is missing")]
    [InlineData("Push:Sinks:first:Kind", "console", "a number from 0 to 15")]
    [InlineData("Push:Sinks:99:Kind", "console", "a number from 0 to 15")]
    [InlineData("Admin:Accounts:0", "admin", "such as admin@localhost")]
    [InlineData("Admin:Accounts:0", "admin@example.org", "such as admin@localhost")]
    [InlineData("Admin:Accounts:0", "admin@localhost/desk", "such as admin@localhost")]
    [InlineData("Admin:Accounts:first", "admin@localhost", "a number from 0 to 99")]
    [InlineData("Storage:MaxVCardBytes", "1", "1KiB to 1MiB")]
    [InlineData("Storage:MaxPrivateBytes", "-1", "0 to 64MiB")]
    [InlineData("Storage:MaxEventItemBytes", "1", "1KiB to 1MiB")]
    [InlineData("Storage:MaxEventBytes", "-1", "0 to 64MiB")]
    [InlineData("ExternalServices:0:Type", "pigeon", "stun or stuns or turn or turns")]
    [InlineData("ExternalServices:0:Type", "turn", "ExternalServices:0:Host: is missing")]
    [InlineData("ExternalServices:0:Host", "turn.example.org", "ExternalServices:0:Type: is missing")]
    [InlineData("ExternalServices:0:Host", "turn.example.org:3478", "a host name or an IP address")]
    [InlineData("ExternalServices:0:Port", "0", "1 to 65535")]
    [InlineData("ExternalServices:0:Transport", "sctp", "udp or tcp or none")]
    [InlineData("ExternalServices:0:Username", "guest", "and Password belong together")]
    [InlineData("ExternalServices:0:Lifetime", "1s", "1min to 30d")]
    [InlineData("ExternalServices:50:Type", "stun", "a number from 0 to 49")]
    [InlineData("Registration:InBand", "on", "true or false")]
    [InlineData("Limits:MaxStanzaBytes", "9999", "10000 to 16MiB")]
    [InlineData("Limits:MaxStanzaBytesBeforeLogin", "1MiB", "Limits:MaxStanzaBytes, which is 256KiB")]
    [InlineData("Limits:MaxDepth", "2", "8 to 1000")]
    [InlineData("Limits:MaxAttributes", "2", "8 to 1000")]
    [InlineData("Limits:MaxNameBytes", "2", "64 to 4KiB")]
    [InlineData("Registration:PerAddress", "-1", "0 to 1000000")]
    [InlineData("Registration:Window", "0s", "1s to 30d")]
    [InlineData("Registration:KeyIterations", "1000", "4096 to 1000000")]
    [InlineData("Limits:ConnectionsPerAddress", "-1", "0 to 10000000")]
    [InlineData("Limits:MaxWriteBufferBytes", "1", "64KiB to 1GiB")]
    [InlineData("Limits:AckTimeout", "1", "0s to 30d")]
    [InlineData("Limits:SendTimeout", "0s", "1s to 1d")]
    [InlineData("Limits:KeepAlive", "x", "0s to 1d")]
    [InlineData("Limits:InactiveKeepAlive", "-1s", "0s to 1d")]
    [InlineData("Sessions:AckDelay", "2min", "0s to 1min")]
    [InlineData("Sessions:SendWindowBytes", "1", "16KiB to 256MiB")]
    [InlineData("Sessions:MaxRosterItems", "0", "1 to 100000")]
    [InlineData("Sessions:MaxIdleUsers", "-1", "0 to 10000000")]
    [InlineData("Limits:MaxConnections", "0", "1 to 10000000")]
    [InlineData("Limits:LoginTimeout", "0s", "1s to 1d")]
    [InlineData("Limits:IdleTimeout", "31d", "0s to 30d")]
    [InlineData("Limits:StanzasPerSecond", "-1", "0 to 1000000")]
    [InlineData("Limits:BytesPerSecond", "1TiB", "0 to 1GiB")]
    [InlineData("Limits:UserStanzasPerSecond", "many", "0 to 1000000")]
    [InlineData("Limits:UserBytesPerSecond", "-1", "0 to 1GiB")]
    [InlineData("Limits:RateBurst", "0s", "1s to 1h")]
    [InlineData("Limits:FloodTimeout", "2d", "0s to 1d")]
    [InlineData("Archive:RetentionDays", "-1", "0 to 36500")]
    [InlineData("Logging:LogLevel:Default", "loud", "trace or debug or information")]
    [InlineData("Logging:Format", "xml", "simple or json")]
    public void WrongValueNamesKeyValueAndWhatIsAllowed(string key, string value, string allowed)
    {
        var problems = Problems($"--{key}={value}");

        Assert.Contains(problems, p => p.Contains(allowed, StringComparison.Ordinal));
        // A value that is wrong by itself is shown as it was written, with the place where it was written.
        Assert.True(
            problems.Any(p => p.StartsWith($"{key} = \"{value}\" (command line): ", StringComparison.Ordinal)) || allowed.EndsWith("is missing", StringComparison.Ordinal),
            string.Join('\n', problems));
    }

    [Theory]
    [InlineData("Xmpp:ClientProt", "did you mean Xmpp:ClientPort?")]
    [InlineData("Xmp:Domain", "did you mean Xmpp:Domain?")]
    [InlineData("Server:Domain", "did you mean Xmpp:Domain?")]
    [InlineData("Push:Sinks:0:Knid", "did you mean Push:Sinks:0:Kind?")]
    [InlineData("Zzz:Qqqqqqqqqqqqqq", "docs/operations/configuration.md")]
    public void UnknownKeyGetsASuggestion(string key, string hint)
    {
        var problem = Assert.Single(Problems("--Push:Sinks:0:Kind=console", $"--{key}=1"));

        Assert.StartsWith($"{key} (command line): there is no such key", problem, StringComparison.Ordinal);
        Assert.Contains(hint, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void AllProblemsAreToldAtOnce()
    {
        var problems = Problems("--Xmpp:ClientPort=x", "--Http:Port=y", "--Nothing:Here=1", "--what");

        Assert.Equal(4, problems.Count);
    }

    [Theory]
    [InlineData("15s", 15_000)]
    [InlineData("500ms", 500)]
    [InlineData("10min", 600_000)]
    [InlineData("10m", 600_000)]
    [InlineData("2 h", 7_200_000)]
    [InlineData("00:00:01.5", 1_500)]
    [InlineData("0s", 0)]
    public void TimesAreReadAsPeopleWriteThem(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Valid($"--Sessions:AwayAfter={text}").Sessions.AwayAfter);

    [Theory]
    [InlineData("65536", 65_536)]
    [InlineData("64KiB", 65_536)]
    [InlineData("2 MiB", 2_097_152)]
    [InlineData("70000B", 70_000)]
    public void SizesAreReadAsPeopleWriteThem(string text, int bytes) =>
        Assert.Equal(bytes, Valid($"--Sessions:MaxQueuedBytes={text}").Sessions.MaxQueuedBytes);

    [Fact]
    public void LaterSourceWins()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "appsettings.json"), """{ "Xmpp": { "Domain": "file.example", "ClientPort": 1, "DirectTlsPort": 2 } } // end""");
        var environment = new Hashtable { ["PRESENCE_Xmpp__ClientPort"] = "11", ["PRESENCE_Xmpp__DirectTlsPort"] = "12", ["PRESENCE_ADMIN"] = "/x", ["Xmpp__Domain"] = "no" };

        var options = Valid(environment, "--Xmpp:DirectTlsPort=22");

        Assert.Equal(("file.example", 11, 22), (options.Xmpp.Domain, options.Xmpp.ClientPort, options.Xmpp.DirectTlsPort));
    }

    [Fact]
    public void ProblemNamesTheFileOrVariableItComesFrom()
    {
        var path = Path.Combine(_folder.FullName, "other.json");
        File.WriteAllText(path, """{ "Xmpp": { "ClientPort": true }, "Push": { "Sinks": [ { "Kind": "jsonl" } ] } }""");
        var gathered = GatheredSettings.From(["--config", path], new Hashtable { ["PRESENCE_Http__Port"] = "x" }, _folder.FullName, _folder.FullName);

        Assert.Null(OptionsValidation.TryRead(gathered, _folder.FullName, out var problems));

        Assert.Contains(problems, p => p.Message.StartsWith($"Xmpp:ClientPort = \"true\" ({path})", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Message.StartsWith("Http:Port = \"x\" (environment variable PRESENCE_Http__Port)", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Message.StartsWith("Push:Sinks:0:Path: is missing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ \"Xmpp\": ", "is not JSON (line 1")]
    [InlineData("[1]", "must hold one JSON object")]
    public void BrokenFileIsNamed(string content, string message)
    {
        var path = Path.Combine(_folder.FullName, "appsettings.json");
        File.WriteAllText(path, content);

        Assert.StartsWith($"{path}: {message}", Assert.Single(Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFileIsNamed() =>
        Assert.Contains(Problems("--config=gone.json"), p => p.StartsWith(Path.Combine(_folder.FullName, "gone.json") + ": cannot be read", StringComparison.Ordinal));

    [Theory]
    [InlineData("--Xmpp:Domain")]
    [InlineData("domain")]
    [InlineData("-x")]
    [InlineData("--demon")]
    public void ArgumentThatIsNotUnderstoodIsNamed(string argument) =>
        Assert.StartsWith(argument + ": ", Assert.Single(Problems(argument)), StringComparison.Ordinal);

    [Fact]
    public void TooLongSocketPathIsRefusedBeforeTheKernelDoes()
    {
        var problem = Assert.Single(Problems("--Data:Directory=" + new string('d', 120)));

        Assert.StartsWith("Admin:Socket: ", problem, StringComparison.Ordinal);
        Assert.Contains("107 bytes", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void MachinesAreListedByAddressOrNetwork()
    {
        var options = Valid("--Xmpp:ProxyProtocol=127.0.0.2, 10.0.0.0/8,2001:db8::/32", "--Web:TrustedProxies=::1");

        Assert.Equal(["127.0.0.2/32", "10.0.0.0/8", "2001:db8::/32"], options.Xmpp.ProxyProtocol.Select(n => n.ToString()));
        Assert.Equal(["::1/128"], options.Web.TrustedProxies.Select(n => n.ToString()));
        Assert.Empty(Valid("--Xmpp:ProxyProtocol=OFF").Xmpp.ProxyProtocol);
    }

    [Fact]
    public void WebSettingsAreReadAsWritten()
    {
        var web = Valid(
            "--Web:Bind=127.0.0.3", "--Web:TlsPort=off", "--Web:AllowedOrigins=https://a.example, http://b.example:8080",
            "--Web:WebSocketUrl=wss://chat.example/ws", "--Web:ConversePath=here").Web;

        Assert.Equal((IPAddress.Parse("127.0.0.3"), null, "wss://chat.example/ws"), (web.Bind, web.TlsPort, web.WebSocketUrl));
        Assert.Equal(["https://a.example", "http://b.example:8080"], web.Origins);
        Assert.Equal(Path.Combine(_folder.FullName, "here"), web.ConversePath);
        Assert.Equal(["*"], Valid().Web.Origins);
    }

    [Fact]
    public void DomainIsPrepared() => Assert.Equal("example.org", Valid("--Xmpp:Domain=EXAMPLE.org").Xmpp.Domain);

    [Fact]
    public void EqualPortsOnDifferentAddressesAreAllowed() =>
        Assert.Equal(5222, Valid("--Xmpp:Bind=127.0.0.1", "--Http:Bind=127.0.0.2", "--Http:Port=5222").Http.Port);

    [Fact]
    public void PortMayBeOffButNotBoth()
    {
        Assert.Null(Valid("--Xmpp:ClientPort=off").Xmpp.ClientPort);
        Assert.Contains("nobody could connect", Assert.Single(Problems("--Xmpp:ClientPort=off", "--Xmpp:DirectTlsPort=off")), StringComparison.Ordinal);
    }

    [Fact]
    public void SecretOfAServiceIsNeverTold()
    {
        string[] service = ["--ExternalServices:0:Type=turn", "--ExternalServices:0:Host=h", "--ExternalServices:0:Username=u"];

        Assert.DoesNotContain(Problems([.. service, "--ExternalServices:0:Secret=hidden"]), p => p.Contains("hidden", StringComparison.Ordinal));
        Assert.Contains("Secret", Assert.Single(Problems([.. service, "--ExternalServices:0:Password=hidden", "--ExternalServices:0:Secret=hidden"])), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryKeyIsDocumentedWithItsDefault()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryLayout.Root, "docs", "operations", "configuration.md"));

        foreach (var key in OptionsValidation.KnownKeys())
        {
            var name = $"{key.Key}:".Replace(":0:", ":N:", StringComparison.Ordinal).TrimEnd(':').Replace("LogLevel:Default", "LogLevel:*", StringComparison.Ordinal);
            var row = page.Split('\n').SingleOrDefault(line => line.StartsWith($"| `{name}` |", StringComparison.Ordinal));
            Assert.True(row is not null, $"no row for {name}");
            Assert.True(key.Default is "not set" or "" || row.Contains($"`{key.Default}`", StringComparison.Ordinal), $"{name}: the page does not give the default {key.Default}");
        }
    }

    private NodeOptions Valid(params string[] arguments) => Valid(new Hashtable(), arguments);

    private NodeOptions Valid(IDictionary environment, params string[] arguments)
    {
        var options = OptionsValidation.TryRead(Gather(environment, arguments), _folder.FullName, out var problems);
        Assert.Empty(problems);
        Assert.NotNull(options);
        return options;
    }

    private List<string> Problems(params string[] arguments)
    {
        Assert.Null(OptionsValidation.TryRead(Gather(new Hashtable(), arguments), _folder.FullName, out var problems));
        return [.. problems.Select(p => p.Message)];
    }

    private GatheredSettings Gather(IDictionary environment, string[] arguments) =>
        GatheredSettings.From(arguments, environment, _folder.FullName, _folder.FullName);
}

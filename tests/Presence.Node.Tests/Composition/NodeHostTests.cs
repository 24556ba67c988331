using System.Collections;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Presence.Node.Checks;
using Presence.Node.Composition;
using Presence.Node.Configuration;
using Presence.Node.Demonstration;

namespace Presence.Node.Tests.Composition;

/// <summary>A whole node in the test's process: it starts, finds itself well, stops and starts again; and what stands in its way is told.</summary>
public sealed class NodeHostTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-host-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task NodeStartsChecksItselfStopsAndStartsAgain()
    {
        for (var life = 0; life < 2; life++)
        {
            await using var node = await StartAsync();

            var checks = await node.Admin.Check(CancellationToken.None);
            Assert.DoesNotContain(checks, c => c.Status == CheckStatus.Failed);
            Assert.Equal(4, checks.Count(c => c.Message.Contains("answers on 127.0.0.1", StringComparison.Ordinal)));
            Assert.Empty(node.Admin.Store.ListAccounts(null, 10));
            using var http = new HttpClient();
            Assert.Equal("ok\n", await http.GetStringAsync($"http://127.0.0.1:{node.Ports.Http}/healthz"));
            var metrics = await http.GetStringAsync($"http://127.0.0.1:{node.Ports.Http}/metrics");
            Assert.Contains("\npresence_node_store_writable 1\n", metrics, StringComparison.Ordinal);
            Assert.Contains("\npresence_edge_connections ", metrics, StringComparison.Ordinal);
            Assert.Matches("presence_node_certificate_expires_seconds [0-9]{7,}", metrics);
        }

        Assert.False(File.Exists(Path.Combine(_folder.FullName, "data", "admin.sock")));
    }

    [Fact]
    public async Task ReadyLineNamesThePortsTaken()
    {
        await using var node = await StartAsync("--Xmpp:DirectTlsPort=off");

        Assert.Equal($$"""ready {"client":{{node.Ports.Client}},"directTls":0,"http":{{node.Ports.Http}},"admin":"{{Path.Combine(_folder.FullName, "data", "admin.sock")}}","web":{{node.Ports.Web}}}""", node.Ports.ReadyLine());
        Assert.NotEqual(0, node.Ports.Client);
    }

    [Theory]
    [InlineData("Xmpp:ClientPort")]
    [InlineData("Xmpp:DirectTlsPort")]
    [InlineData("Http:Port")]
    [InlineData("Web:TlsPort")]
    public async Task TakenPortIsToldByItsKeyAndNothingStaysBehind(string key)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var refusal = await Assert.ThrowsAsync<StartException>(() => StartAsync($"--{key}={port}"));

        Assert.Contains($"{key} {port} cannot be listened on: another program is listening there", refusal.Message, StringComparison.Ordinal);
        await using var node = await StartAsync();
    }

    [Fact]
    public async Task DataInUseIsTold()
    {
        await using var first = await StartAsync();

        var refusal = await Assert.ThrowsAsync<StartException>(() => StartAsync("--Admin:Socket=" + Path.Combine(_folder.FullName, "other.sock")));

        Assert.StartsWith("Data:Directory ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("in use by another process", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UselessCertificateIsTold()
    {
        var path = Path.Combine(_folder.FullName, "certificate.pem");
        await File.WriteAllTextAsync(path, "nothing");

        var refusal = await Assert.ThrowsAsync<StartException>(() => StartAsync("--Tls:CertificatePath=" + path));

        Assert.StartsWith("Tls:CertificatePath: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DemoDecidesOnlyWhatNobodyElseDid()
    {
        var gathered = Gather("--demo", "--Xmpp:Domain=demo.example", "--Data:Directory=" + _folder.FullName, "--Push:Sinks:0:Kind=jsonl", "--Push:Sinks:0:Path=p");

        using var demo = Demo.Prepare(gathered);

        var options = OptionsValidation.TryRead(gathered, _folder.FullName, out var problems);
        Assert.Empty(problems);
        Assert.Equal("demo.example", options!.Xmpp.Domain);
        Assert.Equal(_folder.FullName, options.DataDirectory);
        Assert.Equal("jsonl", Assert.Single(options.PushSinks).Kind);
        Assert.Equal(IPAddress.Loopback, options.Xmpp.Bind);
        Assert.True(options.Registration.InBand);
    }

    [Fact]
    public void DemoTakesItsTemporaryDataAway()
    {
        var gathered = Gather("--demo");
        var demo = Demo.Prepare(gathered);
        var folder = gathered.Values["Data:Directory"].Value;
        Assert.True(Directory.Exists(folder));

        demo.Dispose();

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void DemoTextSaysWhereAndAsWhom()
    {
        var options = OptionsValidation.TryRead(Gather("--Xmpp:Bind=127.0.0.1"), _folder.FullName, out _)!;

        var text = new DemoText(options, new NodePorts(5222, 5223, 5280, "/d/admin.sock"), [("alice@localhost", "pw1"), ("bob@localhost", "pw2")], ["A note."], temporary: false, colour: false).Write();

        Assert.All(
            ["alice@localhost", "pw1", "bob@localhost", "pw2", "127.0.0.1, port 5222", "5223", "A note.", "--admin /d/admin.sock", ":5280/metrics", "After 15s"],
            part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.DoesNotContain('\e', text);
    }

    private Task<NodeHost> StartAsync(params string[] arguments)
    {
        var gathered = Gather(
        [
            "--Data:Directory=data", "--Xmpp:Bind=127.0.0.1", "--Xmpp:ClientPort=0", "--Xmpp:DirectTlsPort=0", "--Http:Port=0", "--Web:TlsPort=0", .. arguments,
        ]);
        var options = OptionsValidation.TryRead(gathered, _folder.FullName, out var problems);
        Assert.Empty(problems);
        return NodeHost.StartAsync(options!, TextWriter.Null, colour: false, TimeProvider.System, NullLoggerFactory.Instance);
    }

    private GatheredSettings Gather(params string[] arguments) => GatheredSettings.From(arguments, new Hashtable(), _folder.FullName, _folder.FullName);
}

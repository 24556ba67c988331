using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Presence.Tests.Shared;

namespace Presence.Node.Tests.Composition;

/// <summary>The program as an operator starts it: exit codes, what goes to which stream, and a stop by signal.</summary>
public sealed class ProgramTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-program-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task WrongConfigurationEndsWithTwoAndEveryProblem()
    {
        using var node = Start("--Xmpp:ClientPort=x", "--Htp:Port=1");
        var (code, output, error) = await EndAsync(node);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("2 problems", error, StringComparison.Ordinal);
        Assert.Contains("Xmpp:ClientPort = \"x\"", error, StringComparison.Ordinal);
        Assert.Contains("did you mean Http:Port?", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "data")));
    }

    [Fact]
    public async Task HelpListsEveryKey()
    {
        using var node = Start("--help");
        var (code, output, _) = await EndAsync(node);

        Assert.Equal(0, code);
        Assert.All(["--demo", "Xmpp:Domain", "Push:Sinks:N:Kind", "Limits:IdleTimeout"], word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task SignalStopsInGoodOrder(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals");
        using var node = Start("--Xmpp:Bind=127.0.0.1", "--Xmpp:ClientPort=0", "--Xmpp:DirectTlsPort=0", "--Http:Port=0", "--Web:TlsPort=0");
        var ready = await node.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        if (ready is null)
        {
            Assert.Fail($"the node ended: {await EndAsync(node)}");
        }

        Assert.StartsWith("ready {", ready, StringComparison.Ordinal);

        await SignalAsync(node, signal);

        var (code, output, error) = await EndAsync(node);
        Assert.True((code, output) == (0, ""), $"exit code {code}\n{output}\n{error}");
        Assert.Contains("Listening for", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "data", "admin.sock")));
    }

    [Fact]
    public async Task HangUpReadsTheCertificateAgainAndTheNodeGoesOn()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals");
        var file = Path.Combine(_folder.FullName, "certificate.pem");
        WriteCertificate(file);
        using var node = Start(
            "--Xmpp:Bind=127.0.0.1", "--Xmpp:ClientPort=0", "--Xmpp:DirectTlsPort=0", "--Http:Port=0", "--Web:TlsPort=0", "--Tls:CertificatePath=" + file);
        Assert.StartsWith("ready {", await node.StandardOutput.ReadLineAsync().WaitAsync(Limit), StringComparison.Ordinal);
        WriteCertificate(file);
        await SignalAsync(node, "HUP");
        string? line;
        do
        {
            line = await node.StandardError.ReadLineAsync().WaitAsync(Limit);
            Assert.NotNull(line);
        }
        while (!line.Contains("Certificate taken", StringComparison.Ordinal));

        await SignalAsync(node, "TERM");
        Assert.Equal(0, (await EndAsync(node)).Code);
    }

    private static void WriteCertificate(string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256) { CertificateExtensions = { names.Build() } };
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(90));
        File.WriteAllText(file, made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
    }

    private static async Task SignalAsync(Process node, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", node.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(Limit);
    }

    private Process Start(params string[] arguments)
    {
        var info = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [RepositoryLayout.Program("Presence.Node"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.FullName,
        };
        return Process.Start(info) ?? throw new InvalidOperationException("the node was not started");
    }

    private static async Task<(int Code, string Output, string Error)> EndAsync(Process node)
    {
        try
        {
            var output = node.StandardOutput.ReadToEndAsync();
            var error = node.StandardError.ReadToEndAsync();
            await node.WaitForExitAsync().WaitAsync(Limit);
            return (node.ExitCode, await output, await error);
        }
        catch (TimeoutException)
        {
            node.Kill();
            throw;
        }
    }
}

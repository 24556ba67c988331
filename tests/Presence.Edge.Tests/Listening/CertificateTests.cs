using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Presence.Edge.Connections;
using Presence.Edge.Tests.Harness;
using Presence.Protocol.Addressing;

namespace Presence.Edge.Tests.Listening;

/// <summary>Which certificate is shown, and when it changes.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("presence-cert-").FullName;

    private string OwnFile => Path.Combine(_directory, "tls-selfsigned.pem");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Without_configuration_one_is_made_for_the_domain_that_only_the_owner_can_read()
    {
        var shown = await ShownAsync(new ManualTime());
        Assert.True(shown.MatchesHostname("example.org", allowWildcards: false, allowCommonName: false));
        Assert.Equal("1.2.840.10045.2.1", shown.GetKeyAlgorithm());
        Assert.Equal(256, shown.GetECDsaPublicKey()!.KeySize);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(OwnFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_directory, "login-secret")));
        }
    }

    [Fact]
    public async Task It_is_kept_over_a_restart_and_renewed_when_it_has_expired()
    {
        var first = await ShownAsync(new ManualTime());
        var second = await ShownAsync(new ManualTime());
        Assert.Equal(first.Thumbprint, second.Thumbprint);
        var later = await ShownAsync(new ManualTime { Start = first.NotAfter.ToUniversalTime() });
        Assert.NotEqual(first.Thumbprint, later.Thumbprint);
        Assert.True(later.NotAfter > first.NotAfter);
    }

    [Fact]
    public async Task It_is_renewed_while_running_too()
    {
        var time = new ManualTime();
        await using var server = Serve(time);
        var first = await ShownAsync(server);
        time.Advance(first.NotAfter.ToUniversalTime() - time.GetUtcNow() + TimeSpan.FromMinutes(1));
        Assert.NotEqual(first.Thumbprint, (await ShownAsync(server)).Thumbprint);
    }

    [Fact]
    public async Task One_for_another_domain_is_not_used()
    {
        var first = await ShownAsync(new ManualTime());
        await using var server = Serve(new ManualTime(), o => o with { Domain = Jid.Parse("xn--bcher-kva.example") });
        var pem = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(OwnFile));
        Assert.NotEqual(first.Thumbprint, pem.Thumbprint);
        Assert.True(pem.MatchesHostname("xn--bcher-kva.example"));
    }

    [Fact]
    public async Task A_damaged_file_is_replaced()
    {
        await File.WriteAllTextAsync(OwnFile, "-----BEGIN CERTIFICATE-----\nnonsense");
        Assert.True((await ShownAsync(new ManualTime())).MatchesHostname("example.org"));
    }

    [Fact]
    public async Task Configured_files_are_shown_and_a_renewed_one_is_taken_without_a_restart()
    {
        var (certificate, key) = (Path.Combine(_directory, "cert.pem"), Path.Combine(_directory, "key.pem"));
        var time = new ManualTime();
        var first = WritePem(certificate, key, time);
        await using var server = Serve(time, o => o with { CertificateFile = certificate, KeyFile = key });
        Assert.Equal(first, (await ShownAsync(server)).Thumbprint);

        // A file that cannot be used changes nothing.
        await File.WriteAllTextAsync(certificate, "half a fi");
        File.SetLastWriteTimeUtc(certificate, DateTime.UnixEpoch.AddYears(80));
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(first, (await ShownAsync(server)).Thumbprint);

        var second = WritePem(certificate, key, time);
        File.SetLastWriteTimeUtc(certificate, DateTime.UnixEpoch.AddYears(81));
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(second, (await ShownAsync(server)).Thumbprint);
    }

    [Fact]
    public void A_configured_file_that_is_no_use_stops_the_start()
    {
        var file = Path.Combine(_directory, "none.pem");
        File.WriteAllText(file, "nothing");
        Assert.ThrowsAny<CryptographicException>(() => Serve(new ManualTime(), o => o with { CertificateFile = file }));
        Assert.ThrowsAny<IOException>(() => Serve(new ManualTime(), o => o with { CertificateFile = file + ".missing" }));
    }

    private static string WritePem(string certificate, string key, ManualTime time)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=example.org", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("example.org");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddDays(90));
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(key, rsa.ExportPkcs8PrivateKeyPem());
        return made.Thumbprint;
    }

    private static async Task<X509Certificate2> ShownAsync(EdgeServer server)
    {
        await using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.SecureAsync();
        return client.Certificate!;
    }

    private async Task<X509Certificate2> ShownAsync(ManualTime time)
    {
        await using var server = Serve(time);
        return await ShownAsync(server);
    }

    private EdgeServer Serve(ManualTime time, Func<EdgeOptions, EdgeOptions>? change = null)
    {
        var options = new EdgeOptions
        {
            Domain = Jid.Parse("example.org"),
            DataDirectory = _directory,
            Listeners = [new Edge.Listening.ListenerOptions(Edge.Listening.ListenerKind.DirectTls, 0) { Address = System.Net.IPAddress.Loopback }],
        };
        var table = new ConnectionTable();
        var server = new EdgeServer(
            change?.Invoke(options) ?? options, table, new FakeOwner { Deliver = table }, new FakeAccounts(), time, NullLoggerFactory.Instance);
        server.Start();
        return server;
    }
}

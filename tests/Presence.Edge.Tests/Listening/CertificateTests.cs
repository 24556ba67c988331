using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
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
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(first, (await ShownAsync(server)).Thumbprint);

        var second = WritePem(certificate, key, time);
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(second, (await ShownAsync(server)).Thumbprint);
    }

    [Fact]
    public async Task A_renewal_that_is_half_done_is_told_once_and_taken_when_it_is_whole()
    {
        var (certificate, key) = (Path.Combine(_directory, "cert.pem"), Path.Combine(_directory, "key.pem"));
        var (time, logs) = (new ManualTime(), new LogRecorder());
        var first = WritePem(certificate, key, time);
        var next = WritePem(certificate + ".new", key + ".new", time, days: 180);
        await using var server = Serve(time, o => o with { CertificateFile = certificate, KeyFile = key }, logs);
        await using var old = await ConnectedAsync(server);
        var expires = server.CertificateExpiresAt;

        File.Move(certificate + ".new", certificate, overwrite: true);
        time.Advance(TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first, (await ShownAsync(server)).Thumbprint);
        Assert.Equal(expires, server.CertificateExpiresAt);
        Assert.Single(logs.Entries, entry => entry.Level == LogLevel.Error && entry.Text.Contains("the old one stays"));

        File.Move(key + ".new", key, overwrite: true);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(next, (await ShownAsync(server)).Thumbprint);
        Assert.True(server.CertificateExpiresAt > expires);

        // Who connected under the old one is not disturbed.
        await old.OpenStreamAsync();
    }

    [Fact]
    public async Task A_symbolic_link_that_points_elsewhere_is_a_renewal_even_to_older_files()
    {
        var time = new ManualTime();
        var files = new List<string>();
        foreach (var name in (string[])["one", "two"])
        {
            Directory.CreateDirectory(Path.Combine(_directory, name));
            files.Add(WritePem(Path.Combine(_directory, name, "cert.pem"), Path.Combine(_directory, name, "key.pem"), time));
        }

        File.SetLastWriteTimeUtc(Path.Combine(_directory, "two", "cert.pem"), DateTime.UnixEpoch.AddYears(30));
        var live = Path.Combine(_directory, "live");
        Directory.CreateSymbolicLink(live, Path.Combine(_directory, "one"));
        await using var server = Serve(time, o => o with { CertificateFile = Path.Combine(live, "cert.pem"), KeyFile = Path.Combine(live, "key.pem") });
        Assert.Equal(files[0], (await ShownAsync(server)).Thumbprint);
        Directory.Delete(live);
        Assert.Contains("live", server.ReloadCertificate().Problem);
        Directory.CreateSymbolicLink(live, Path.Combine(_directory, "two"));
        var reload = server.ReloadCertificate();
        Assert.True(reload.Taken);
        Assert.Null(reload.Problem);
        Assert.Equal(files[1], (await ShownAsync(server)).Thumbprint);
        Assert.False(server.ReloadCertificate().Taken);
    }

    [Theory]
    [InlineData("example.org", -90, -1, "has expired")]
    [InlineData("example.org", 1, 90, "is not valid yet")]
    [InlineData("example.net", -1, 90, "is not made for example.org")]
    public async Task A_file_that_clients_would_refuse_does_not_replace_a_good_one(string name, int from, int days, string problem)
    {
        var (certificate, key) = (Path.Combine(_directory, "cert.pem"), Path.Combine(_directory, "key.pem"));
        var time = new ManualTime();
        var first = WritePem(certificate, key, time);
        await using var server = Serve(time, o => o with { CertificateFile = certificate, KeyFile = key });
        WritePem(certificate, key, time, days, name, from);
        Assert.EndsWith(problem, server.ReloadCertificate().Problem);
        Assert.EndsWith(problem, server.ReloadCertificate().Problem);
        Assert.Equal(first, (await ShownAsync(server)).Thumbprint);
    }

    [Fact]
    public void A_configured_file_that_is_no_use_stops_the_start()
    {
        var file = Path.Combine(_directory, "none.pem");
        File.WriteAllText(file, "nothing");
        Assert.ThrowsAny<CryptographicException>(() => Serve(new ManualTime(), o => o with { CertificateFile = file }));
        Assert.ThrowsAny<IOException>(() => Serve(new ManualTime(), o => o with { CertificateFile = file + ".missing" }));
    }

    private static string WritePem(string certificate, string key, ManualTime time, int days = 90, string name = "example.org", int from = -1)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(time.GetUtcNow().AddDays(from), time.GetUtcNow().AddDays(days));
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(key, rsa.ExportPkcs8PrivateKeyPem());
        return made.Thumbprint;
    }

    private static async Task<RawClient> ConnectedAsync(EdgeServer server)
    {
        var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.SecureAsync();
        return client;
    }

    private static async Task<X509Certificate2> ShownAsync(EdgeServer server)
    {
        await using var client = await ConnectedAsync(server);
        return client.Certificate!;
    }

    private async Task<X509Certificate2> ShownAsync(ManualTime time)
    {
        await using var server = Serve(time);
        return await ShownAsync(server);
    }

    private EdgeServer Serve(ManualTime time, Func<EdgeOptions, EdgeOptions>? change = null, ILoggerFactory? logs = null)
    {
        var options = new EdgeOptions
        {
            Domain = Jid.Parse("example.org"),
            DataDirectory = _directory,
            LoginTimeout = TimeSpan.FromHours(1),
            Listeners = [new Edge.Listening.ListenerOptions(Edge.Listening.ListenerKind.DirectTls, 0) { Address = System.Net.IPAddress.Loopback }],
        };
        var table = new ConnectionTable();
        var server = new EdgeServer(
            change?.Invoke(options) ?? options, table, new FakeOwner { Deliver = table }, new FakeAccounts(), time, logs ?? NullLoggerFactory.Instance);
        server.Start();
        return server;
    }
}

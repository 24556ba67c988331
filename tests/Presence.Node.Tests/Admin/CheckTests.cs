using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Presence.Node.Checks;
using Presence.Node.Configuration;

namespace Presence.Node.Tests.Admin;

/// <summary>What a check says about certificates and ports.</summary>
public sealed class CheckTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-check-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("example.org", -10, 90, "Ok", "90 days")]
    [InlineData("example.org", -10, 5, "Warning", "renew")]
    [InlineData("example.org", -10, -1, "Failed", "expired on 2026-05-31")]
    [InlineData("example.org", 1, 90, "Failed", "is the clock right?")]
    [InlineData("*.example.org", -10, 90, "Failed", "made for *.example.org, not for example.org")]
    public void CertificateIsJudged(string name, int fromDays, int untilDays, string status, string message)
    {
        var result = CertificateCheck.Run(Certificate(name, Now.AddDays(fromDays), Now.AddDays(untilDays)), null, "example.org", Now, selfSigned: false);

        Assert.Equal(status, result.Status.ToString());
        Assert.Contains(message, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SelfSignedCertificateIsAWarning() =>
        Assert.Equal(CheckStatus.Warning, CertificateCheck.Run(Certificate("example.org", Now, Now.AddDays(90)), null, "example.org", Now.AddDays(1), selfSigned: true).Status);

    [Fact]
    public void InternationalDomainIsMatchedByItsAsciiForm()
    {
        var path = Certificate("xn--bcher-kva.example", Now, Now.AddDays(90));

        Assert.Equal(CheckStatus.Ok, CertificateCheck.Run(path, null, "bücher.example", Now.AddDays(1), selfSigned: false).Status);
    }

    [Fact]
    public void FileWithoutACertificateIsNamed()
    {
        var path = Path.Combine(_folder.FullName, "empty.pem");
        File.WriteAllText(path, "nothing");

        var result = CertificateCheck.Run(path, null, "example.org", Now, selfSigned: false);

        Assert.Equal(CheckStatus.Failed, result.Status);
        Assert.Contains(path, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PortIsFreeOrAnswers()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.Equal(CheckStatus.Ok, (await PortCheck.AnswersAsync("p", IPAddress.Loopback, port, TimeProvider.System, CancellationToken.None)).Status);
        Assert.Contains("another program is listening there", PortCheck.IsFree("p", "K", IPAddress.Loopback, port).Message, StringComparison.Ordinal);
        listener.Stop();
        Assert.Equal(CheckStatus.Failed, (await PortCheck.AnswersAsync("p", IPAddress.Loopback, port, TimeProvider.System, CancellationToken.None)).Status);
        Assert.Equal(CheckStatus.Ok, PortCheck.IsFree("p", "K", IPAddress.Loopback, port).Status);
    }

    [Theory]
    [InlineData("127.0.0.2", "Ok", "from 127.0.0.2 begin")]
    [InlineData("10.0.0.0/8,2001:db8::/32", "Ok", "from 10.0.0.0/8, 2001:db8::/32 begin")]
    [InlineData("127.0.0.2,::/0", "Warning", "name the proxies alone")]
    public void TrustInProxiesIsJudged(string list, string status, string message)
    {
        Assert.True(NetworkList.TryRead(list, out var trusted));
        var result = Assert.Single(ProxyCheck.Run(trusted));

        Assert.Equal(status, result.Status.ToString());
        Assert.Contains(message, result.Message, StringComparison.Ordinal);
        Assert.Empty(ProxyCheck.Run([]));
    }

    private string Certificate(string name, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(from, until);
        var path = Path.Combine(_folder.FullName, "certificate.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        return path;
    }
}

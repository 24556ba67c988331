using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Presence.Edge.Listening;

/// <summary>
/// Makes the certificate of a node that was given none: ECDSA P-256, named for the domain, kept in one PEM file that only its owner may read.
/// It must never replace a file that is still good: clients pin what they have seen.
/// </summary>
internal static class SelfSignedCertificate
{
    public const string FileName = "tls-selfsigned.pem";

    // The longest life that current TLS stacks take from a certificate the user trusts by hand.
    private static readonly TimeSpan Life = TimeSpan.FromDays(825);

    /// <summary>The one in <paramref name="directory"/>; a new one if there is none, it has expired, or it names another domain.</summary>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public static X509Certificate2 LoadOrCreate(string directory, string domain, DateTimeOffset now)
    {
        var path = Path.Combine(directory, FileName);
        if (File.Exists(path) && TryLoad(path) is { } kept)
        {
            if (now < kept.NotAfter.ToUniversalTime() && Names(kept, domain, wildcards: false))
            {
                return kept;
            }

            kept.Dispose();
        }

        Directory.CreateDirectory(directory);
        var certificate = Create(domain, now);
        Save(path, certificate);
        return certificate;
    }

    private static X509Certificate2? TryLoad(string path)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(path);
        }
        catch (CryptographicException)
        {
            // Half written or edited: it is ours, so making a new one loses nothing.
            return null;
        }
    }

    /// <summary>Whether clients of the domain take it for the domain's.</summary>
    public static bool Names(X509Certificate2 certificate, string domain, bool wildcards) =>
        certificate.MatchesHostname(AsciiName(domain).Trim('[', ']'), wildcards, allowCommonName: false);

    private static X509Certificate2 Create(string domain, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var ascii = AsciiName(domain);

        // X.520 limits a common name to 64 characters; who checks names reads the alternative name anyway.
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(ascii.Length <= 64 ? ascii : "presence");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(ascii.Trim('[', ']'), out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(ascii);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));

        // A day back: a client's clock that is a little behind must not refuse a fresh certificate.
        return request.CreateSelfSigned(now.AddDays(-1), now + Life);
    }

    private static void Save(string path, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        var pem = certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
        PrivateFile.Write(path, System.Text.Encoding.ASCII.GetBytes(pem));
    }

    private static string AsciiName(string domain)
    {
        if (domain.All(char.IsAscii))
        {
            return domain;
        }

        return new IdnMapping().GetAscii(domain);
    }
}

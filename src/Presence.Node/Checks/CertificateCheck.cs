using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Presence.Node.Checks;

/// <summary>
/// Looks at the certificate clients will be shown: readable, with its key, valid today, for how long, and made for the domain. It never judges who signed it:
/// that is between the clients and their trust.
/// </summary>
internal static class CertificateCheck
{
    public const string Name = "certificate";

    // Renewal programs act at 30 days; at 14 something is wrong with them.
    private const int SoonDays = 14;

    /// <param name="path">PEM file.</param>
    /// <param name="keyPath">PEM file of the key; null: in <paramref name="path"/>.</param>
    /// <param name="selfSigned">The node's own certificate: clients will ask about it.</param>
    public static CheckResult Run(string path, string? keyPath, string domain, DateTimeOffset now, bool selfSigned)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(path, keyPath);
            return Judge(certificate, path, domain, now, selfSigned);
        }
        catch (CryptographicException e)
        {
            return CheckResult.Failed(Name, $"{path} holds no certificate with {(keyPath is null ? "its private key" : $"the private key of {keyPath}")}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CheckResult.Failed(Name, $"{path} cannot be read: {e.Message}");
        }
    }

    private static CheckResult Judge(X509Certificate2 certificate, string path, string domain, DateTimeOffset now, bool selfSigned)
    {
        var ends = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        var days = (int)Math.Floor((ends - now).TotalDays);
        var until = ends.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (ends <= now)
        {
            return CheckResult.Failed(Name, $"{path} expired on {until}: renew it; a running node takes the new file by itself");
        }

        if (certificate.NotBefore.ToUniversalTime() > now.UtcDateTime)
        {
            return CheckResult.Failed(Name, $"{path} is not valid before {certificate.NotBefore:yyyy-MM-dd}: is the clock right?");
        }

        if (!certificate.MatchesHostname(Ascii(domain)))
        {
            return CheckResult.Failed(Name, $"{path} is made for {Names(certificate)}, not for {domain}: clients will refuse it");
        }

        var valid = string.Create(CultureInfo.InvariantCulture, $"for {domain}, valid until {until} ({days} days)");
        if (days < SoonDays && !selfSigned)
        {
            return CheckResult.Warning(Name, $"{valid}: renew {path} now");
        }

        return selfSigned
            ? CheckResult.Warning(Name, $"self-signed, {valid}: clients ask their users to trust it; set Tls:CertificatePath for one they know")
            : CheckResult.Ok(Name, valid);
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames()).ToList();
        return names.Count > 0 ? string.Join(", ", names) : certificate.Subject;
    }

    private static string Ascii(string domain)
    {
        try
        {
            return new IdnMapping().GetAscii(domain);
        }
        catch (ArgumentException)
        {
            return domain;
        }
    }
}

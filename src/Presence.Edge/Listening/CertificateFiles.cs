using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Presence.Edge.Listening;

/// <summary>
/// What the configured PEM files held at one moment, each read once, so that certificate, key and digest belong together. It must never judge whether
/// the certificate is a good one.
/// </summary>
internal sealed class CertificateFiles
{
    private readonly byte[] _certificate;
    private readonly byte[]? _key;

    /// <param name="keyFile">Null: the key stands in <paramref name="certificateFile"/>.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public CertificateFiles(string certificateFile, string? keyFile)
    {
        _certificate = File.ReadAllBytes(certificateFile);
        _key = keyFile is null ? null : File.ReadAllBytes(keyFile);
        Digest = Convert.ToHexString([.. SHA256.HashData(_certificate), .. SHA256.HashData(_key ?? [])]);
    }

    /// <summary>
    /// Tells one content from another. Times would not do: renewal programs exchange symbolic links, and an older file may replace a newer one.
    /// </summary>
    public string Digest { get; }

    /// <summary>The first certificate with its key, and the others behind it.</summary>
    /// <exception cref="CryptographicException">There is no certificate, no key, or they do not belong together.</exception>
    public (X509Certificate2 Leaf, X509Certificate2Collection Chain) Parse()
    {
        var text = Encoding.UTF8.GetString(_certificate);
        var leaf = X509Certificate2.CreateFromPem(text, _key is null ? text : Encoding.UTF8.GetString(_key));
        var all = new X509Certificate2Collection();
        all.ImportFromPem(text);
        var chain = new X509Certificate2Collection();
        foreach (var certificate in all)
        {
            if (!certificate.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span))
            {
                chain.Add(certificate);
            }
        }

        return (leaf, chain);
    }
}

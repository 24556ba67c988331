using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Presence.Edge.Listening;

/// <summary>
/// Gives the certificate to handshakes: the configured PEM files, or the node's own self-signed one. It takes a renewed file while running
/// and must never go on without a certificate: what cannot be read is logged and the old one stays.
/// </summary>
internal sealed partial class CertificateSource
{
    private readonly EdgeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private TlsSettings _current;
    private DateTime _stamp;

    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="CryptographicException">A configured file holds no certificate with its private key.</exception>
    public CertificateSource(EdgeOptions options, TimeProvider time, ILogger log)
    {
        _options = options;
        _time = time;
        _log = log;
        _stamp = Stamp();
        _current = Load();
    }

    public TlsSettings Current => Volatile.Read(ref _current);

    /// <summary>Looks whether the file changed or the self-signed certificate expired. Not to be called from two threads at once.</summary>
    public void Refresh()
    {
        try
        {
            var stamp = Stamp();
            if (stamp == _stamp && (_options.CertificateFile is not null || _time.GetUtcNow() < Current.ExpiresAt))
            {
                return;
            }

            Volatile.Write(ref _current, Load());
            _stamp = Stamp();
            LogTaken(_log, Current.ExpiresAt);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            LogKept(_log, failure.Message, Current.ExpiresAt);
        }
    }

    private DateTime Stamp()
    {
        if (_options.CertificateFile is null)
        {
            return default;
        }

        var certificate = File.GetLastWriteTimeUtc(_options.CertificateFile);
        var key = _options.KeyFile is null ? certificate : File.GetLastWriteTimeUtc(_options.KeyFile);
        return certificate > key ? certificate : key;
    }

    private TlsSettings Load()
    {
        if (_options.CertificateFile is null)
        {
            var own = SelfSignedCertificate.LoadOrCreate(_options.DataDirectory, _options.Domain.Domain, _time.GetUtcNow());
            return new TlsSettings(own, []);
        }

        var leaf = X509Certificate2.CreateFromPemFile(_options.CertificateFile, _options.KeyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_options.CertificateFile);
        var others = new X509Certificate2Collection();
        foreach (var certificate in chain)
        {
            if (!certificate.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span))
            {
                others.Add(certificate);
            }
        }

        return new TlsSettings(leaf, others);
    }

    [LoggerMessage(1, LogLevel.Information, "Certificate taken, valid until {ExpiresAt:u}")]
    private static partial void LogTaken(ILogger log, DateTimeOffset expiresAt);

    [LoggerMessage(2, LogLevel.Error, "Certificate cannot be renewed, the old one stays until {ExpiresAt:u}: {Reason}")]
    private static partial void LogKept(ILogger log, string reason, DateTimeOffset expiresAt);
}

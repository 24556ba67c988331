using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Presence.Edge.Listening;

/// <summary>
/// Gives the certificate to handshakes: the configured PEM files, or the node's own self-signed one. It takes a renewed file while running
/// and must never go on without a certificate: what cannot be used is logged and the old one stays.
/// </summary>
internal sealed partial class CertificateSource
{
    private readonly EdgeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private TlsSettings _current;

    // Guarded by _gate: the content in use, the one refused last, and why.
    private string _inUse = "";
    private string? _refused;
    private string? _problem;

    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="CryptographicException">A configured file holds no certificate with its private key.</exception>
    public CertificateSource(EdgeOptions options, TimeProvider time, ILogger log)
    {
        _options = options;
        _time = time;
        _log = log;
        if (options.CertificateFile is null)
        {
            _current = Own();
            return;
        }

        var files = new CertificateFiles(options.CertificateFile, options.KeyFile);
        var (leaf, chain) = files.Parse();
        _current = new TlsSettings(leaf, chain, options.MinimumTlsVersion);
        _inUse = files.Digest;
    }

    public TlsSettings Current => Volatile.Read(ref _current);

    /// <summary>
    /// Takes what the files hold now, or, without files, a new certificate in place of an expired one. A renewal that is half done, with the new certificate
    /// beside the old key, is refused like any pair that does not fit, and looked at again when one of the two changes. Any thread.
    /// </summary>
    public CertificateReload Reload()
    {
        lock (_gate)
        {
            var taken = false;
            try
            {
                taken = _options.CertificateFile is null ? RenewOwn() : TakeFiles(new CertificateFiles(_options.CertificateFile, _options.KeyFile));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
            {
                Keep(failure.Message);
            }

            if (taken)
            {
                LogTaken(_log, Current.ExpiresAt);
            }

            return new CertificateReload(taken, Current.ExpiresAt, _problem);
        }
    }

    private bool HasExpired => Current.ExpiresAt <= _time.GetUtcNow();

    private bool RenewOwn()
    {
        if (!HasExpired)
        {
            return false;
        }

        Take(Own());
        return true;
    }

    private bool TakeFiles(CertificateFiles files)
    {
        if (files.Digest == _inUse)
        {
            _problem = null;
            return false;
        }

        if (files.Digest == _refused && !HasExpired)
        {
            return false;
        }

        // Before it is judged, which may throw: what is no use is judged once, not at every look.
        _refused = files.Digest;
        var (leaf, chain) = files.Parse();
        if (Flaw(leaf) is { } flaw && !HasExpired)
        {
            Keep(flaw);
            return false;
        }

        Take(new TlsSettings(leaf, chain, _options.MinimumTlsVersion));
        _inUse = files.Digest;
        return true;
    }

    private void Take(TlsSettings settings)
    {
        Volatile.Write(ref _current, settings);
        _problem = null;
        _refused = null;
    }

    // What must not come in place of a certificate that is good; at the start the operator's word counts.
    private string? Flaw(X509Certificate2 leaf)
    {
        var now = _time.GetUtcNow();
        return leaf.NotAfter.ToUniversalTime() <= now ? $"{_options.CertificateFile} has expired"
            : leaf.NotBefore.ToUniversalTime() > now ? $"{_options.CertificateFile} is not valid yet"
            : SelfSignedCertificate.Names(leaf, _options.Domain.Domain, wildcards: true) ? null
            : $"{_options.CertificateFile} is not made for {_options.Domain.Domain}";
    }

    // Told when it is found and when it changes, not at every look.
    private void Keep(string problem)
    {
        if (problem != _problem)
        {
            LogKept(_log, problem, Current.ExpiresAt);
        }

        _problem = problem;
    }

    private TlsSettings Own() =>
        new(SelfSignedCertificate.LoadOrCreate(_options.DataDirectory, _options.Domain.Domain, _time.GetUtcNow()), [], _options.MinimumTlsVersion);

    [LoggerMessage(1, LogLevel.Information, "Certificate taken, valid until {ExpiresAt:u}")]
    private static partial void LogTaken(ILogger log, DateTimeOffset expiresAt);

    [LoggerMessage(2, LogLevel.Error, "Certificate cannot be renewed, the old one stays until {ExpiresAt:u}: {Reason}")]
    private static partial void LogKept(ILogger log, string reason, DateTimeOffset expiresAt);
}

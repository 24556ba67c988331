using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Presence.Protocol.Sasl;

namespace Presence.Edge.Listening;

/// <summary>
/// One certificate and what every handshake with it shares. Immutable: a renewed certificate makes new settings, and handshakes that began
/// with the old ones end with them. It must never be disposed while connections use it.
/// </summary>
internal sealed class TlsSettings
{
    private static readonly SslApplicationProtocol XmppClient = new("xmpp-client");

    // Forward secrecy and authenticated encryption, nothing else (RFC 9325 §4.2).
    private static readonly TlsCipherSuite[] Suites =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ];

    private readonly SslServerAuthenticationOptions _startTls;
    private readonly SslServerAuthenticationOptions _directTls;
    private readonly SslServerAuthenticationOptions _startTlsOf12;
    private readonly SslServerAuthenticationOptions _directTlsOf12;
    private readonly SslServerAuthenticationOptions _http;
    private readonly SslServerAuthenticationOptions _httpOf12;

    /// <param name="minimum">The lowest version spoken: TLS 1.2 or 1.3.</param>
    public TlsSettings(X509Certificate2 certificate, X509Certificate2Collection chain, SslProtocols minimum)
    {
        var context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        _startTls = Options(context, SslProtocols.Tls13);
        _directTls = Options(context, SslProtocols.Tls13);
        _startTlsOf12 = minimum == SslProtocols.Tls13 ? _startTls : WithSuites(Options(context, SslProtocols.Tls12 | SslProtocols.Tls13));
        _directTlsOf12 = minimum == SslProtocols.Tls13 ? _directTls : WithSuites(Options(context, SslProtocols.Tls12 | SslProtocols.Tls13));

        // XEP-0368 §2: a client may leave ALPN out, but one that offers only other protocols is not speaking to us.
        _directTls.ApplicationProtocols = [XmppClient];
        _directTlsOf12.ApplicationProtocols = [XmppClient];
        _http = Options(context, SslProtocols.Tls13);
        _httpOf12 = minimum == SslProtocols.Tls13 ? _http : WithSuites(Options(context, SslProtocols.Tls12 | SslProtocols.Tls13));
        _http.ApplicationProtocols = _httpOf12.ApplicationProtocols = [SslApplicationProtocol.Http11];
        ExpiresAt = certificate.NotAfter.ToUniversalTime();
        Bindings = new ChannelBindings(TlsExporter: null, Hash(certificate));
    }

    /// <summary>
    /// What to shake hands with. Who offers TLS 1.3 gets settings for that alone: a suite policy, which only TLS 1.2 needs, makes the runtime give up its
    /// cache of contexts, and with it resumption and a part of each connection's memory.
    /// </summary>
    /// <param name="offers13">The client is known to offer TLS 1.3; false is right for any client.</param>
    public SslServerAuthenticationOptions For(bool offers13, bool direct) =>
        offers13 ? direct ? _directTls : _startTls : direct ? _directTlsOf12 : _startTlsOf12;

    /// <summary>The same for WebSocket clients and what browsers load.</summary>
    public SslServerAuthenticationOptions ForHttp(bool offers13) => offers13 ? _http : _httpOf12;

    public DateTimeOffset ExpiresAt { get; }

    /// <summary>
    /// Channel binding <c>tls-server-end-point</c> (RFC 5929 §4.1), where the signature's hash is one it is defined for. The runtime's TLS
    /// exports no keying material, so there is no <c>tls-exporter</c>.
    /// </summary>
    public ChannelBindings Bindings { get; }

    private static SslServerAuthenticationOptions Options(SslStreamCertificateContext context, SslProtocols versions) => new()
    {
        ServerCertificateContext = context,
        EnabledSslProtocols = versions,
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
    };

    private static SslServerAuthenticationOptions WithSuites(SslServerAuthenticationOptions options)
    {
        if (OperatingSystem.IsLinux())
        {
            options.CipherSuitesPolicy = new CipherSuitesPolicy(Suites);
        }

        return options;
    }

    // MD5 and SHA-1 signatures count as SHA-256; others use their own hash.
    private static byte[]? Hash(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => SHA384.HashData(certificate.RawData),
        "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => SHA512.HashData(certificate.RawData),
        "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.113549.1.1.11" or "1.2.840.10045.4.1" or "1.2.840.10045.4.3.2" =>
            SHA256.HashData(certificate.RawData),
        _ => null,
    };
}

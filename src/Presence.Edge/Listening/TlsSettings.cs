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

    public TlsSettings(X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        var context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        StartTls = Options(context);

        // XEP-0368 §2: a client may leave ALPN out, but one that offers only other protocols is not speaking to us.
        DirectTls = Options(context);
        DirectTls.ApplicationProtocols = [XmppClient];
        ExpiresAt = certificate.NotAfter.ToUniversalTime();
        Bindings = new ChannelBindings(TlsExporter: null, Hash(certificate));
    }

    public SslServerAuthenticationOptions StartTls { get; }

    public SslServerAuthenticationOptions DirectTls { get; }

    public DateTimeOffset ExpiresAt { get; }

    /// <summary>
    /// Channel binding <c>tls-server-end-point</c> (RFC 5929 §4.1), where the signature's hash is one it is defined for. The runtime's TLS
    /// exports no keying material, so there is no <c>tls-exporter</c>.
    /// </summary>
    public ChannelBindings Bindings { get; }

    private static SslServerAuthenticationOptions Options(SslStreamCertificateContext context) => new()
    {
        ServerCertificateContext = context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
    };

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

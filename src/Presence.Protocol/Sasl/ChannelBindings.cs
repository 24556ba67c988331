namespace Presence.Protocol.Sasl;

/// <summary>
/// What the TLS layer of a connection lets a client be sure of: that it shares the channel with this server and with nobody
/// between. The bytes are computed by the caller; null where the TLS library does not give them. It must never be reused
/// for another connection.
/// </summary>
/// <param name="TlsExporter">32 bytes exported under "EXPORTER-Channel-Binding" (RFC 9266).</param>
/// <param name="TlsServerEndPoint">Hash of the server's certificate (RFC 5929 §4).</param>
public sealed record ChannelBindings(byte[]? TlsExporter, byte[]? TlsServerEndPoint)
{
    public const string TlsExporterName = "tls-exporter";

    public const string TlsServerEndPointName = "tls-server-end-point";

    /// <summary>A connection without TLS, or whose TLS layer reveals nothing.</summary>
    public static ChannelBindings None { get; } = new(null, null);

    /// <summary>True when the mechanisms ending in -PLUS can be offered.</summary>
    public bool Any => TlsExporter is not null || TlsServerEndPoint is not null;

    /// <summary>Registered names of what there is, for the stream feature of XEP-0440.</summary>
    public IEnumerable<string> Types
    {
        get
        {
            if (TlsExporter is not null)
            {
                yield return TlsExporterName;
            }

            if (TlsServerEndPoint is not null)
            {
                yield return TlsServerEndPointName;
            }
        }
    }

    /// <summary>The data of a type, or null when it is unknown or absent here.</summary>
    public byte[]? Find(string type) => type switch
    {
        TlsExporterName => TlsExporter,
        TlsServerEndPointName => TlsServerEndPoint,
        _ => null,
    };
}

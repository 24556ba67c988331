namespace Presence.Edge.Listening;

/// <summary>How TLS begins on a port. It must never say whether a login without TLS is allowed; that is <see cref="EdgeOptions.AllowPlaintextLogin"/>.</summary>
public enum ListenerKind
{
    /// <summary>Plain TCP that is upgraded (RFC 6120 §5); usually port 5222.</summary>
    StartTls = 0,

    /// <summary>TLS from the first byte, ALPN <c>xmpp-client</c> (XEP-0368); usually port 5223.</summary>
    DirectTls,
}

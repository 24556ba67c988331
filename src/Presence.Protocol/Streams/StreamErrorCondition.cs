namespace Presence.Protocol.Streams;

/// <summary>
/// The stream error conditions of RFC 6120 §4.9.3. It names conditions only and must never decide what happens to a
/// connection: every one of them is fatal to the stream by definition.
/// </summary>
public enum StreamErrorCondition
{
    /// <summary>No error.</summary>
    None = 0,
    BadFormat,
    BadNamespacePrefix,
    Conflict,
    ConnectionTimeout,
    HostGone,
    HostUnknown,
    ImproperAddressing,
    InternalServerError,
    InvalidFrom,
    InvalidNamespace,
    InvalidXml,
    NotAuthorized,
    NotWellFormed,
    PolicyViolation,
    RemoteConnectionFailed,
    Reset,
    ResourceConstraint,
    RestrictedXml,
    SeeOtherHost,
    SystemShutdown,
    UndefinedCondition,
    UnsupportedEncoding,
    UnsupportedFeature,
    UnsupportedStanzaType,
    UnsupportedVersion,
}

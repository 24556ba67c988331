namespace Presence.Protocol.Sasl;

/// <summary>The hash functions for which keys are kept: RFC 5802 and RFC 7677.</summary>
public enum ScramHash
{
    Sha1,
    Sha256,
}

namespace Presence.Protocol.Sasl;

/// <summary>
/// Which mechanisms a connection may use, given its TLS, and what a refused choice is called. It must never offer PLAIN on
/// a connection that anybody can read.
/// </summary>
public static class SaslMechanisms
{
    private static readonly SaslMechanism[] All = Enum.GetValues<SaslMechanism>();

    /// <summary>What to offer, strongest first.</summary>
    /// <param name="underTls">Whether the stream is encrypted.</param>
    /// <param name="bindings">What the channel can be bound to; ignored without TLS.</param>
    /// <param name="allowed">The mechanisms that policy admits; null for all of them.</param>
    public static IReadOnlyList<SaslMechanism> Offer(bool underTls, ChannelBindings bindings, IReadOnlySet<SaslMechanism>? allowed = null) =>
        [.. All.Where(m => (allowed is null || allowed.Contains(m)) && IsPossible(m, underTls, bindings))];

    /// <summary>
    /// Takes the name a client chose. False with the condition to answer: <c>encryption-required</c> for PLAIN without TLS,
    /// <c>mechanism-too-weak</c> for one that policy bars, <c>invalid-mechanism</c> for any other.
    /// </summary>
    public static bool TrySelect(
        string? name, IReadOnlyList<SaslMechanism> offered, bool underTls, out SaslMechanism mechanism, out SaslCondition failure)
    {
        failure = SaslCondition.InvalidMechanism;
        if (!TryFind(name, out mechanism))
        {
            return false;
        }

        if (offered.Contains(mechanism))
        {
            return true;
        }

        failure = mechanism is SaslMechanism.Plain && !underTls ? SaslCondition.EncryptionRequired
            : IsPlus(mechanism) ? SaslCondition.InvalidMechanism
            : SaslCondition.MechanismTooWeak;
        return false;
    }

    /// <summary>The registered name.</summary>
    public static string NameOf(SaslMechanism mechanism) => mechanism switch
    {
        SaslMechanism.ScramSha256Plus => "SCRAM-SHA-256-PLUS",
        SaslMechanism.ScramSha1Plus => "SCRAM-SHA-1-PLUS",
        SaslMechanism.ScramSha256 => "SCRAM-SHA-256",
        SaslMechanism.ScramSha1 => "SCRAM-SHA-1",
        _ => "PLAIN",
    };

    /// <summary>True for the mechanisms that bind to the channel.</summary>
    public static bool IsPlus(SaslMechanism mechanism) => mechanism is SaslMechanism.ScramSha256Plus or SaslMechanism.ScramSha1Plus;

    /// <summary>The hash of a SCRAM mechanism, null for PLAIN.</summary>
    public static ScramHash? HashOf(SaslMechanism mechanism) => mechanism switch
    {
        SaslMechanism.ScramSha256Plus or SaslMechanism.ScramSha256 => ScramHash.Sha256,
        SaslMechanism.ScramSha1Plus or SaslMechanism.ScramSha1 => ScramHash.Sha1,
        _ => null,
    };

    private static bool TryFind(string? name, out SaslMechanism mechanism)
    {
        mechanism = Array.Find(All, m => NameOf(m) == name);
        return NameOf(mechanism) == name;
    }

    private static bool IsPossible(SaslMechanism mechanism, bool underTls, ChannelBindings bindings) =>
        underTls ? !IsPlus(mechanism) || bindings.Any : mechanism is SaslMechanism.ScramSha256 or SaslMechanism.ScramSha1;
}

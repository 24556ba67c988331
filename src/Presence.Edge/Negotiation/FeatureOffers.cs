using Presence.Protocol.Sasl;
using Presence.Protocol.Streams;

namespace Presence.Edge.Negotiation;

/// <summary>
/// What each stage of a stream is offered (RFC 6120 §4.3.2). It must never offer what the stage does not take.
/// </summary>
internal sealed class FeatureOffers
{
    private readonly EdgeOptions _options;

    private readonly Func<bool> _sha1Only;

    /// <param name="sha1Only">Whether SCRAM-SHA-256 cannot be offered (<see cref="Routing.IAccounts.Sha1Only"/>).</param>
    public FeatureOffers(EdgeOptions options, Func<bool>? sha1Only = null)
    {
        (_options, _sha1Only) = (options, sha1Only ?? (() => false));
        AfterLogin = Authenticated(options);
    }

    /// <summary>What an authenticated client is offered.</summary>
    public byte[] AfterLogin { get; }

    /// <summary>The mechanisms of a connection that has not logged in; empty where it may not yet.</summary>
    public IReadOnlyList<SaslMechanism> Mechanisms(bool tls, ChannelBindings bindings) =>
        !tls && !_options.AllowPlaintextLogin ? []
        : _sha1Only() ? [.. SaslMechanisms.Offer(tls, bindings).Where(m => SaslMechanisms.HashOf(m) is not ScramHash.Sha256)]
        : SaslMechanisms.Offer(tls, bindings);

    /// <summary>What a client is offered that has not logged in.</summary>
    public byte[] BeforeLogin(bool tls, bool mayStartTls, ChannelBindings bindings)
    {
        var features = new StreamFeatures();
        if (mayStartTls)
        {
            features.StartTls(required: !_options.AllowPlaintextLogin);
        }

        var mechanisms = Mechanisms(tls, bindings);
        if (mechanisms.Count > 0)
        {
            features.Mechanisms(mechanisms.Select(SaslMechanisms.NameOf)).ChannelBindings(tls ? bindings.Types : []);
            if (_options.AllowRegistration)
            {
                features.Registration();
            }
        }

        return features.ToBytes();
    }

    private static byte[] Authenticated(EdgeOptions options)
    {
        var features = new StreamFeatures().Bind().Session().StreamManagement().ClientState().RosterVersioning().PreApproval();
        if (options.CapsNode is { } node && options.CapsVerification is { } verification)
        {
            features.Caps(node, verification);
        }

        return features.ToBytes();
    }
}

using Presence.Protocol.Sasl;
using Presence.Protocol.Streams;

namespace Presence.Edge.Negotiation;

/// <summary>
/// What each stage of a stream is offered (RFC 6120 §4.3.2). It must never offer what the stage does not take.
/// </summary>
internal sealed class FeatureOffers
{
    private readonly EdgeOptions _options;

    public FeatureOffers(EdgeOptions options)
    {
        _options = options;
        AfterLogin = Authenticated(options);
    }

    /// <summary>What an authenticated client is offered.</summary>
    public byte[] AfterLogin { get; }

    /// <summary>The mechanisms of a connection that has not logged in; empty where it may not yet.</summary>
    public IReadOnlyList<SaslMechanism> Mechanisms(bool tls, ChannelBindings bindings) =>
        tls || _options.AllowPlaintextLogin ? SaslMechanisms.Offer(tls, bindings) : [];

    /// <summary>What a client is offered that has not logged in.</summary>
    public byte[] BeforeLogin(bool tls, ChannelBindings bindings)
    {
        var features = new StreamFeatures();
        if (!tls)
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

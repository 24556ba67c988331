namespace Presence.Protocol.Sasl;

/// <summary>
/// What a negotiation must know of its connection and its server. Fixed once TLS is up; a connection that negotiates TLS
/// afterwards needs another one.
/// </summary>
/// <param name="Domain">The prepared domain of the stream.</param>
/// <param name="UnderTls">Whether the stream is encrypted.</param>
/// <param name="Bindings">What the channel can be bound to.</param>
/// <param name="Offered">The mechanisms named in the stream features, from <see cref="SaslMechanisms.Offer"/>.</param>
/// <param name="Decoy">Keys for users who do not exist.</param>
/// <param name="NewNonce">Gives a fresh nonce of at least 128 random bits in printable ASCII without commas, base64 for example.</param>
public sealed record SaslContext(
    string Domain, bool UnderTls, ChannelBindings Bindings, IReadOnlyList<SaslMechanism> Offered, ScramDecoy Decoy, Func<string> NewNonce);

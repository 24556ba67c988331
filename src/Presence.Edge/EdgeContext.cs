using Microsoft.Extensions.Logging;
using Presence.Edge.Connections;
using Presence.Edge.Listening;
using Presence.Edge.Negotiation;
using Presence.Edge.Rates;
using Presence.Protocol.Sasl;
using Presence.Routing;

namespace Presence.Edge;

/// <summary>What all connections of one edge share. Made once at start; it must never hold anything about a single connection.</summary>
internal sealed class EdgeContext(
    EdgeOptions options, ConnectionTable table, IAccept accept, IAccounts accounts, TimeProvider time, ILoggerFactory loggers, EdgeMetrics metrics,
    CertificateSource certificates, ScramDecoy decoy, CancellationToken abandoned)
{
    public EdgeOptions Options { get; } = options;

    public ConnectionTable Table { get; } = table;

    public IAccept Accept { get; } = accept;

    public IAccounts Accounts { get; } = accounts;

    public TimeProvider Time { get; } = time;

    public EdgeMetrics Metrics { get; } = metrics;

    public CertificateSource Certificates { get; } = certificates;

    public ILogger ConnectionLog { get; } = loggers.CreateLogger("Presence.Edge.Connection");

    public ILogger LoginLog { get; } = loggers.CreateLogger("Presence.Edge.Login");

    public ConnectionLimits Limits { get; } = new(options.MaxConnections, options.MaxConnectionsPerAddress);

    public RefusalLog Refusals { get; } = new(time);

    /// <summary>What users may send who are connected now.</summary>
    public UserAllowances Users { get; } = new(() => new Allowance(options.UserRate, options.RateBurst.TotalSeconds, time.TimestampFrequency));

    public RegistrationLimit Registrations { get; } = new(options.RegistrationsPerAddress, options.RegistrationWindow, time);

    /// <summary>Keys for users who do not exist.</summary>
    public ScramDecoy Decoy { get; } = decoy;

    public FeatureOffers Offers { get; } = new(options, () => accounts.Sha1Only);

    public KeyDerivationPool Derivation { get; } = new(options.KeyDerivationThreads, options.KeyDerivationQueue);

    /// <summary>Cancelled when the edge stops waiting for owners.</summary>
    public CancellationToken Abandoned { get; } = abandoned;

    /// <summary>For a new connection.</summary>
    public FloodGate NewGate() =>
        new(new Allowance(Options.ConnectionRate, Options.RateBurst.TotalSeconds, Time.TimestampFrequency), Options.FloodTimeout, Time.TimestampFrequency);
}

using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Presence.Edge.Connections;
using Presence.Protocol.Addressing;
using Presence.Protocol.Sasl;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;

namespace Presence.Edge.Negotiation;

/// <summary>
/// Log-in by SASL (RFC 6120 §6): feeds the step machine, looks keys up, and has passwords checked by the derivation threads. It must never
/// let an unknown user be told from a wrong password, and never logs what a client sent.
/// </summary>
internal sealed partial class LoginStep(ClientConnection connection)
{
    private SaslNegotiation? _negotiation;
    private string _mechanism = "none";

    public async ValueTask<StepResult> HandleAsync(Stanza element)
    {
        var negotiation = _negotiation ??= Begin();
        SaslStep? step = element.Name switch
        {
            "auth" => negotiation.Auth(Mechanism(element), element.Text),
            "response" => negotiation.Response(element.Text),
            "abort" => negotiation.Abort(),
            _ => null,
        };
        if (step is null)
        {
            await connection.FailAsync(StreamErrorCondition.UnsupportedStanzaType, null).ConfigureAwait(false);
            return StepResult.Ended;
        }

        while (true)
        {
            switch (step)
            {
                case SaslStep.NeedsKeys needed:
                    step = await FindKeysAsync(negotiation, needed.Username).ConfigureAwait(false);
                    break;
                case SaslStep.NeedsVerification needed:
                    step = await VerifyAsync(negotiation, needed).ConfigureAwait(false);
                    break;
                case SaslStep.Challenge challenge:
                    connection.Send(SaslElements.Challenge(challenge.Data));
                    return StepResult.Continue;
                case SaslStep.Success success:
                    return Succeed(success);
                case SaslStep.Failed failed:
                    return await FailAsync(negotiation, failed.Condition).ConfigureAwait(false);
                default:
                    throw new InvalidOperationException("A step nobody knows");
            }
        }
    }

    private SaslNegotiation Begin()
    {
        var edge = connection.Edge;
        var offered = edge.Offers.Mechanisms(connection.IsTls, connection.Bindings);
        return new SaslNegotiation(
            new SaslContext(edge.Options.Domain.Domain, connection.IsTls, connection.Bindings, offered, edge.Decoy, NewNonce));
    }

    private static string NewNonce() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));

    // Only names from our own list become metric tags and log fields.
    private string Mechanism(Stanza auth)
    {
        var name = auth.Attribute("mechanism") ?? string.Empty;
        _mechanism = connection.Edge.Offers.Mechanisms(connection.IsTls, connection.Bindings).Select(SaslMechanisms.NameOf).Contains(name) ? name : "other";
        return name;
    }

    private async ValueTask<SaslStep> FindKeysAsync(SaslNegotiation negotiation, string username)
    {
        try
        {
            return negotiation.SupplyKeys(await connection.Edge.Accounts.FindAsync(Account(username), connection.Edge.Abandoned).ConfigureAwait(false));
        }
        catch (IOException failure)
        {
            LogUnavailable(connection.Edge.LoginLog, connection.Id.Value, failure.Message);
            return negotiation.Deny(SaslCondition.TemporaryAuthFailure);
        }
    }

    private async ValueTask<SaslStep> VerifyAsync(SaslNegotiation negotiation, SaslStep.NeedsVerification needed)
    {
        ScramKeys? found;
        try
        {
            found = await connection.Edge.Accounts.FindAsync(Account(needed.Username), connection.Edge.Abandoned).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            LogUnavailable(connection.Edge.LoginLog, connection.Id.Value, failure.Message);
            return negotiation.Deny(SaslCondition.TemporaryAuthFailure);
        }

        // An unknown user costs the same derivation, and no password fits the decoy.
        var keys = found ?? connection.Edge.Decoy.KeysFor(needed.Username);
        if (!connection.Edge.Derivation.TryRun(() => keys.Verify(needed.Password), out var verdict))
        {
            return negotiation.Deny(SaslCondition.TemporaryAuthFailure);
        }

        var fits = await verdict.WaitAsync(connection.Edge.Abandoned).ConfigureAwait(false);
        return negotiation.SupplyVerdict(fits && found is not null);
    }

    private StepResult Succeed(SaslStep.Success success)
    {
        var account = Account(success.Username);
        connection.Edge.Metrics.Login(_mechanism, "ok");
        LogIn(connection.Edge.LoginLog, connection.Id.Value, account, _mechanism);
        connection.Authenticated(account);
        connection.Send(SaslElements.Success(success.Data));
        connection.StreamOpen = false;
        connection.Reader.Restart(connection.Edge.Options.LimitsAfterLogin);
        return StepResult.Restart;
    }

    private async ValueTask<StepResult> FailAsync(SaslNegotiation negotiation, SaslCondition condition)
    {
        var name = SaslElements.NameOf(condition);
        connection.Edge.Metrics.Login(_mechanism, name);
        LogRefused(connection.Edge.LoginLog, connection.Id.Value, _mechanism, name);
        connection.Send(SaslElements.Failure(condition));
        if (negotiation.Failures < connection.Edge.Options.MaxLoginAttempts)
        {
            return StepResult.Continue;
        }

        await connection.FailAsync(StreamErrorCondition.PolicyViolation, "Too many failed log-ins").ConfigureAwait(false);
        return StepResult.Ended;
    }

    private Jid Account(string username) => Jid.Parse($"{username}@{connection.Edge.Options.Domain}");

    [LoggerMessage(20, LogLevel.Information, "Connection {Id}: {Account} logged in by {Mechanism}")]
    private static partial void LogIn(ILogger log, long id, Jid account, string mechanism);

    [LoggerMessage(21, LogLevel.Information, "Connection {Id}: log-in by {Mechanism} refused: {Condition}")]
    private static partial void LogRefused(ILogger log, long id, string mechanism, string condition);

    [LoggerMessage(22, LogLevel.Error, "Connection {Id}: accounts cannot be read: {Reason}")]
    private static partial void LogUnavailable(ILogger log, long id, string reason);
}

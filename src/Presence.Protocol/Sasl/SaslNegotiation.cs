namespace Presence.Protocol.Sasl;

/// <summary>
/// The SASL phase of one stream (RFC 6120 §6): takes the elements in the order in which they come, runs the mechanism, and
/// counts failures. It must never send, wait or look anything up; what is needed comes back as a <see cref="SaslStep"/>,
/// and no element may be handed in before that is answered.
/// </summary>
public sealed class SaslNegotiation(SaslContext context)
{
    private State _state = State.Idle;
    private SaslMechanism _mechanism;
    private ScramServer? _scram;
    private string _username = string.Empty;

    private enum State
    {
        Idle,
        InitialResponse,
        Keys,
        Verdict,
        FinalResponse,
        Done,
    }

    /// <summary>Failed attempts so far; RFC 6120 §6.4.5 wants between 2 and 5 retries before the stream is closed.</summary>
    public int Failures { get; private set; }

    /// <summary>True from success on; the caller then restarts the stream.</summary>
    public bool IsDone => _state is State.Done;

    /// <summary>An <c>&lt;auth/&gt;</c> with its mechanism attribute and its text.</summary>
    public SaslStep Auth(string? mechanism, string? text)
    {
        if (_state is not State.Idle)
        {
            return Fail(SaslCondition.MalformedRequest);
        }

        if (!SaslMechanisms.TrySelect(mechanism, context.Offered, context.UnderTls, out _mechanism, out var failure)
            || !SaslElements.TryDecodeAuth(text, out var data, out failure))
        {
            return Fail(failure);
        }

        if (data is not null)
        {
            return Begin(data);
        }

        _state = State.InitialResponse;
        return new SaslStep.Challenge([]);
    }

    /// <summary>A <c>&lt;response/&gt;</c> with its text.</summary>
    public SaslStep Response(string? text)
    {
        if (_state is not (State.InitialResponse or State.FinalResponse))
        {
            return Fail(SaslCondition.MalformedRequest);
        }

        if (!SaslElements.TryDecodeResponse(text, out var data, out var failure))
        {
            return Fail(failure);
        }

        return _state is State.InitialResponse ? Begin(data) : Settle(_scram!.Finish(data));
    }

    /// <summary>An <c>&lt;abort/&gt;</c>.</summary>
    public SaslStep Abort() => Fail(SaslCondition.Aborted);

    /// <summary>Answers <see cref="SaslStep.NeedsKeys"/>; null when there is no such account.</summary>
    /// <exception cref="InvalidOperationException">No keys were asked for: a bug of the caller.</exception>
    public SaslStep SupplyKeys(ScramKeys? keys) => _state is State.Keys
        ? Settle(_scram!.Supply(keys))
        : throw new InvalidOperationException("No keys were asked for");

    /// <summary>Answers <see cref="SaslStep.NeedsVerification"/>.</summary>
    /// <exception cref="InvalidOperationException">No verdict was asked for: a bug of the caller.</exception>
    public SaslStep SupplyVerdict(bool passwordIsRight) => _state is not State.Verdict
        ? throw new InvalidOperationException("No verdict was asked for")
        : passwordIsRight ? Settle(new SaslStep.Success(_username, [])) : Fail(SaslCondition.NotAuthorized);

    /// <summary>
    /// Ends the attempt for a reason of the caller's: the store did not answer, or, after success, the account is barred.
    /// </summary>
    public SaslStep Deny(SaslCondition condition) => Fail(condition);

    private SaslStep Begin(byte[] data)
    {
        if (_mechanism is SaslMechanism.Plain)
        {
            return Settle(PlainServer.Read(data, context.Domain));
        }

        var plusOffered = context.Offered.Any(SaslMechanisms.IsPlus);
        _scram = new ScramServer(_mechanism, context.Domain, context.NewNonce(), context.Bindings, plusOffered, context.Decoy);
        return Settle(_scram.Begin(data));
    }

    private SaslStep Settle(SaslStep step)
    {
        switch (step)
        {
            case SaslStep.Failed failed:
                return Fail(failed.Condition);
            case SaslStep.NeedsKeys:
                _state = State.Keys;
                break;
            case SaslStep.NeedsVerification needed:
                _username = needed.Username;
                _state = State.Verdict;
                break;
            case SaslStep.Challenge:
                _state = State.FinalResponse;
                break;
            case SaslStep.Success:
                _state = State.Done;
                _scram = null;
                break;
        }

        return step;
    }

    private SaslStep.Failed Fail(SaslCondition condition)
    {
        _state = State.Idle;
        _scram = null;
        Failures++;
        return new SaslStep.Failed(condition);
    }
}

namespace Presence.Protocol.Sasl;

/// <summary>
/// What a step of the negotiation asks its caller to do. The machines do no I/O: looking up keys and sending is done by
/// whoever holds the connection, and the answer comes back as the next step.
/// </summary>
public abstract record SaslStep
{
    private SaslStep()
    {
    }

    /// <summary>Send this data as a challenge and wait for the response.</summary>
    public sealed record Challenge(byte[] Data) : SaslStep;

    /// <summary>Look up the keys of this account, a prepared localpart, and hand them in, or null when there is none.</summary>
    public sealed record NeedsKeys(string Username) : SaslStep;

    /// <summary>
    /// Check this password against the account's keys away from the threads that serve connections, and hand in the verdict.
    /// For an unknown user check against decoy keys, so that the answer takes as long.
    /// </summary>
    public sealed record NeedsVerification(string Username, string Password) : SaslStep
    {
        /// <summary>Keeps the password out of logs.</summary>
        public override string ToString() => $"NeedsVerification({Username})";
    }

    /// <summary>The client is this account; send success with the data.</summary>
    public sealed record Success(string Username, byte[] Data) : SaslStep;

    /// <summary>Send the failure; the client may begin anew.</summary>
    public sealed record Failed(SaslCondition Condition) : SaslStep;
}

using System.Text;
using System.Text.Unicode;
using Presence.Protocol.Addressing;

namespace Presence.Protocol.Sasl;

/// <summary>
/// Reads the one message of PLAIN (RFC 4616 §2). It must never check the password itself: that takes milliseconds and
/// belongs off the threads that serve connections.
/// </summary>
public static class PlainServer
{
    // Three parts of 1023 bytes, each up to three times as long before preparation, would be generous beyond need.
    private const int MaxMessage = 8192;

    /// <summary>
    /// Takes <c>[authzid] NUL authcid NUL password</c> and answers what to verify, or a failure:
    /// <c>malformed-request</c>, <c>invalid-authzid</c>, or <c>not-authorized</c> for what can be no username.
    /// </summary>
    /// <param name="message">The decoded message.</param>
    /// <param name="domain">The prepared domain of the stream.</param>
    public static SaslStep Read(ReadOnlySpan<byte> message, string domain)
    {
        if (message.Length > MaxMessage || message.Count((byte)0) != 2 || !Utf8.IsValid(message))
        {
            return new SaslStep.Failed(SaslCondition.MalformedRequest);
        }

        var parts = Encoding.UTF8.GetString(message).Split('\0');
        if (parts[1].Length == 0 || parts[2].Length == 0)
        {
            return new SaslStep.Failed(SaslCondition.MalformedRequest);
        }

        if (!Jid.TryPrepareLocal(parts[1], out var username))
        {
            return new SaslStep.Failed(SaslCondition.NotAuthorized);
        }

        return Authorization.IsOwn(parts[0], username, domain)
            ? new SaslStep.NeedsVerification(username, parts[2])
            : new SaslStep.Failed(SaslCondition.InvalidAuthzid);
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Presence.Protocol.Sasl;

/// <summary>
/// The elements of the negotiation as they stand on the wire (RFC 6120 §6.4), and the base64 within. It must never accept
/// two spellings of the same data.
/// </summary>
public static class SaslElements
{
    /// <summary>Longest base64 text that is decoded, in characters; longer data is a malformed request.</summary>
    public const int MaxText = 16 * 1024;

    private const string Namespace = "urn:ietf:params:xml:ns:xmpp-sasl";

    /// <summary>A challenge; empty data becomes an empty element.</summary>
    public static byte[] Challenge(ReadOnlySpan<byte> data) => Element("challenge", Convert.ToBase64String(data));

    /// <summary>Success, with the mechanism's last data if it has any.</summary>
    public static byte[] Success(ReadOnlySpan<byte> data) => Element("success", Convert.ToBase64String(data));

    /// <summary>A failure with its condition.</summary>
    public static byte[] Failure(SaslCondition condition) =>
        Encoding.ASCII.GetBytes($"<failure xmlns='{Namespace}'><{NameOf(condition)}/></failure>");

    /// <summary>
    /// Data of an <c>&lt;auth/&gt;</c>: null data when the client sent no initial response, which is not the same as an empty
    /// one, written <c>=</c> (RFC 6120 §6.4.2).
    /// </summary>
    public static bool TryDecodeAuth(string? text, out byte[]? data, out SaslCondition failure)
    {
        data = null;
        failure = default;
        return string.IsNullOrEmpty(text) || TryDecodeResponse(text, out data, out failure);
    }

    /// <summary>Data of a <c>&lt;response/&gt;</c>; an empty element and <c>=</c> both stand for no bytes.</summary>
    public static bool TryDecodeResponse(string? text, [NotNullWhen(true)] out byte[]? data, out SaslCondition failure)
    {
        data = [];
        failure = default;
        if (string.IsNullOrEmpty(text) || text == "=")
        {
            return true;
        }

        if (text.Length > MaxText)
        {
            failure = SaslCondition.MalformedRequest;
            data = null;
            return false;
        }

        failure = SaslCondition.IncorrectEncoding;
        return StrictBase64.TryDecode(text, out data);
    }

    /// <summary>The element name of a condition.</summary>
    public static string NameOf(SaslCondition condition) => condition switch
    {
        SaslCondition.Aborted => "aborted",
        SaslCondition.AccountDisabled => "account-disabled",
        SaslCondition.CredentialsExpired => "credentials-expired",
        SaslCondition.EncryptionRequired => "encryption-required",
        SaslCondition.IncorrectEncoding => "incorrect-encoding",
        SaslCondition.InvalidAuthzid => "invalid-authzid",
        SaslCondition.InvalidMechanism => "invalid-mechanism",
        SaslCondition.MalformedRequest => "malformed-request",
        SaslCondition.MechanismTooWeak => "mechanism-too-weak",
        SaslCondition.NotAuthorized => "not-authorized",
        SaslCondition.TemporaryAuthFailure => "temporary-auth-failure",
        _ => throw new ArgumentOutOfRangeException(nameof(condition)),
    };

    private static byte[] Element(string name, string text) => Encoding.ASCII.GetBytes(
        text.Length == 0 ? $"<{name} xmlns='{Namespace}'/>" : $"<{name} xmlns='{Namespace}'>{text}</{name}>");
}

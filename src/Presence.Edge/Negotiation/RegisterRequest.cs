using System.Security.Cryptography;
using Presence.Protocol.Sasl;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Edge.Negotiation;

/// <summary>
/// A <c>jabber:iq:register</c> request as read (XEP-0077), and the keys made of its password. It must never be logged: it holds a password.
/// </summary>
internal sealed class RegisterRequest
{
    private readonly string? _password;

    private RegisterRequest(XmlElement query)
    {
        Username = query.Child("username")?.Text;
        _password = query.Child("password")?.Text;
        Remove = query.Child("remove") is not null;
    }

    /// <summary>As the client wrote it, not prepared.</summary>
    public string? Username { get; }

    public bool HasPassword => !string.IsNullOrEmpty(_password);

    /// <summary>The client cancels its account (XEP-0077 §3.2).</summary>
    public bool Remove { get; }

    public static bool IsOne(Stanza stanza) =>
        stanza.Kind == StanzaKind.Iq && stanza.Type is StanzaType.Get or StanzaType.Set && stanza.TryGetChild("query", Namespaces.Register, out _);

    /// <param name="stanza">One that <see cref="IsOne"/> approved of.</param>
    public static RegisterRequest Read(Stanza stanza) => new(stanza.ToElement().Child("query", Namespaces.Register)!);

    /// <summary>Keys for the password with a fresh salt, made by the derivation threads.</summary>
    /// <returns>The keys, or the error to answer.</returns>
    public async ValueTask<(ScramKeys? Keys, StanzaError? Error)> DeriveAsync(EdgeContext edge)
    {
        if (!HasPassword)
        {
            return (null, new StanzaError(StanzaErrorCondition.NotAcceptable) { Text = "A password is needed" });
        }

        var salt = RandomNumberGenerator.GetBytes(ScramKeys.SaltLength);
        if (!edge.Derivation.TryRun(() => Derive(_password!, salt, edge.Options.KeyIterations), out var derived))
        {
            return (null, new StanzaError(StanzaErrorCondition.ResourceConstraint, StanzaErrorType.Wait));
        }

        return await derived.WaitAsync(edge.Abandoned).ConfigureAwait(false) is { } keys
            ? (keys, null)
            : (null, new StanzaError(StanzaErrorCondition.NotAcceptable) { Text = "The password holds characters that are not allowed" });
    }

    private static ScramKeys? Derive(string password, byte[] salt, int iterations) =>
        ScramKeys.TryDerive(password, salt, iterations, out var keys) ? keys : null;
}

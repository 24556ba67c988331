using System.Security.Cryptography;
using Presence.Actors.Users.Eventing;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// vCards (XEP-0054): each user writes the own one, every user of the domain may read it, whether its owner is there or not. Of its content only the
/// photo is looked at, for its hash (XEP-0153).
/// </summary>
public static class VCardFeature
{
    /// <summary>§3.1.</summary>
    public static void Get(SessionState session, Stanza iq, XmlElement vcard, Turn turn)
    {
        if (turn.User.Photo is null)
        {
            IqReply.Error(session, iq, StanzaErrorCondition.ItemNotFound, turn);
        }
        else
        {
            DocumentReading.Ask(iq, session.FullJid, DocumentKind.VCard, "", turn);
        }
    }

    /// <summary>§3.2. A new photo is shown at once (XEP-0398 §4).</summary>
    public static void Set(SessionState session, Stanza iq, XmlElement vcard, Turn turn)
    {
        var before = turn.User.Photo;
        if (!TryKeep(vcard, turn))
        {
            var limit = turn.Environment.Services.MaxVCardBytes;
            IqReply.Error(session, iq, new StanzaError(StanzaErrorCondition.PolicyViolation) { Text = $"a vCard may have {limit} bytes at most" }, turn);
            return;
        }

        IqReply.Result(session, iq, turn);
        if (turn.User.Photo != before)
        {
            AvatarConversion.PhotoChanged(vcard, before, turn.User.Photo!, turn);
            AvatarUpdate.Broadcast(turn);
        }

        SessionRows.Store(session, turn);
    }

    /// <summary>False: it is too large.</summary>
    internal static bool TryKeep(XmlElement vcard, Turn turn)
    {
        var body = vcard.ToBytes();
        if (body.Length > turn.Environment.Services.MaxVCardBytes)
        {
            return false;
        }

        turn.Emit(new DocumentStored(new DocumentRow(turn.User.UserId, DocumentKind.VCard, "", PhotoOf(vcard), body)));
        return true;
    }

    /// <summary>§3.3: no vCard and no account are the same to whoever asks.</summary>
    public static void GetOfOther(Stanza iq, Jid asker, XmlElement vcard, Turn turn)
    {
        if (turn.User.Photo is null)
        {
            IqFeature.Refuse(iq, asker, turn.User.Jid, StanzaErrorCondition.ServiceUnavailable, turn);
        }
        else
        {
            DocumentReading.Ask(iq, asker, DocumentKind.VCard, "", turn);
        }
    }

    /// <summary>§3.2: refused, be there an account or not.</summary>
    public static void SetOfOther(Stanza iq, Jid asker, XmlElement vcard, Turn turn) =>
        IqFeature.Refuse(iq, asker, turn.User.Jid, StanzaErrorCondition.Forbidden, turn);

    /// <summary>The server's own.</summary>
    public static void OfServer(SessionState session, Stanza iq, XmlElement vcard, Turn turn) => IqReply.Result(session, iq, turn, xml => xml
        .Open("vCard", Namespaces.VCard)
        .Open("FN").Text(DiscoFeature.ServerName).Close()
        .Open("JABBERID").Text(turn.Environment.Domain.ToString()).Close()
        .Close());

    /// <summary>The hash of the first photo that has an image; empty if none has, or one that is not base64 (XEP-0153 §4.4, §4.5).</summary>
    private static string PhotoOf(XmlElement vcard)
    {
        var image = vcard.Children.Where(c => c.Name == "PHOTO").Select(c => c.Child("BINVAL")?.Text).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));
        var bytes = new byte[image?.Length ?? 0];
        if (!Convert.TryFromBase64String(image ?? "", bytes, out var length) || length == 0)
        {
            return "";
        }

        return HashOf(bytes.AsSpan(0, length));
    }

    /// <summary>The hash of an image, in hexadecimal digits (XEP-0153 §4.2, XEP-0084 §4.1).</summary>
    internal static string HashOf(ReadOnlySpan<byte> image)
    {
        // The specification names SHA-1; it tells images apart and protects nothing.
#pragma warning disable CA5350
        return Convert.ToHexStringLower(SHA1.HashData(image));
#pragma warning restore CA5350
    }
}

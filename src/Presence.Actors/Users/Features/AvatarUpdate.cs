using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>What a client itself says in its presence of the user's avatar (XEP-0153 §4.1).</summary>
public enum AvatarSaid : byte
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>It is not ready, or it names an image: the server knows better.</summary>
    Something,

    /// <summary>There is none to be shown by this client: that stands.</summary>
    None,
}

/// <summary>
/// Puts the hash of the vCard's photo into the presence of clients that do not know it (XEP-0398 §4), whenever it is shown. It must never change the
/// presence that a session keeps.
/// </summary>
public static class AvatarUpdate
{
    /// <summary>Reads what a client says.</summary>
    public static AvatarSaid Said(Stanza presence)
    {
        if (!presence.TryGetChild("x", Namespaces.VCardUpdate, out _))
        {
            return AvatarSaid.Nothing;
        }

        var update = presence.ToElement().Child("x", Namespaces.VCardUpdate);
        return update?.Child("photo") is { } photo && string.IsNullOrWhiteSpace(photo.Text) ? AvatarSaid.None : AvatarSaid.Something;
    }

    /// <summary>An available presence as others see it. The same array if the user has no vCard, or the client has the last word.</summary>
    /// <param name="stamped">With or without <c>to</c>.</param>
    public static byte[] With(byte[] stamped, AvatarSaid said, UserState user)
    {
        if (user.Photo is not { } photo || said == AvatarSaid.None)
        {
            return stamped;
        }

        using var update = new Utf8XmlBuilder(128);
        update.Open("x", Namespaces.VCardUpdate).Open("photo").Text(photo).CloseAll();
        if (said == AvatarSaid.Nothing || !Stanza.TryParseStamped(stamped, out var stanza))
        {
            return StanzaSplice.Append(stamped, update.WrittenSpan);
        }

        var old = new List<int>();
        for (var i = 0; i < stanza.Children.Length; i++)
        {
            if (stanza.Children[i] is { Name: "x", Namespace: Namespaces.VCardUpdate })
            {
                old.Add(i);
            }
        }

        return StanzaSplice.Stamp(stanza, stanza.From, stanza.To, [.. old], update.WrittenSpan);
    }

    /// <summary>The photo changed: the presence of every available session that shows it is shown anew, to the session itself too.</summary>
    public static void Broadcast(Turn turn)
    {
        foreach (var session in turn.User.Sessions)
        {
            if (session.Available && session.AvatarSaid != AvatarSaid.None)
            {
                var shown = PresenceFanout.Shown(session, turn.User);
                PresenceFanout.Broadcast(session, shown, available: true, turn);
                PresenceFanout.Echo(session, shown, turn);
            }
        }
    }
}

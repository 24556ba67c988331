using Presence.Actors.Users.Features;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Eventing;

/// <summary>What a published avatar makes of the vCard (XEP-0398 §4.1).</summary>
/// <param name="VCard">Null: it stays as it is.</param>
internal sealed record AvatarPhoto(XmlElement? VCard)
{
    /// <summary>Writes the vCard, if it has room for the photo, and shows the new photo in presence.</summary>
    public void Keep(Turn turn)
    {
        var before = turn.User.Photo;
        if (VCard is not null && VCardFeature.TryKeep(VCard, turn) && turn.User.Photo != before)
        {
            AvatarUpdate.Broadcast(turn);
        }
    }
}

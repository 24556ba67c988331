using Presence.Actors.Admin;
using Presence.Actors.Users.Eventing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Takes over a vCard, private XML, nodes of personal eventing and archive preferences from elsewhere, within the limits that hold for clients. What is there already stays unless it
/// is to be replaced. Contacts are not told of a new photo; they see it with the user's next presence.
/// </summary>
internal static class DocumentImport
{
    public static (int Taken, int Kept, int Refused) Decide(UserImport data, Turn turn)
    {
        // Null: it was there already.
        var outcomes = data.Private.Select(element => Private(element, data.Overwrite, turn)).ToList();
        if (data.VCard is not null)
        {
            outcomes.Add(VCard(data, turn));
        }

        if (data.ArchivePreferences is not null)
        {
            outcomes.Add(Preferences(data, turn));
        }

        var items = NodeImport.Decide(data, turn);
        return (
            outcomes.Count(o => o == true) + items.Taken, outcomes.Count(o => o is null) + items.Kept, outcomes.Count(o => o == false) + items.Refused);
    }

    private static bool? VCard(UserImport data, Turn turn) =>
        turn.User.Photo is not null && !data.Overwrite ? null : VCardFeature.TryKeep(data.VCard!, turn);

    private static bool? Private(Protocol.Xml.XmlElement element, bool overwrite, Turn turn) =>
        PrivateStorageFeature.Has(element, turn.User) && !overwrite ? null : PrivateStorageFeature.TryKeep(element, turn);

    private static bool? Preferences(UserImport data, Turn turn)
    {
        if (turn.User.Archive is not null && !data.Overwrite)
        {
            return null;
        }

        if (ArchivePreferencesFeature.Read(data.ArchivePreferences!, out var preferences) is not null)
        {
            return false;
        }

        turn.Emit(new ArchivePreferencesChanged(turn.User.UserId, preferences));
        return true;
    }
}

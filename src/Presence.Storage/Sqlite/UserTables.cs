namespace Presence.Storage.Sqlite;

/// <summary>
/// The tables whose rows belong to one user, by their column <c>user_id</c>: what the removal of an account has to empty. A table that is missing here would
/// keep what a user was promised is gone, so the tests compare the list with the schema.
/// </summary>
internal static class UserTables
{
    /// <summary>Emptied with the removal itself: they are read without asking whether the account exists. A user has few rows in them.</summary>
    public static readonly IReadOnlyList<string> Live = ["account", "session", "session_doc", "push_registration", "push_outbox", "document"];

    /// <summary>Emptied afterwards, all rows of a user at once: the limits of users bound their number.</summary>
    public static readonly IReadOnlyList<string> Small = ["tombstone", "delivery", "roster", "blocked"];

    /// <summary>Emptied afterwards, in steps: an archive has no bound.</summary>
    public const string Large = "message";
}

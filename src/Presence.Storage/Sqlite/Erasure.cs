namespace Presence.Storage.Sqlite;

/// <summary>
/// Deletes what removed accounts left, in steps that hold up no commit for long. What it deletes is overwritten with zeros, pages that become free
/// included. It goes on where it stopped, also after a crash: the list of removed accounts is a table.
/// </summary>
internal sealed class Erasure(Connection connection)
{
    /// <summary>Runs in a transaction of the caller; false: nothing is left.</summary>
    public bool Step(int limit)
    {
        // The id of a user is never 0 in a row that exists: it is a hash, and First answers null for no row.
        if (connection.Prepare("SELECT user_id FROM erasing LIMIT 1").Start().First(static s => (long?)s.Int64(0)) is not { } user)
        {
            return false;
        }

        // Otherwise SQLite leaves the content of pages that it frees as a whole.
        connection.Execute("PRAGMA secure_delete=ON");
        try
        {
            var deleted = connection.Prepare($"DELETE FROM {UserTables.Large} WHERE rowid IN (SELECT rowid FROM {UserTables.Large} WHERE user_id = ? LIMIT ?)")
                .Start().Add(user).Add(limit).Run();
            if (deleted < limit)
            {
                foreach (var table in UserTables.Small)
                {
                    connection.Prepare($"DELETE FROM {table} WHERE user_id = ?").Start().Add(user).Run();
                }

                connection.Prepare("DELETE FROM erasing WHERE user_id = ?").Start().Add(user).Run();
            }

            return true;
        }
        finally
        {
            connection.Execute("PRAGMA secure_delete=FAST");
        }
    }
}

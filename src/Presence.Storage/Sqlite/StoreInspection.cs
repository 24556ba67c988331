using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Looks at a data directory while no node runs, for an operator's check. Opens the file for reading only: it never creates, migrates or repairs anything.
/// </summary>
/// <param name="Exists">Whether there is a database at all.</param>
/// <param name="Accounts">Number of accounts in it.</param>
public sealed record StoreInspection(bool Exists, long Accounts)
{
    /// <exception cref="StoreException">Another process holds the data, or it cannot be read; the message says what to do.</exception>
    public static StoreInspection Of(string directory)
    {
        var path = Path.Combine(directory, SqliteStore.FileName);
        if (!File.Exists(path))
        {
            return new StoreInspection(false, 0);
        }

        // Held while looking, so that no node starts meanwhile and no checkpoint is half done.
        using var held = DataLock.Take(directory);
        try
        {
            using var connection = Connection.Open(path, readOnly: true, cacheKiB: 1024);
            return new StoreInspection(true, connection.Number("SELECT count(*) FROM account"));
        }
        catch (SqliteFailure failure)
        {
            throw new StoreException(failure.Advice(directory), failure);
        }
    }
}

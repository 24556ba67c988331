using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>Whether a database file that nobody uses is ours, of a version this program knows, and whole in every page and index.</summary>
internal static class StoreCheck
{
    /// <returns>Accounts in it.</returns>
    /// <exception cref="StoreException">It is not.</exception>
    public static long Run(string path, CancellationToken cancellation)
    {
        using var connection = Connection.Open(path, readOnly: false, cacheKiB: 64 * 1024);
        Migrations.CheckKnown(connection, path);
        connection.BreakOff(() => cancellation.IsCancellationRequested);
        try
        {
            var found = connection.Prepare("PRAGMA integrity_check(1)").Start().First(Rows.ToText);
            if (found != "ok")
            {
                throw new StoreException($"{path} is damaged: {found}. Check the disk it lies on.");
            }

            return connection.Number("SELECT count(*) FROM account");
        }
        catch (SqliteFailure) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }
}

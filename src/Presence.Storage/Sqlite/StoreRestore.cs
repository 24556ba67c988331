using System.Globalization;
using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>What a restore did.</summary>
/// <param name="Sessions">Sessions in the backup that were ended.</param>
/// <param name="Aside">Where the database that was there is now; null if there was none.</param>
public sealed record RestoreResult(long Accounts, long Sessions, string? Aside);

/// <summary>
/// Puts a backup in the place of the database of a stopped node, and the old database aside. The backup is a past that clients may have left behind, so nothing in it
/// may pass for the present: no session of it can be resumed, and no roster version of it be met again (ADR 0016). It never deletes what was there.
/// </summary>
public static class StoreRestore
{
    /// <summary>There while files are exchanged: a node that started then would find half of them.</summary>
    private const string MarkerName = "presence.restoring";

    private const string Fresh = ".restored";

    /// <param name="now">Names what is put aside, and makes roster versions new.</param>
    /// <exception cref="StoreException">A node runs, or the file is no whole backup; nothing was changed. The message says what to do.</exception>
    public static RestoreResult Run(string directory, string file, DateTimeOffset now, CancellationToken cancellation)
    {
        var path = Path.Combine(directory, SqliteStore.FileName);
        Refuse(file, path);
        StoreFiles.Prepare(directory, null);
        using var held = DataLock.Take(directory);
        var fresh = path + Fresh;
        try
        {
            StoreFiles.Delete(fresh);
            StoreFiles.Create(fresh);
            StoreFiles.CopyInto(file, fresh);
            var accounts = StoreCheck.Run(fresh, cancellation);
            var sessions = MakePast(fresh, now);
            StoreFiles.Flush(fresh);
            return new RestoreResult(accounts, sessions, Exchange(directory, path, fresh, now));
        }
        catch (SqliteFailure failure)
        {
            throw new StoreException(failure.Advice(directory), failure);
        }
        catch (Exception e) when (e is (IOException or UnauthorizedAccessException) and not StoreException)
        {
            throw new StoreException($"{file} could not be restored to {directory}: {e.Message}", e);
        }
        finally
        {
            StoreFiles.Delete(fresh);
        }
    }

    /// <exception cref="StoreException">A restore was interrupted while it exchanged the files.</exception>
    internal static void RefuseHalfDone(string directory)
    {
        if (File.Exists(Path.Combine(directory, MarkerName)))
        {
            throw new StoreException(
                $"A restore into {directory} was interrupted: run 'presencectl restore' again. What was there before it stands beside it, as {SqliteStore.FileName}.before-….");
        }
    }

    private static void Refuse(string file, string path)
    {
        if (!File.Exists(file))
        {
            throw new StoreException($"{file} does not exist.");
        }

        if (Path.GetFullPath(file) == Path.GetFullPath(path))
        {
            throw new StoreException($"{file} is the database itself, not a backup of it.");
        }

        if (new FileInfo(file + "-wal") is { Exists: true, Length: > 0 })
        {
            throw new StoreException($"{file} is no backup but the file of a node: its last changes are in {file}-wal. Make a backup of it with 'presencectl backup'.");
        }
    }

    /// <summary>
    /// What clients were told after the backup is not in it. Sessions expire with the next start, under the rules for sessions that expire; until then and afterwards nobody
    /// can resume them, and no tombstone tells how far an earlier one had come: clients may know better. A roster version may have been given to another roster since;
    /// seconds rise faster than anybody changes a roster.
    /// </summary>
    private static long MakePast(string fresh, DateTimeOffset now)
    {
        using var connection = Connection.Open(fresh, readOnly: false, cacheKiB: 16 * 1024);
        connection.Execute("PRAGMA synchronous=FULL; BEGIN IMMEDIATE");
        connection.Prepare("UPDATE account SET roster_version = roster_version + ?").Start().Add(now.ToUnixTimeSeconds()).Run();
        connection.Execute("DELETE FROM tombstone; UPDATE session_doc SET sm_id = NULL");
        var sessions = connection.Prepare("UPDATE session SET phase = 1, detached_at = 1, expires_at = 1").Start().Run();
        connection.Execute("COMMIT");
        connection.Checkpoint(truncate: true);
        return sessions;
    }

    private static string? Exchange(string directory, string path, string fresh, DateTimeOffset now)
    {
        var aside = string.Create(CultureInfo.InvariantCulture, $"{path}.before-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
        var marker = Path.Combine(directory, MarkerName);
        StoreFiles.Create(marker);

        // The WAL first: beside another database it would be taken for that one's.
        var moved = StoreFiles.Rename(path + "-wal", aside + "-wal") | StoreFiles.Rename(path, aside);
        StoreFiles.Rename(fresh, path);
        File.Delete(marker);
        return moved ? aside : null;
    }
}

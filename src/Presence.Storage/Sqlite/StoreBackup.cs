using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Copies a database as it was at one moment, while it is written on: one read transaction over all steps, so that commits go on beside it and never make it begin again.
/// The WAL cannot start anew before the copy is done and grows by what is written meanwhile. The copy gets its name when it is checked and on the disk;
/// what does not get that far leaves no file.
/// </summary>
public static class StoreBackup
{
    private const int PageSize = 4096;

    /// <summary>4 MiB a step: a cancellation is noticed soon.</summary>
    private const int PagesPerStep = 1024;

    /// <summary>So often the copy is flushed: one great flush at the end would hold up the commits' own for as long as it takes.</summary>
    private const int StepsPerFlush = 4;

    private const int CacheKiB = 16 * 1024;
    private const string Partial = ".partial";

    /// <summary>Backs up a directory while no node runs on it, and keeps one from starting meanwhile.</summary>
    /// <inheritdoc cref="Run"/>
    public static BackupResult OfStopped(string directory, string file, Action<BackupProgress> progress, CancellationToken cancellation)
    {
        var path = Path.Combine(directory, SqliteStore.FileName);
        if (!File.Exists(path))
        {
            throw new StoreException($"There is no {SqliteStore.FileName} in {directory}.");
        }

        using var held = DataLock.Take(directory);
        StoreRestore.RefuseHalfDone(directory);
        return Run(path, file, progress, cancellation);
    }

    /// <param name="file">An absolute path where nothing is yet.</param>
    /// <param name="progress">Called on the calling thread, after each step.</param>
    /// <exception cref="StoreException">It cannot be read or written, or the copy is damaged; the message says what to do.</exception>
    internal static BackupResult Run(string path, string file, Action<BackupProgress> progress, CancellationToken cancellation)
    {
        if (!Path.IsPathRooted(file) || File.Exists(file) || Directory.Exists(file))
        {
            throw new StoreException($"{file} is there already, or no absolute path: name another file.");
        }

        var partial = file + Partial;
        try
        {
            StoreFiles.Create(partial);
            var (bytes, accounts) = Copy(path, partial, progress, cancellation);
            File.Move(partial, file, overwrite: false);
            return new BackupResult(file, bytes, accounts);
        }
        catch (SqliteFailure failure)
        {
            throw new StoreException(failure.Advice(Path.GetDirectoryName(file)!), failure);
        }
        catch (Exception e) when (e is (IOException or UnauthorizedAccessException) and not StoreException)
        {
            throw new StoreException($"{file} cannot be written by the user {Environment.UserName}: {e.Message}", e);
        }
        finally
        {
            StoreFiles.Delete(partial);
        }
    }

    private static (long Bytes, long Accounts) Copy(string path, string partial, Action<BackupProgress> progress, CancellationToken cancellation)
    {
        using var flushed = File.OpenHandle(partial, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using (var source = Connection.Open(path, readOnly: true, CacheKiB))
        {
            using var target = Connection.Open(partial, readOnly: false, CacheKiB);

            // Nobody needs half a copy: it is neither journalled nor waited for by SQLite.
            target.Execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
            source.Prepare("BEGIN").Run();
            source.Number("SELECT count(*) FROM cluster");
            var steps = 0;
            source.CopyTo(target, PagesPerStep, (remaining, total) =>
            {
                cancellation.ThrowIfCancellationRequested();
                if (++steps % StepsPerFlush == 0)
                {
                    RandomAccess.FlushToDisk(flushed);
                }

                progress(new BackupProgress((long)(total - remaining) * PageSize, (long)total * PageSize));
            });
            source.Prepare("COMMIT").Run();
        }

        var accounts = StoreCheck.Run(partial, cancellation);
        RandomAccess.FlushToDisk(flushed);
        return (RandomAccess.GetLength(flushed), accounts);
    }
}

using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Makes the data directory and the empty database file readable by their owner only: they hold keys and private messages.
/// It never changes what exists.
/// </summary>
internal static class StoreFiles
{
    /// <param name="path">The database file; null: the directory only.</param>
    public static void Prepare(string directory, string? path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
                return;
            }

            if (!Directory.Exists(directory))
            {
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            if (path is not null && !File.Exists(path))
            {
                // SQLite gives its WAL the mode of the file.
                new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }).Dispose();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The data directory {directory} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>An empty file for its owner only.</summary>
    public static void Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        File.Delete(path);
        new FileStream(path, options).Dispose();
    }

    /// <summary>A database that is of no use any more, with what SQLite may have made beside it.</summary>
    public static void Delete(string path)
    {
        foreach (var file in new[] { path, path + "-wal", path + "-journal" })
        {
            // A missing directory would be an error, a missing file is none.
            if (File.Exists(file))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Writes a file's content into one that exists and keeps its mode.</summary>
    public static void CopyInto(string from, string to)
    {
        using var source = File.OpenRead(from);
        using var target = new FileStream(to, FileMode.Open, FileAccess.Write);
        source.CopyTo(target, 1024 * 1024);
        target.Flush(flushToDisk: true);
    }

    public static void Flush(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>False if there is no such file.</summary>
    public static bool Rename(string from, string to)
    {
        if (!File.Exists(from))
        {
            return false;
        }

        File.Move(from, to, overwrite: false);
        return true;
    }
}

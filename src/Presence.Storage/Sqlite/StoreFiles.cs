using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Makes the data directory and the empty database file readable by their owner only: they hold keys and private messages.
/// It never changes what exists.
/// </summary>
internal static class StoreFiles
{
    public static void Prepare(string directory, string path)
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

            if (!File.Exists(path))
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
}

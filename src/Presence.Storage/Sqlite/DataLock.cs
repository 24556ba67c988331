using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Keeps a second process away from the data directory for as long as it is held. The kernel frees the lock when the process ends, however it ends,
/// so a file left behind means nothing; the file itself is never deleted, for that would let two holders pass.
/// </summary>
internal sealed class DataLock : IDisposable
{
    public const string FileName = "presence.lock";

    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    public static DataLock Take(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            return new DataLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreException($"{path} may not be written: give {directory} to the user the server runs as.", e);
        }
        catch (IOException e)
        {
            throw new StoreException(
                $"The data in {directory} is in use by another process, or {path} cannot be locked ({e.Message}). " +
                $"Find the process with 'fuser {path}' and stop it, or start this one with another data directory.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}

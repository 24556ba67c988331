using SQLitePCL;

namespace Presence.Storage.Sqlite;

/// <summary>
/// An error code of SQLite on its way from the statement that met it to the caller that turns it into an answer or a
/// <see cref="Contracts.StoreException"/>. Never leaves this folder.
/// </summary>
internal sealed class SqliteFailure(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    /// <summary>Extended result code.</summary>
    public int Code { get; } = code;

    /// <summary>The code's class, e.g. SQLITE_IOERR for each of its kinds.</summary>
    public int Primary => Code & 0xFF;

    /// <summary>
    /// True if the same call may succeed later without any change of ours. A damaged file counts: the operator has to restore it, and until then
    /// nothing may be dropped on the strength of what it says.
    /// </summary>
    public bool MayPass => Primary switch
    {
        raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_READONLY or raw.SQLITE_BUSY or raw.SQLITE_LOCKED => true,
        raw.SQLITE_CANTOPEN or raw.SQLITE_NOMEM or raw.SQLITE_PROTOCOL or raw.SQLITE_PERM or raw.SQLITE_SCHEMA => true,
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_INTERRUPT or raw.SQLITE_ABORT => true,
        _ => false,
    };

    /// <summary>What the operator should do about it.</summary>
    public string Advice(string directory) => Primary switch
    {
        raw.SQLITE_FULL => $"The disk is full: free space in {directory}.",
        raw.SQLITE_IOERR => $"Reading or writing failed: check the disk that holds {directory} and the kernel log.",
        raw.SQLITE_READONLY or raw.SQLITE_PERM =>
            $"The data may not be written: check that {directory} belongs to the server's user and that its file system is not mounted read-only.",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL =>
            $"Another program holds the database in {directory} locked: " +
            $"find it with 'fuser {Path.Combine(directory, SqliteStore.FileName)}' and stop it.",
        raw.SQLITE_CANTOPEN =>
            $"The database in {directory} cannot be opened: " +
            "check that the directory exists, belongs to the server's user and that files may still be opened.",
        raw.SQLITE_NOMEM => "There is not enough memory: give the server more, or less to the other programs.",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
            $"The database in {directory} is damaged: stop the server, keep a copy of the directory, check the disk and restore a backup.",
        _ => "This is a defect of the server: report it.",
    } + $" ({Message})";
}

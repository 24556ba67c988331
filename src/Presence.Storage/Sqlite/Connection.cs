using SQLitePCL;

namespace Presence.Storage.Sqlite;

/// <summary>
/// One SQLite connection with the statements prepared on it. Used by one thread at a time, for SQLite is told not to lock;
/// it never decides about transactions.
/// </summary>
internal sealed class Connection : IDisposable
{
    /// <summary>
    /// Keeps the index of the WAL in the process's own memory instead of a mapped file beside the database: a page of a mapped file that can no longer be
    /// written (files turned read-only, a file system that remounted itself after an error) is not an error of a call but SIGBUS, and the end of the process.
    /// Windows has no such file system, and no such signal.
    /// </summary>
    private static readonly string? s_fileSystem = OperatingSystem.IsWindows() ? null : "unix-excl";

    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private readonly sqlite3 _handle;

    static Connection() => Batteries_V2.Init();

    private Connection(sqlite3 handle) => _handle = handle;

    /// <summary>True between BEGIN and COMMIT or ROLLBACK.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Rows changed by the last statement.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Opens a file; <paramref name="readOnly"/> connections cannot write whatever they are told to run.</summary>
    public static Connection Open(string path, bool readOnly, int cacheKiB)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var code = raw.sqlite3_open_v2(path, out var handle, flags, s_fileSystem);
        if (code != raw.SQLITE_OK)
        {
            var failure = new SqliteFailure(code, raw.sqlite3_errstr(code).utf8_to_string());
            handle?.Dispose();
            throw failure;
        }

        var connection = new Connection(handle);
        try
        {
            raw.sqlite3_extended_result_codes(handle, 1);
            connection.Execute(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"PRAGMA busy_timeout=1000; PRAGMA cache_size=-{cacheKiB}; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The statement of this text, prepared once. Its user resets it.</summary>
    public Statement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
            statement = new Statement(this, handle);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>Runs a script of one or more statements; rows they yield are thrown away.</summary>
    public void Execute(string script)
    {
        var rest = script;
        while (!string.IsNullOrWhiteSpace(rest))
        {
            Check(raw.sqlite3_prepare_v2(_handle, rest, out var handle, out rest));
            if (handle is null || handle.IsInvalid)
            {
                continue;
            }

            using var statement = new Statement(this, handle);
            statement.Run();
        }
    }

    /// <summary>First column of the first row.</summary>
    public long Number(string sql) => Prepare(sql).Start().First(static s => (long?)s.Int64(0)) ?? 0;

    /// <summary>Copies what readers allow from the WAL into the file; true if all of it, so that the next writer starts the WAL again.</summary>
    public bool Checkpoint(bool truncate)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(
            _handle, "main", truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE, out var frames, out var copied);
        if (code is not (raw.SQLITE_OK or raw.SQLITE_BUSY or raw.SQLITE_LOCKED))
        {
            Check(code);
        }

        return code == raw.SQLITE_OK && frames == copied;
    }

    /// <summary>Copies the whole database over another one, page by page. In a transaction of the caller's that began with a read, all of it is of that moment.</summary>
    /// <param name="step">After each step: pages that remain, pages in all. What it throws ends the copy.</param>
    public void CopyTo(Connection target, int pagesPerStep, Action<int, int> step)
    {
        using var backup = raw.sqlite3_backup_init(target._handle, "main", _handle, "main");
        if (backup is null || backup.IsInvalid)
        {
            throw target.Failure(raw.SQLITE_ERROR);
        }

        int code;
        do
        {
            code = raw.sqlite3_backup_step(backup, pagesPerStep);
            if (code is not (raw.SQLITE_OK or raw.SQLITE_DONE))
            {
                throw new SqliteFailure(code, raw.sqlite3_errstr(code).utf8_to_string());
            }

            step(raw.sqlite3_backup_remaining(backup), raw.sqlite3_backup_pagecount(backup));
        }
        while (code == raw.SQLITE_OK);
    }

    /// <summary>Lets a long statement be broken off: it then fails as interrupted.</summary>
    public void BreakOff(Func<bool> wanted)
    {
        const int Instructions = 100_000;
        raw.sqlite3_progress_handler(_handle, Instructions, _ => wanted() ? 1 : 0, null);
    }

    /// <summary>Pages this connection has written since it was opened; a 32-bit counter that wraps.</summary>
    public int PagesWritten()
    {
        raw.sqlite3_db_status(_handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 0);
        return pages;
    }

    /// <summary>Throws the failure of a result code that is not OK.</summary>
    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Failure(code);
        }
    }

    public SqliteFailure Failure(int code) =>
        new(raw.sqlite3_extended_errcode(_handle) is var extended && (extended & 0xFF) == (code & 0xFF) ? extended : code,
            raw.sqlite3_errmsg(_handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
        _handle.Dispose();
    }
}

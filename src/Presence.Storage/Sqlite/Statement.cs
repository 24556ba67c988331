using System.Text;
using SQLitePCL;

namespace Presence.Storage.Sqlite;

/// <summary>
/// A prepared statement: parameters are added in order, columns read by index. Must be left reset, since an open cursor would hold a snapshot
/// and keep the WAL from starting again.
/// </summary>
internal sealed class Statement(Connection connection, sqlite3_stmt handle) : IDisposable
{
    private int _next;

    /// <summary>Begins a new set of parameters.</summary>
    public Statement Start()
    {
        _next = 0;
        return this;
    }

    public Statement Add(long value)
    {
        connection.Check(raw.sqlite3_bind_int64(handle, ++_next, value));
        return this;
    }

    public Statement Add(bool value) => Add(value ? 1L : 0L);

    public Statement Add(long? value) => value is { } number ? Add(number) : AddNull();

    public Statement Add(string? value)
    {
        if (value is null)
        {
            return AddNull();
        }

        // SQLite copies what it is given; encoding on the stack spares an array per text.
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> utf8 = most <= 1024 ? stackalloc byte[most] : new byte[most];
        var length = Encoding.UTF8.GetBytes(value, utf8);
        connection.Check(length == 0
            ? raw.sqlite3_bind_text(handle, ++_next, "")
            : raw.sqlite3_bind_text(handle, ++_next, utf8[..length]));
        return this;
    }

    public Statement Add(byte[]? value)
    {
        if (value is null)
        {
            return AddNull();
        }

        connection.Check(value.Length == 0
            ? raw.sqlite3_bind_zeroblob(handle, ++_next, 0)
            : raw.sqlite3_bind_blob(handle, ++_next, value));
        return this;
    }

    public Statement Add(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        connection.Check(raw.sqlite3_bind_blob(handle, ++_next, bytes));
        return this;
    }

    private Statement AddNull()
    {
        connection.Check(raw.sqlite3_bind_null(handle, ++_next));
        return this;
    }

    /// <summary>Runs to the end and resets; returns the number of rows changed by an INSERT, UPDATE or DELETE.</summary>
    public int Run()
    {
        int code;
        do
        {
            code = raw.sqlite3_step(handle);
        }
        while (code == raw.SQLITE_ROW);

        if (code != raw.SQLITE_DONE)
        {
            var failure = connection.Failure(code);
            raw.sqlite3_reset(handle);
            throw failure;
        }

        var changes = connection.Changes;
        raw.sqlite3_reset(handle);
        return changes;
    }

    /// <summary>All rows.</summary>
    public List<T> All<T>(Func<Statement, T> map)
    {
        var rows = new List<T>();
        try
        {
            while (Step())
            {
                rows.Add(map(this));
            }
        }
        finally
        {
            raw.sqlite3_reset(handle);
        }

        return rows;
    }

    /// <summary>Every row, one at a time: for more than should be in memory at once. What is thrown in between ends it.</summary>
    public void Each(Action<Statement> take)
    {
        try
        {
            while (Step())
            {
                take(this);
            }
        }
        finally
        {
            raw.sqlite3_reset(handle);
        }
    }

    /// <summary>The first row, or the default value.</summary>
    public T? First<T>(Func<Statement, T> map)
    {
        try
        {
            return Step() ? map(this) : default;
        }
        finally
        {
            raw.sqlite3_reset(handle);
        }
    }

    private bool Step() => raw.sqlite3_step(handle) switch
    {
        raw.SQLITE_ROW => true,
        raw.SQLITE_DONE => false,
        var code => throw connection.Failure(code),
    };

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int32(int column) => raw.sqlite3_column_int(handle, column);

    public bool Flag(int column) => raw.sqlite3_column_int(handle, column) != 0;

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public byte[]? BlobOrNull(int column) => IsNull(column) ? null : Blob(column);

    /// <summary>The bytes of a text or blob, valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public Guid Guid(int column) => new(raw.sqlite3_column_blob(handle, column), bigEndian: true);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public void Dispose() => handle.Dispose();
}

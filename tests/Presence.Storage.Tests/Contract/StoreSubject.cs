using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;
using Presence.Tests.Shared;

namespace Presence.Storage.Tests.Contract;

/// <summary>A kind of store under the contract tests: made empty, can be closed and opened again on the same data.</summary>
public abstract class StoreSubject : IDisposable
{
    public abstract IStore Store { get; }

    public abstract void Reopen();

    public abstract void Dispose();
}

public sealed class MemorySubject : StoreSubject
{
    private MemoryStore _store = new(shardCount: 16);

    public override IStore Store => _store;

    public override void Reopen() => _store = _store.Fork();

    public override void Dispose()
    {
    }
}

public sealed class SqliteSubject : StoreSubject
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Func<SqliteOptions, SqliteOptions> _configure;
    private SqliteStore? _store;

    public SqliteSubject() : this(o => o)
    {
    }

    internal SqliteSubject(Func<SqliteOptions, SqliteOptions> configure)
    {
        _configure = configure;
        _store = Open();
    }

    public override IStore Store => Sqlite;

    internal SqliteStore Sqlite => _store ?? throw new InvalidOperationException("closed");

    internal string Directory => _directory.Path;

    internal string FilePath => Path.Combine(Directory, SqliteStore.FileName);

    public SqliteStore Open() => new(_configure(new SqliteOptions { Directory = _directory.Path, ShardCount = 16 }));

    public void Close()
    {
        _store?.Dispose();
        _store = null;
    }

    public override void Reopen()
    {
        Close();
        _store = Open();
    }

    public override void Dispose()
    {
        Close();
        _directory.Dispose();
    }
}

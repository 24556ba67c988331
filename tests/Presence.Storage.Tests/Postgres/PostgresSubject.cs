using Presence.Storage.Contracts;
using Presence.Storage.Postgres;
using Presence.Storage.Tests.Contract;

namespace Presence.Storage.Tests.Postgres;

public sealed class PostgresSubject : StoreSubject
{
    private PostgresStore _store;

    public PostgresSubject() => _store = Database.Open();

    public PostgresDatabase Database { get; } = new();

    public override IStore Store => _store;

    public override void Reopen()
    {
        _store.Dispose();
        _store = Database.Open();
    }

    public override void Dispose()
    {
        _store.Dispose();
        Database.Dispose();
    }
}

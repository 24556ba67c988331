using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>A node whose rows are in a database of its own on the tests' PostgreSQL; otherwise as <see cref="PlayNode"/>.</summary>
public sealed class PostgresNode : PlayNode
{
    private readonly string _database = PostgresCluster.Shared.CreateDatabase();

    protected override NodeSettings Settings => base.Settings with
    {
        Options = new Dictionary<string, string>(base.Settings.Options)
        {
            ["Store:Kind"] = "postgres", ["Store:ConnectionString"] = PostgresCluster.Shared.ConnectionString(_database),
        },
    };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        PostgresCluster.Shared.DropDatabase(_database);
        GC.SuppressFinalize(this);
    }
}

using Presence.Storage.Postgres;

namespace Presence.Node.Configuration;

/// <summary>Reads where the data lives. A connection string may hold a password: what it tells of one is where it was said and what is wrong, never the string.</summary>
internal static class StoreSettings
{
    private const string Connection = "Store:ConnectionString";

    public static StoreSection Read(SettingReader reader)
    {
        var isDatabase = reader.OneOf("Store:Kind", "sqlite", "sqlite", "postgres") == "postgres";
        var connection = reader.Text(Connection, null, "for Kind postgres only: Host=…;Database=…;Username=…", static _ => true);
        var section = new StoreSection(isDatabase ? connection ?? "" : null, reader.Count("Store:ReadConnections", 4, 1, 64));
        if (isDatabase && connection is null)
        {
            reader.Fail(Connection, "is missing; Store:Kind postgres needs it, such as Host=db.example.org;Database=presence;Username=presence");
        }
        else if (!isDatabase && connection is not null)
        {
            reader.FailSecret(Connection, "is for Store:Kind postgres only, and the kind is sqlite");
        }
        else if (isDatabase && PostgresOptions.Problem(connection!) is { } problem)
        {
            reader.FailSecret(Connection, problem);
        }

        return section;
    }
}

using System.Globalization;
using Presence.Storage.Contracts;
using Presence.Storage.Postgres;

namespace Presence.Node.Checks;

/// <summary>Whether PostgreSQL can be used as it is configured, and keeps what it is given. Changes nothing there.</summary>
internal static class DatabaseCheck
{
    private const string Name = "database";

    public static IEnumerable<CheckResult> Run(string connectionString)
    {
        try
        {
            var found = PostgresInspection.Of(connectionString);
            var content = found.Exists ? string.Create(CultureInfo.InvariantCulture, $"{found.Accounts} accounts") : "empty; the tables will be made at the first start";
            return [CheckResult.Ok(Name, $"PostgreSQL {found.Server} at {found.Where}, {content}"), .. found.Warnings.Select(w => CheckResult.Warning(Name, w))];
        }
        catch (StoreException e)
        {
            return [CheckResult.Failed(Name, $"Store:ConnectionString: {e.Message}")];
        }
    }
}

using System.Globalization;
using System.Reflection;
using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>One numbered step of the schema.</summary>
internal sealed record Migration(int Version, string Name, string Sql);

/// <summary>
/// Brings a file to the schema this program knows, one transaction per step, forward only. It never touches a file of a newer version
/// or a file that is not ours.
/// </summary>
internal static class Migrations
{
    /// <summary>Written into the file's header ("XMPP" in ASCII), so that another program's database is not mistaken for ours.</summary>
    private const long ApplicationId = 0x584D5050;

    /// <summary>The steps in this assembly, in order.</summary>
    public static IReadOnlyList<Migration> Known { get; } = Load();

    /// <summary>Whether the file is ours and of a version that this program can bring up to date.</summary>
    /// <exception cref="StoreException">It is not; the message says what to do.</exception>
    public static void CheckKnown(Connection connection, string path)
    {
        if (connection.Number("PRAGMA application_id") != ApplicationId)
        {
            throw new StoreException($"{path} is no database of this program.");
        }

        if (connection.Number("SELECT coalesce(max(version), 0) FROM schema_version") is var version && version > Known[^1].Version)
        {
            throw new StoreException(string.Create(
                CultureInfo.InvariantCulture, $"{path} has schema version {version}, this program knows up to {Known[^1].Version}: use the newer program that wrote it."));
        }
    }

    /// <summary>Whether the file is ours and has exactly the schema this program knows: for who only reads.</summary>
    /// <exception cref="StoreException">It is not; the message says what to do.</exception>
    public static void Check(Connection connection, string path)
    {
        CheckKnown(connection, path);
        if (connection.Number("SELECT coalesce(max(version), 0) FROM schema_version") is var version && version < Known[^1].Version)
        {
            throw new StoreException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path} has schema version {version}, this program reads {Known[^1].Version}: start the node of this version once, it brings it up to date."));
        }
    }

    /// <exception cref="StoreException">The file is newer than this program, or another program's.</exception>
    public static void Run(Connection connection, IReadOnlyList<Migration> known, string path)
    {
        var id = connection.Number("PRAGMA application_id");
        var empty = connection.Number("SELECT count(*) FROM sqlite_master") == 0;
        if (!empty && id != ApplicationId)
        {
            throw new StoreException($"{path} is a database of another program: move it away, or choose another data directory.");
        }

        var version = empty ? 0 : connection.Number("SELECT coalesce(max(version), 0) FROM schema_version");
        var newest = known[^1].Version;
        if (version > newest)
        {
            throw new StoreException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path} has schema version {version}, this program knows up to {newest}: " +
                $"start the newer program that wrote it, or restore a backup from before."));
        }

        foreach (var migration in known.Where(m => m.Version > version))
        {
            Apply(connection, migration);
        }
    }

    private static void Apply(Connection connection, Migration migration)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            // In the same transaction as the first step: a crash leaves a file that is either empty or ours.
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id={ApplicationId}"));
            connection.Execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL)");
            connection.Execute(migration.Sql);
            connection.Prepare("INSERT INTO schema_version (version, name) VALUES (?, ?)").Start().Add(migration.Version).Add(migration.Name).Run();
            connection.Execute("COMMIT");
        }
        catch
        {
            if (connection.InTransaction)
            {
                connection.Execute("ROLLBACK");
            }

            throw;
        }
    }

    private static List<Migration> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        const string prefix = "migrations/";
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => new Migration(
                    int.Parse(name.AsSpan(prefix.Length, 4), CultureInfo.InvariantCulture), name[(prefix.Length + 5)..], Text(assembly, name))),
        ];
    }

    private static string Text(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

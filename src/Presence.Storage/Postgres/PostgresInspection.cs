using System.Globalization;
using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// Looks at a database for an operator's check, whether a node uses it or not. It never creates, migrates or repairs anything.
/// </summary>
/// <param name="Where">Host and database, for messages.</param>
/// <param name="Server">The server's version.</param>
/// <param name="Exists">Whether there is a store at all.</param>
/// <param name="Accounts">Number of accounts in it.</param>
/// <param name="Warnings">Settings of the server under which an acknowledged message can be lost, or the server be slow; each says what to do.</param>
public sealed record PostgresInspection(string Where, string Server, bool Exists, long Accounts, IReadOnlyList<string> Warnings)
{
    private const string Settings = "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_standby_names')";

    /// <exception cref="StoreException">It cannot be reached or used; the message says what to do.</exception>
    public static PostgresInspection Of(string connectionString)
    {
        var address = new DatabaseAddress(connectionString);
        try
        {
            using var source = NpgsqlDataSource.Create(address.Writing);
            using var connection = source.OpenConnection();
            Migrations.SchemaOf(connection, address.Where);
            var version = Migrations.VersionOf(connection);
            if (version is null || version > Migrations.Known[^1].Version)
            {
                throw new StoreException(version is null
                    ? $"The database at {address.Where} holds tables of another program: use a database, or a schema (Search Path), of its own."
                    : string.Create(CultureInfo.InvariantCulture, $"The database at {address.Where} has schema version {version}, this program knows up to {Migrations.Known[^1].Version}."));
            }

            var (fsync, pages, standbys) = Query.First(connection, Settings, static r => (r.GetString(0), r.GetString(1), r.GetString(2)));
            return new PostgresInspection(
                address.Where, connection.PostgreSqlVersion.ToString(), version > 0,
                version > 0 ? Query.First(connection, "SELECT count(*) FROM account", Rows.ToNumber) : 0,
                [
                    .. fsync == "off" ? ["fsync is off: a power cut loses what was acknowledged, or the whole database"] : Array.Empty<string>(),
                    .. pages == "off" ? ["full_page_writes is off: a power cut can damage the database"] : Array.Empty<string>(),
                    .. standbys.Length == 0 ? ["no synchronous standby is named (synchronous_standby_names): what was acknowledged is lost with the disk of this server"] : Array.Empty<string>(),
                ]);
        }
        catch (Exception e) when (PostgresFailure.IsFailure(e) && e is not StoreException)
        {
            throw new StoreException(PostgresFailure.Advice(e, address.Where), e);
        }
    }
}

using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// Keeps a second node from starting on the same database by mistake, which would fence the first one. A courtesy for operators only: that nobody writes who has been replaced is the
/// guard's work, also when this lock was lost with its connection.
/// </summary>
internal sealed class NodeLock : IDisposable
{
    private const int Class = 1481461841;

    private readonly NpgsqlConnection _connection;

    private NodeLock(NpgsqlConnection connection) => _connection = connection;

    /// <exception cref="StoreException">Another process holds it and went on doing so for some seconds: the server may not have noticed yet that it is gone.</exception>
    public static NodeLock Take(NpgsqlDataSource source, string node, string where)
    {
        var connection = source.OpenConnection();
        try
        {
            Query.Run(connection, "SELECT set_config('application_name', $1, false), set_config('lock_timeout', '5s', false), set_config('statement_timeout', '0', false)", $"presence/{node}/lock");
            Query.Run(connection, "SET idle_session_timeout = 0");
            Query.Run(connection, $"SELECT pg_advisory_lock({Class}, hashtext(current_schema()))");
            return new NodeLock(connection);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            var holder = Query.First(
                connection,
                $"""
                SELECT coalesce(host(a.client_addr), 'this machine') || ', process ' || a.pid || ', since ' || date_trunc('second', a.backend_start)
                FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {Class} AND l.objid = (hashtext(current_schema())::bigint & 4294967295)::oid
                    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """,
                Rows.ToText);
            connection.Dispose();
            throw new StoreException(
                $"Another node uses the database at {where} (connected from {holder ?? "an unknown place"}): stop it, or start this one on another database.", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose() => _connection.Dispose();
}

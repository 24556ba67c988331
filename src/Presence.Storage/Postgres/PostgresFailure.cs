using System.Net.Sockets;
using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>What an exception of Npgsql means for an attempt to commit, and what the operator should do about it.</summary>
internal static class PostgresFailure
{
    public static bool IsFailure(Exception e) => e is NpgsqlException or SocketException or IOException or TimeoutException or ObjectDisposedException
        or InvalidOperationException { InnerException: NpgsqlException or IOException };

    /// <summary>
    /// How an attempt ended whose statement was sent. Rejected only for what a statement says of its own rows; unknown for everything that may strike after the commit
    /// record was written, a broken connection, a server that shuts down and a cancellation above all.
    /// </summary>
    public static CommitStatus Status(Exception e) => e is not PostgresException { SqlState: var state } ? CommitStatus.Unknown : state switch
    {
        PostgresErrorCodes.InsufficientPrivilege => CommitStatus.Unavailable,
        PostgresErrorCodes.StatementCompletionUnknown => CommitStatus.Unknown,
        _ => state[..2] switch
        {
            // Data, constraint, syntax or access rule, an error raised by our own procedure, a feature that is not there.
            "22" or "23" or "42" or "P0" or "0A" or "2D" or "3F" => CommitStatus.Rejected,

            // A transaction that was rolled back for another's sake, a standby, no room, a lock.
            "40" or "25" or "53" or "55" => CommitStatus.Unavailable,
            _ => CommitStatus.Unknown,
        },
    };

    public static string Advice(Exception e, string where) => Hint(e, where) + $" ({(e is PostgresException p ? $"{p.SqlState}: {p.MessageText}" : Innermost(e).Message)})";

    private static string Hint(Exception e, string where) => e is not PostgresException { SqlState: var state }
        ? $"PostgreSQL at {where} cannot be reached: check that it runs and that host, port and network are right."
        : state switch
        {
            "28P01" or "28000" => $"PostgreSQL at {where} refuses the user: check user name and password, and pg_hba.conf.",
            PostgresErrorCodes.InvalidCatalogName => $"There is no such database at {where}: make it (CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8').",
            PostgresErrorCodes.InsufficientPrivilege => $"The user may not do that in the database at {where}: make it the owner of the database.",
            PostgresErrorCodes.TooManyConnections => $"PostgreSQL at {where} has no connection left: raise its max_connections.",
            PostgresErrorCodes.DiskFull => $"The disk of PostgreSQL at {where} is full: free space there.",
            PostgresErrorCodes.ReadOnlySqlTransaction => $"PostgreSQL at {where} is read-only, perhaps a standby: let the connection string lead to the primary.",
            _ => state[..2] switch
            {
                "57" => $"PostgreSQL at {where} ended the connection or is starting or stopping.",
                "08" => $"The connection to PostgreSQL at {where} broke.",
                "22" or "23" or "42" or "P0" or "0A" or "2D" or "3F" => "This is a defect of the server: report it.",
                _ => $"PostgreSQL at {where} reports an error: its log says more.",
            },
        };

    private static Exception Innermost(Exception e) => e.InnerException is null ? e : Innermost(e.InnerException);
}

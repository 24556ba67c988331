using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// The connection string in the forms that the store needs. What concerns safety is not left to the string: a command on a writing connection never has a time limit,
/// because Npgsql answers one by asking the server to cancel, and a commit that is cancelled while it waits for a standby is reported as done.
/// </summary>
internal sealed class DatabaseAddress
{
    private const int ConnectSeconds = 5;
    private const int ReadSeconds = 30;

    private readonly string _given;

    /// <exception cref="StoreException">The string cannot be understood.</exception>
    public DatabaseAddress(string connectionString)
    {
        _given = connectionString;
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrEmpty(parsed.Host))
            {
                throw new StoreException("The connection string names no Host; it looks like: Host=db.example.org;Database=presence;Username=presence;Password=…");
            }

            if (parsed.Host.Contains(','))
            {
                throw new StoreException("The connection string names several hosts: name one that always leads to the primary.");
            }

            Where = $"{parsed.Host}{(parsed.Host.StartsWith('/') ? "" : $":{parsed.Port}")}, database {parsed.Database ?? parsed.Username}";
        }
        catch (ArgumentException e)
        {
            throw new StoreException($"The connection string is wrong: {e.Message}", e);
        }
    }

    /// <summary>For messages: host and database, never the password.</summary>
    public string Where { get; }

    /// <summary>Connections of their own, opened and closed by whoever uses them.</summary>
    public string Writing
    {
        get
        {
            var settings = Settings();
            (settings.Pooling, settings.CommandTimeout, settings.MaxAutoPrepare) = (false, 0, 0);
            return settings.ConnectionString;
        }
    }

    /// <summary>Pooled connections for reads, which may be cancelled.</summary>
    public string Reading(int size)
    {
        var settings = Settings();
        (settings.Pooling, settings.MinPoolSize, settings.MaxPoolSize, settings.CommandTimeout) = (true, 0, size, ReadSeconds);
        (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (100, 2);
        return settings.ConnectionString;
    }

    private NpgsqlConnectionStringBuilder Settings()
    {
        var settings = new NpgsqlConnectionStringBuilder(_given) { Timeout = ConnectSeconds, Enlist = false };
        if (!settings.Host!.StartsWith('/'))
        {
            // A server that is gone without a word, or a cable: found out within seconds when nothing is under way. Unix sockets have no such option.
            (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval) = (true, 5, 1);
        }

        return settings;
    }
}

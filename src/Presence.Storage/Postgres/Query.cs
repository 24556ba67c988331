using Npgsql;

namespace Presence.Storage.Postgres;

/// <summary>One statement with positional parameters on a connection of the caller's. It never decides about transactions.</summary>
internal static class Query
{
    public static List<T> All<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> map, params IEnumerable<object> arguments)
    {
        using var command = Command(connection, sql, arguments);
        using var reader = command.ExecuteReader();
        return Rest(reader, map);
    }

    /// <summary>The first row, or the default value.</summary>
    public static T? First<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> map, params IEnumerable<object> arguments)
    {
        using var command = Command(connection, sql, arguments);
        using var reader = command.ExecuteReader();
        return reader.Read() ? map(reader) : default;
    }

    public static void Run(NpgsqlConnection connection, string sql, params IEnumerable<object> arguments)
    {
        using var command = Command(connection, sql, arguments);
        command.ExecuteNonQuery();
    }

    /// <summary>What is left of the current result.</summary>
    public static List<T> Rest<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> map)
    {
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, IEnumerable<object> arguments)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var argument in arguments)
        {
            command.Parameters.Add(new() { Value = argument });
        }

        return command;
    }
}

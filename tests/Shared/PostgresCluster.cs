using System.Diagnostics;
using Npgsql;

namespace Presence.Tests.Shared;

/// <summary>
/// A PostgreSQL server of the tests' own: made in a temporary directory, reached by a Unix socket in it, gone with this process however that ends. As root it runs as the user postgres, for
/// PostgreSQL refuses root.
/// </summary>
public sealed class PostgresCluster : IDisposable
{
    /// <summary>The shell that starts the server holds its standard input open; when it is closed, also by the death of this process, it takes the server and its files away.</summary>
    private const string Script = """
        set -e
        bin=$0; dir=$1; fsync=$2
        chmod 700 "$dir"
        "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1
        start() {
          "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync="$fsync" -c max_connections=200 -c shared_buffers=64MB -c deadlock_timeout=200ms \
              -c log_min_messages=warning >>"$dir/log" 2>&1 </dev/null &
          server=$!
          until "$bin/pg_isready" -q -h "$dir"; do kill -0 $server || { cat "$dir/log"; exit 1; }; sleep 0.05; done
          echo ready $server
        }
        stop() { kill -QUIT $server 2>/dev/null || true; wait $server 2>/dev/null || true; }
        start
        while read -r wanted; do stop; start; done
        stop
        rm -rf "$dir"
        """;

    private static readonly Lazy<PostgresCluster> s_shared = new(() => new PostgresCluster());

    private readonly Process _shell;
    private readonly string _directory;
    private int _databases;

    /// <param name="fsync">Off is quicker, and enough where no machine fails.</param>
    public PostgresCluster(bool fsync = false)
    {
        _directory = Directory.CreateTempSubdirectory("presence-postgres-").FullName;
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Environment.UserName == "root")
        {
            Run("chown", "postgres:", _directory);
            start.FileName = "setpriv";
            foreach (var argument in new[] { "--reuid=postgres", "--regid=postgres", "--init-groups", "/bin/sh" })
            {
                start.ArgumentList.Add(argument);
            }
        }
        else
        {
            start.FileName = "/bin/sh";
        }

        foreach (var argument in new[] { "-c", Script, Binaries(), _directory, fsync ? "on" : "off" })
        {
            start.ArgumentList.Add(argument);
        }

        _shell = Process.Start(start)!;
        AwaitReady();
    }

    /// <summary>One for all tests of this process that need nothing special; it runs without fsync.</summary>
    public static PostgresCluster Shared => s_shared.Value;

    /// <summary>Where the socket is: what Npgsql takes as Host.</summary>
    public string Host => _directory;

    /// <summary>How to reach a database of this server as its superuser.</summary>
    public string ConnectionString(string database) => $"Host={_directory};Username=postgres;Database={database}";

    /// <summary>Makes a database with a name that no other of this server has, and returns the name.</summary>
    /// <param name="template">Of which database it is a copy; nobody may be connected to that.</param>
    public string CreateDatabase(string template = "template0")
    {
        var name = $"t{Interlocked.Increment(ref _databases)}";
        Administer($"CREATE DATABASE {name} TEMPLATE {template}");
        return name;
    }

    /// <summary>Ends whatever is connected to it; may be told twice.</summary>
    public void DropDatabase(string name) => Administer($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    /// <summary>Ends the server as a crash does, without a checkpoint, and starts it again; returns when it has recovered.</summary>
    public void Crash()
    {
        _shell.StandardInput.WriteLine("crash");
        AwaitReady();
    }

    private void AwaitReady()
    {
        var said = _shell.StandardOutput.ReadLine();
        if (said?.StartsWith("ready ", StringComparison.Ordinal) != true)
        {
            throw new InvalidOperationException($"PostgreSQL did not start: {said}\n{_shell.StandardOutput.ReadToEnd()}");
        }
    }

    private void Administer(string sql)
    {
        using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }

    /// <summary>Debian keeps every version in a folder of its own; the newest is taken.</summary>
    private static string Binaries() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb")))
            .OrderBy(d => int.Parse(Path.GetFileName(Path.GetDirectoryName(d)!), System.Globalization.CultureInfo.InvariantCulture)).Last()
        : throw new InvalidOperationException("PostgreSQL is not installed: run tests/setup.sh");

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
        }
    }
}

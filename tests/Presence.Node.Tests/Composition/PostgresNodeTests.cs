using System.Collections;
using Presence.Cli;
using Presence.Node.Checks;
using Presence.Node.Composition;
using Presence.Node.Tests.Cli;
using Presence.Tests.Shared;

namespace Presence.Node.Tests.Composition;

/// <summary>A node whose rows are in PostgreSQL: what it says of itself, what it refuses, and what presencectl can do when it is stopped.</summary>
public sealed class PostgresNodeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-pg-");
    private readonly string _database = PostgresCluster.Shared.CreateDatabase();

    private string Connection => PostgresCluster.Shared.ConnectionString(_database);

    private string[] Store => ["--Store:Kind=postgres", $"--Store:ConnectionString={Connection}"];

    public void Dispose()
    {
        PostgresCluster.Shared.DropDatabase(_database);
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task ItKeepsItsAccountsThereAndFindsItselfWell()
    {
        await using (var node = await StartAsync())
        {
            await NodeInProcess.AddAsync(node, "alice@localhost", "secret");
        }

        await using var again = await StartAsync();
        Assert.Equal(["alice@localhost"], again.Admin.Store.ListAccounts(null, 10));
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "data", "presence.db")));
        var checks = await again.Admin.Check(CancellationToken.None);
        Assert.DoesNotContain(checks, c => c.Status == CheckStatus.Failed);
        Assert.Contains(checks, c => c.Name == "store" && c.Message.StartsWith("commits go through, to PostgreSQL at ", StringComparison.Ordinal));
        Assert.Contains(checks, c => c.Name == "database" && c.Message.EndsWith(", 1 accounts", StringComparison.Ordinal));

        // The tests' server runs without fsync.
        Assert.Contains(checks, c => c.Status == CheckStatus.Warning && c.Message.StartsWith("fsync is off", StringComparison.Ordinal));
        Assert.Equal(501, again.Admin.Backup(Path.Combine(_folder.FullName, "copy")).Status);
    }

    [Fact]
    public async Task WhatCannotBeUsedIsToldByItsKey()
    {
        var missing = await Assert.ThrowsAsync<StartException>(() => StartAsync($"--Store:ConnectionString={PostgresCluster.Shared.ConnectionString("nowhere")}"));
        Assert.StartsWith("Store:ConnectionString: There is no such database at ", missing.Message, StringComparison.Ordinal);

        await using var node = await StartAsync();
        var other = Directory.CreateDirectory(Path.Combine(_folder.FullName, "other"));
        var taken = await Assert.ThrowsAsync<StartException>(() => NodeInProcess.StartAsync(other, [.. Ports, .. Store]));
        Assert.StartsWith("Store:ConnectionString: Another node uses the database at ", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PresencectlJudgesAndReadsItWhileNoNodeRuns()
    {
        var (code, output) = await RunAsync("check");
        Assert.Equal((ExitCode.Done, true), (code, output.Contains("empty; the tables will be made at the first start", StringComparison.Ordinal)));
        await using (var node = await StartAsync())
        {
            await NodeInProcess.AddAsync(node, "alice@localhost", "secret");
        }

        Assert.Contains(", 1 accounts", (await RunAsync("check")).Output, StringComparison.Ordinal);
        var file = Path.Combine(_folder.FullName, "out.xml");
        Assert.Equal(ExitCode.Done, (await RunAsync("user", "export", "--all", "--out", file)).Code);
        Assert.Contains("alice", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        foreach (var command in (string[])["backup", "restore"])
        {
            (code, output) = await RunAsync(command, Path.Combine(_folder.FullName, "copy"));
            Assert.NotEqual(ExitCode.Done, code);
            Assert.Contains("pg_dump", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task PresencectlSaysWhatIsWrongWithADatabase()
    {
        PostgresCluster.Shared.DropDatabase(_database);
        var (code, output) = await RunAsync("check");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("Store:ConnectionString: There is no such database", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDataOfASqliteNodeMovesThere()
    {
        await using (var before = await NodeInProcess.StartAsync(_folder, Ports))
        {
            await NodeInProcess.AddAsync(before, "alice@localhost", "secret");
            var (early, refused) = await RunAsync("migrate", "sqlite-to-postgres");
            Assert.Equal(ExitCode.Failed, early);
            Assert.Contains("nothing was moved: The data in ", refused, StringComparison.Ordinal);
        }

        var (code, output) = await RunAsync("migrate", "sqlite-to-postgres");
        Assert.Equal((ExitCode.Done, true), (code, output.Contains("holds everything now: 1 accounts, 0 messages", StringComparison.Ordinal)));
        await using (var node = await StartAsync())
        {
            Assert.Equal(["alice@localhost"], node.Admin.Store.ListAccounts(null, 10));
            Assert.Contains("Another node uses the database", (await RunAsync("migrate", "sqlite-to-postgres")).Output, StringComparison.Ordinal);
        }

        Assert.Contains("is in use already (table account is not empty)", (await RunAsync("migrate", "sqlite-to-postgres")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMigrationNeedsAConfigurationThatNamesTheDatabase()
    {
        using var output = new StringWriter();
        var terminal = new Terminal(TextReader.Null, output, output, MayAsk: false, Colours: false, new Hashtable(), _folder.FullName, TimeProvider.System);

        Assert.Equal(ExitCode.Usage, await ControlProgram.RunAsync(["migrate", "sqlite-to-postgres"], terminal));
        Assert.Contains("--Store:Kind=postgres", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("There is no presence.db in ", (await RunAsync("migrate", "sqlite-to-postgres")).Output, StringComparison.Ordinal);
    }

    private static string[] Ports => ["--Xmpp:ClientPort=0", "--Xmpp:DirectTlsPort=0"];

    private Task<NodeHost> StartAsync(params string[] more) => NodeInProcess.StartAsync(_folder, [.. Ports, .. Store, .. more]);

    private async Task<(int Code, string Output)> RunAsync(params string[] command)
    {
        using var output = new StringWriter();
        var terminal = new Terminal(TextReader.Null, output, output, MayAsk: false, Colours: false, new Hashtable(), _folder.FullName, TimeProvider.System);
        string[] arguments = [.. command, "--admin", "none.sock", "--", $"--Data:Directory={Path.Combine(_folder.FullName, "data")}", .. Ports, "--Http:Port=0", "--Web:TlsPort=off", .. Store];
        return (await ControlProgram.RunAsync(arguments, terminal), output.ToString());
    }
}

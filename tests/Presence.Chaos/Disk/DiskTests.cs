using System.Globalization;
using Presence.Chaos.Workload;
using Presence.Tests.Shared;

namespace Presence.Chaos.Disk;

/// <summary>
/// A disk that is full, files that are read-only, writes that fail: no acknowledgement for what could not be written, a clear
/// error in the log, and everything goes on when the disk is cured. Killed before the cure, the node still has all it acknowledged.
/// </summary>
public sealed class DiskTests(ITestOutputHelper output)
{
    private static readonly string[] Errors = ["disk is full", "No space", "read-only", "readonly", "I/O error", "not permitted", "too large"];

    /// <summary>A real full disk: a small file system of the node's own, filled to the last block.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_acknowledged_while_the_disk_is_full(bool killed)
    {
        using var disk = await PrivateDisk.MountAsync("24m");
        var settings = ChaosRun.Settings with { Wrapper = disk.Enter, DataDirectory = disk.Path, FileView = disk.View };
        await using var node = await NodeProcess.StartAsync(settings);

        await SufferAsync(node, killed, () => Now(disk.Fill), () => Now(disk.Free));
    }

    /// <summary>Files that have become read-only under the running node: immutable, so that it holds for root and open files too.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_acknowledged_while_the_files_are_read_only(bool killed)
    {
        await using var node = await NodeProcess.StartAsync(ChaosRun.Settings);
        string[] files = [.. Directory.GetFiles(node.DataDirectory).Where(f => Path.GetFileName(f).Contains(".db", StringComparison.Ordinal))];
        Assert.NotEmpty(files);
        var (refused, why) = await Shell.RunAsync("chattr", ["+i", .. files]);
        await Shell.RunAsync("chattr", ["-i", .. files]);
        Assert.SkipUnless(refused == 0, $"this machine does not let files be made immutable: {why}");
        try
        {
            await SufferAsync(
                node, killed, async () => await Shell.RunAsync("chattr", ["+i", .. files]), async () => await Shell.RunAsync("chattr", ["-i", .. files]));
        }
        finally
        {
            await Shell.RunAsync("chattr", ["-i", .. files]);
        }
    }

    /// <summary>Every write to a file fails: a limit of nothing on the size of files, which works wherever the tests run.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_acknowledged_while_writes_fail(bool killed)
    {
        // Without the trap the kernel would end the process instead of failing the write.
        var settings = ChaosRun.Settings with { Wrapper = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "node"] };
        await using var node = await NodeProcess.StartAsync(settings);
        var process = node.ProcessId.ToString(CultureInfo.InvariantCulture);

        await SufferAsync(
            node,
            killed,
            async () => Assert.Equal(0, (await Shell.RunAsync("prlimit", "--pid", process, "--fsize=0:unlimited")).Code),
            async () => await Shell.RunAsync("prlimit", "--pid", process, "--fsize=unlimited:unlimited"));
    }

    private async Task SufferAsync(NodeProcess node, bool killed, Func<Task> breakDisk, Func<Task> cureDisk)
    {
        var verdict = await new DiskOrdeal(node, breakDisk, cureDisk, Errors).RunAsync(killed);

        output.WriteLine(verdict.ToString());
        Assert.True(verdict.IsGood, $"{verdict}\n-- node\n{node.Output}");
    }

    private static Task Now(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}

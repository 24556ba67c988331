using System.Diagnostics;
using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;
using Presence.Storage.Tests.Contract;

namespace Presence.Storage.Tests.Sqlite;

/// <summary>A disk that is really full, where the test may mount one; the other fault tests do without.</summary>
public sealed class SqliteDiskFullTests : IDisposable
{
    private readonly TemporaryDirectory _mount = new();
    private readonly bool _mounted;

    public SqliteDiskFullTests() => _mounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", _mount.Path);

    public void Dispose()
    {
        if (_mounted)
        {
            Run("umount", _mount.Path);
        }

        _mount.Dispose();
    }

    [Fact]
    public void Nothing_acknowledged_is_lost_and_the_resend_is_written_once_there_is_space()
    {
        Assert.SkipUnless(_mounted, "mounting a small disk needs root");
        var ballast = Path.Combine(_mount.Path, "ballast");
        File.WriteAllBytes(ballast, new byte[2 << 20]);
        var options = new SqliteOptions { Directory = Path.Combine(_mount.Path, "data"), ShardCount = 16, WalLimit = 1 << 20 };
        var answered = 0;
        using (var store = new SqliteStore(options))
        {
            var writer = new Writer(store);
            GuardedBatch batch;
            CommitAnswer answer;
            while (true)
            {
                var messages = Enumerable.Range(answered * 10, 10).Select(i => new MessageStored(Sample.Message(5, i) with { Body = new byte[2000] }));
                batch = writer.Batch(writer.Part(5, [.. messages]));
                answer = store.Commit(batch);
                if (answer.Status != CommitStatus.Answered)
                {
                    break;
                }

                writer.Advance(5);
                Assert.InRange(++answered, 1, 1000);
            }

            Assert.Equal(CommitStatus.Unavailable, answer.Status);
            Assert.Contains("disk is full", answer.Reason, StringComparison.Ordinal);
            Assert.Equal(CommitStatus.Unavailable, store.Commit(batch).Status);
            Assert.Equal(answered * 10, Count(store));

            File.Delete(ballast);
            Assert.Equal([ShardOutcome.Committed], store.Commit(batch).Outcomes);
        }

        using var again = new SqliteStore(options);
        Assert.Equal((answered + 1) * 10, Count(again));
    }

    private static int Count(SqliteStore store) =>
        store.ReadArchive(new ArchiveQuery(5, null, null, null, null, null, null, false, 0, long.MaxValue)).Count;

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

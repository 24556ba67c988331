using BenchmarkDotNet.Attributes;
using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;

namespace Presence.Benchmarks.Micro;

/// <summary>
/// One guarded batch of messages for as many users on SQLite with <c>synchronous=FULL</c>, from call to flushed commit; the time is that of the whole batch.
/// </summary>
[MemoryDiagnoser]
public class GuardedCommit : IDisposable
{
    private readonly Incarnation _me = new(Guid.NewGuid());
    private readonly byte[] _body = new byte[400];
    private string _directory = "";
    private ShardGrant[] _grants = [];
    private SqliteStore? _store;
    private long _lastId;

    [Params(1, 10, 50, 200)]
    public int Items { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _directory = Directory.CreateTempSubdirectory("presence-bench").FullName;
        _store = new SqliteStore(new SqliteOptions { Directory = _directory });
        _grants = [.. _store.TakeAll(_me)];
        _lastId = 1L << 40;
    }

    [GlobalCleanup]
    public void Close() => Dispose();

    public void Dispose()
    {
        _store?.Dispose();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public CommitStatus Commit()
    {
        var writes = new ShardWrite[Items];
        for (var i = 0; i < Items; i++)
        {
            var grant = _grants[i];
            var message = new MessageRow(i + 1, ++_lastId, "romeo@example.org", "orchard", MessageFlags.Visible, 0, null, null, _body);
            writes[i] = new ShardWrite(grant.Shard, grant.Epoch, grant.Committed, [new MessageStored(message)]);
            _grants[i] = grant with { Committed = grant.Committed + 1 };
        }

        var answer = _store!.Commit(new GuardedBatch(Guid.NewGuid(), _me, writes));
        return answer.Status == CommitStatus.Answered && answer.Outcomes.All(o => o == ShardOutcome.Committed)
            ? answer.Status
            : throw new InvalidOperationException(answer.Reason);
    }
}

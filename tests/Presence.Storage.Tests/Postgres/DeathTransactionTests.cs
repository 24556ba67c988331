using Npgsql;
using Presence.Storage.Contracts;
using Presence.Storage.Postgres;
using Presence.Storage.Tests.Contract;

namespace Presence.Storage.Tests.Postgres;

/// <summary>
/// Writes over many shards while somebody else gives shards away, in the order in which everybody locks (cluster, node, shards by id): each waits for the other, and the server never has to
/// break a deadlock.
/// </summary>
public sealed class DeathTransactionTests : IDisposable
{
    private const int Rounds = 150;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PostgresDatabase _database = new();
    private readonly PostgresStore _store;

    public DeathTransactionTests() => _store = _database.Open();

    public void Dispose()
    {
        _store.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task A_write_over_many_shards_and_a_death_do_not_deadlock()
    {
        // Shard 15 is the dead node's; the lanes write the others, every second shard each.
        var writer = new Writer(_store);
        var lanes = Enumerable.Range(0, 2).Select(lane => Task.Run(() => Lane(writer, lane))).ToList();
        var deaths = Task.Run(Deaths);

        await Task.WhenAll([.. lanes, deaths]).WaitAsync(Patience);

        var committed = lanes.ConvertAll(l => l.Result);
        Assert.All(committed, n => Assert.Equal(Rounds, n));
        Assert.Equal(Rounds + 1, _database.Scalar<long>("SELECT epoch FROM shard WHERE id = 15"));
        Assert.Equal(2 * Rounds, _database.Scalar<long>("SELECT (SELECT committed FROM shard WHERE id = 0) + (SELECT committed FROM shard WHERE id = 1)"));
    }

    [Fact]
    public async Task A_death_in_the_middle_refuses_exactly_the_shards_it_took()
    {
        var writer = new Writer(_store);
        using var connection = _database.Connect();
        var death = Task.Run(() => Death(connection, "id >= 8", "gen_random_uuid()"));
        var taken = 0;
        for (var round = 0; round < Rounds && taken < 8; round++)
        {
            var answer = _store.Commit(writer.Batch([.. Enumerable.Range(0, 16).Select(s => writer.Part(s, new OutboxAppended(Sample.Outbox(s, 99, round, 0))))]));
            Assert.Equal(CommitStatus.Answered, answer.Status);
            taken = answer.Outcomes.Count(o => o == ShardOutcome.Fenced);
            Assert.All(answer.Outcomes.Take(8), o => Assert.Equal(ShardOutcome.Committed, o));
            Assert.Contains(taken, new[] { 0, 8 });
            for (var shard = 0; shard < (taken == 0 ? 16 : 8); shard++)
            {
                writer.Advance(shard);
            }

            if (round == Rounds - 2)
            {
                await death.WaitAsync(Patience);
            }
        }

        await death.WaitAsync(Patience);
        Assert.Equal(8, taken);
        Assert.All(
            Enumerable.Range(0, 16),
            s => Assert.Equal(_database.Scalar<long>($"SELECT committed FROM shard WHERE id = {s}"), _database.Scalar<long>($"SELECT count(*) FROM outbox WHERE from_shard = {s}")));
    }

    private int Lane(Writer writer, int lane)
    {
        var committed = 0;
        var shards = Enumerable.Range(0, 15).Where(s => s % 2 == lane).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            var batch = new GuardedBatch(
                new Guid(round, (short)lane, 3, new byte[8]), writer.Owner,
                [.. shards.Select(s => new ShardWrite(s, writer.Grant(s).Epoch, round, [new OutboxAccepted(s, 99, round)]))]);
            var answer = _store.Commit(batch);
            Assert.Equal((CommitStatus.Answered, null), (answer.Status, answer.Reason));
            committed += answer.Outcomes.All(o => o == ShardOutcome.Committed) ? 1 : 0;
        }

        return committed;
    }

    private void Deaths()
    {
        using var connection = _database.Connect();
        for (var round = 0; round < Rounds; round++)
        {
            // The rows of the living are locked and rewritten too, as a re-assignment of standbys does it.
            Death(connection, "id = 15", "owner");
        }
    }

    private static void Death(NpgsqlConnection connection, string dead, string owner)
    {
        using var transaction = connection.BeginTransaction();
        foreach (var sql in new[]
        {
            "SELECT 1 FROM cluster FOR NO KEY UPDATE", "SELECT 1 FROM shard ORDER BY id FOR NO KEY UPDATE", "UPDATE shard SET backup = gen_random_uuid()",
            $"UPDATE shard SET epoch = epoch + 1, owner = {owner} WHERE {dead}", "UPDATE cluster SET view = view + 1",
        })
        {
            using var command = new NpgsqlCommand(sql, connection);
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }
}

using Presence.Storage.Contracts;
using Presence.Storage.Tests.Contract;
using Presence.Tests.Shared;

namespace Presence.Storage.Tests.Postgres;

/// <summary>What docs/operations/postgres.md tells operators to run after a restore leaves nothing that a client could resume (ADR 0016).</summary>
public sealed class RestoredPastTests
{
    [Fact]
    public void The_statements_in_the_manual_end_all_sessions_and_make_every_roster_new()
    {
        const long user = 21;
        using var subject = new PostgresSubject();
        var writer = new Writer(subject.Store);
        writer.Write(
            5, [new AccountCreated(Sample.Account(user)), new SessionStored(Sample.Session(user, 9)), new SessionEnded(user, 9, 3, new TombstoneRow(user, "t", 1, 1)), .. ProjectionContract.Full]);
        var before = subject.Store.LoadUser(user, 9)!;
        Assert.Equal((1, 2), (before.Tombstones.Count, before.Sessions.Count));

        var manual = File.ReadAllText(Path.Combine(RepositoryLayout.Root, "docs", "operations", "postgres.md"));
        subject.Database.Execute(manual.Split("```sql\n")[^1].Split("```")[0]);

        var after = subject.Store.LoadUser(user, 9)!;
        Assert.Empty(after.Tombstones);
        Assert.All(after.Docs, d => Assert.Null(d.SmId));
        Assert.All(after.Sessions, s => Assert.Equal((SessionPhase.Disconnected, 1, 1), (s.Phase, s.DetachedAt, s.ExpiresAt)));
        Assert.True(after.Account.RosterVersion > before.Account.RosterVersion + 1_000_000_000);
        Assert.Equal(before.Tail.Select(m => m.Id), after.Tail.Select(m => m.Id));
    }
}

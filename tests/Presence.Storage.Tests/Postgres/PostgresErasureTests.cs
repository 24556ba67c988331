using Presence.Storage.Contracts;
using Presence.Storage.Tests.Contract;

namespace Presence.Storage.Tests.Postgres;

/// <summary>Whatever table a user's rows are in, none is left once the removed account is erased. The tables are read from the schema, so that a new one cannot be forgotten.</summary>
public sealed class PostgresErasureTests
{
    [Fact]
    public void Nothing_of_a_removed_user_is_left_in_any_table()
    {
        const long user = 21;
        using var subject = new PostgresSubject();
        var writer = new Writer(subject.Store);
        writer.Write(
            5, [new AccountCreated(Sample.Account(user)), new SessionStored(Sample.Session(user, 9)), new SessionEnded(user, 9, 3, new TombstoneRow(user, "t", 1, 1)), .. ProjectionContract.Full]);
        var tables = subject.Database.Scalar<string[]>(
            "SELECT array_agg(c.relname::text) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id' WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition");
        long Rows(string table) => subject.Database.Scalar<long>($"SELECT count(*) FROM {table} WHERE user_id = {user}");
        Assert.Equal(["erasing"], tables.Where(t => Rows(t) == 0));

        writer.Write(5, new AccountRemoved(user));
        Assert.True(subject.Store.IsErasing(user));
        while (subject.Store.Erase(1))
        {
            Assert.True(subject.Store.IsErasing(user) || Rows("message") == 0);
        }

        Assert.DoesNotContain(tables, t => Rows(t) > 0);
    }
}

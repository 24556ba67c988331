using System.Text;
using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;
using Presence.Storage.Tests.Contract;

namespace Presence.Storage.Tests.Sqlite;

/// <summary>A removed account is gone at once, what it stored goes in bounded steps, and in the end no byte of it is left in the files.</summary>
public sealed class ErasureTests : IDisposable
{
    private const long User = 21;
    private const long Other = 37;
    private const int Shard = 5;
    private const string Secret = "nobody-must-find-this";

    private readonly SqliteSubject _subject = new();

    public void Dispose() => _subject.Dispose();

    [Fact]
    public void Every_table_with_rows_of_users_is_emptied()
    {
        var connection = _subject.Sqlite.Connection;
        var tables = connection.Prepare(
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'user_id' WHERE m.type = 'table' ORDER BY m.name")
            .Start().All(static s => s.Text(0));

        Assert.Equal(tables, UserTables.Live.Concat(UserTables.Small).Append(UserTables.Large).Append("erasing").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_row_and_no_byte_of_a_removed_account_is_left()
    {
        var writer = Fill(messages: 2000);
        writer.Write(Shard, new AccountRemoved(User));
        while (_subject.Sqlite.Erase(100))
        {
        }

        foreach (var table in UserTables.Live.Concat(UserTables.Small).Append(UserTables.Large).Append("erasing"))
        {
            Assert.Equal(0, _subject.Sqlite.Connection.Number($"SELECT count(*) FROM {table} WHERE user_id = {User}"));
        }

        Assert.Equal(1, _subject.Sqlite.Connection.Number($"SELECT count(*) FROM message WHERE user_id = {Other}"));
        _subject.Close();
        foreach (var file in Directory.GetFiles(_subject.Directory))
        {
            Assert.False(File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) >= 0, $"{file} still has it");
        }
    }

    [Fact]
    public void Steps_are_bounded_and_go_on_after_a_restart()
    {
        Fill(messages: 250).Write(Shard, new AccountRemoved(User));
        Assert.Null(_subject.Store.LoadUser(User, 10));
        Assert.Null(_subject.Store.ReadCredentials(User));
        Assert.True(_subject.Store.IsErasing(User));
        Assert.False(_subject.Store.IsErasing(Other));

        Assert.True(_subject.Store.Erase(100));
        Assert.Equal(150, Messages());
        _subject.Reopen();
        Assert.True(_subject.Store.IsErasing(User));
        Assert.True(_subject.Store.Erase(100));
        Assert.Equal(50, Messages());
        Assert.True(_subject.Store.Erase(100));
        Assert.Equal(0, Messages());
        Assert.False(_subject.Store.IsErasing(User));
        Assert.False(_subject.Store.Erase(100));
    }

    private long Messages() => _subject.Sqlite.Connection.Number($"SELECT count(*) FROM message WHERE user_id = {User}");

    private Writer Fill(int messages)
    {
        var writer = new Writer(_subject.Store);
        var body = Encoding.UTF8.GetBytes($"<message><body>{Secret} {new string('x', 300)}</body></message>");
        writer.Write(Shard, new AccountCreated(Sample.Account(User, Secret + "@example.org")), new AccountCreated(Sample.Account(Other)));
        writer.Write(Shard, ProjectionContract.Full);
        writer.Write(Shard, new RosterItemStored(Sample.Item(User, Secret + "@example.net"), 50), new JidBlocked(User, Secret + "@example.com"));
        writer.Write(Shard, [.. Enumerable.Range(0, messages - 3).Select(i => new MessageStored(Sample.Message(User, 1000 + i, Secret + "@x") with { Body = body }))]);
        writer.Write(Shard, new MessageStored(Sample.Message(Other, 100)));
        return writer;
    }
}

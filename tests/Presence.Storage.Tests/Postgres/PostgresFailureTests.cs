using System.Net.Sockets;
using Npgsql;
using Presence.Storage.Contracts;
using Presence.Storage.Postgres;

namespace Presence.Storage.Tests.Postgres;

/// <summary>What an error of the server means for a batch: refused for good only where a row of it is to blame, never where the commit may have happened.</summary>
public sealed class PostgresFailureTests
{
    [Theory]
    [InlineData("23505", CommitStatus.Rejected)]
    [InlineData("22021", CommitStatus.Rejected)]
    [InlineData("42P01", CommitStatus.Rejected)]
    [InlineData("42501", CommitStatus.Unavailable)]
    [InlineData("40P01", CommitStatus.Unavailable)]
    [InlineData("40003", CommitStatus.Unknown)]
    [InlineData("25006", CommitStatus.Unavailable)]
    [InlineData("53100", CommitStatus.Unavailable)]
    [InlineData("53300", CommitStatus.Unavailable)]
    [InlineData("55P03", CommitStatus.Unavailable)]
    [InlineData("57014", CommitStatus.Unknown)]
    [InlineData("57P01", CommitStatus.Unknown)]
    [InlineData("08006", CommitStatus.Unknown)]
    [InlineData("58030", CommitStatus.Unknown)]
    [InlineData("XX000", CommitStatus.Unknown)]
    public void An_error_code_has_one_meaning_and_an_advice(string state, CommitStatus expected)
    {
        var error = new PostgresException("what happened", "ERROR", "ERROR", state);

        Assert.Equal(expected, PostgresFailure.Status(error));
        Assert.EndsWith($"({state}: what happened)", PostgresFailure.Advice(error, "db:5432, database x"), StringComparison.Ordinal);
        Assert.Equal(expected == CommitStatus.Rejected, PostgresFailure.Advice(error, "here").StartsWith("This is a defect of the server", StringComparison.Ordinal));
    }

    [Fact]
    public void A_connection_that_breaks_leaves_everything_open()
    {
        Assert.Equal(CommitStatus.Unknown, PostgresFailure.Status(new NpgsqlException("read", new IOException("gone", new SocketException(104)))));
        Assert.Contains("cannot be reached", PostgresFailure.Advice(new NpgsqlException("read"), "db"), StringComparison.Ordinal);
    }
}

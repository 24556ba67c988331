using FsCheck;
using FsCheck.Fluent;
using Presence.Protocol.Sasl;
using Xunit;

namespace Presence.Protocol.Tests.Sasl;

/// <summary>Derivation and comparison of stored keys.</summary>
public sealed class ScramKeysTests
{
    private static readonly byte[] Salt = "sixteen bytes!!!"u8.ToArray();

    [Fact]
    public void Derived_keys_log_in_by_every_mechanism() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(40).WithReplay(17, 19),
        Prop.ForAll(Passwords().ToArbitrary(), password =>
        {
            Assert.True(ScramKeys.TryDerive(password, Salt, 4096, out var keys));
            return keys.Verify(password)
                && !keys.Verify(password + "x")
                && LogsIn(SaslMechanism.ScramSha1, password, keys)
                && LogsIn(SaslMechanism.ScramSha256, password, keys);
        }));

    [Theory]
    [InlineData("Cafe\u0301 foo\u3000bar", "Caf\u00E9 foo bar", true)]
    [InlineData("Pencil", "pencil", false)]
    [InlineData("\uFF21", "A", false)] // width is kept
    [InlineData("pencil", "pencil ", false)]
    public void Passwords_are_compared_after_preparation(string set, string typed, bool same)
    {
        Assert.True(ScramKeys.TryDerive(set, Salt, 4096, out var keys));
        Assert.Equal(same, keys.Verify(typed));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tab\u0009")]
    [InlineData("\u200B")]
    public void Unusable_passwords_are_refused(string password)
    {
        Assert.False(ScramKeys.TryDerive(password, Salt, 4096, out var keys));
        Assert.Null(keys);
        Assert.True(ScramKeys.TryDerive("x", Salt, 4096, out var other));
        Assert.False(other.Verify(password));
    }

    [Fact]
    public void Bad_parameters_are_a_bug()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ScramKeys.TryDerive("x", Salt, 4095, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScramKeys.TryDerive("x", Salt, int.MaxValue, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScramKeys.TryDerive("x", [], 4096, out _));
    }

    [Fact]
    public void Equality_looks_at_every_value()
    {
        var keys = new ScramKeys([1], 4096, [2], [3], [4], [5]);
        Assert.Equal(keys, new ScramKeys([1], 4096, [2], [3], [4], [5]));
        Assert.Equal(keys.GetHashCode(), new ScramKeys([1], 4096, [2], [3], [4], [5]).GetHashCode());
        Assert.NotEqual(keys, keys with { Salt = [0] });
        Assert.NotEqual(keys, keys with { Iterations = 4097 });
        Assert.NotEqual(keys, keys with { StoredKeySha1 = [0] });
        Assert.NotEqual(keys, keys with { ServerKeySha1 = [0] });
        Assert.NotEqual(keys, keys with { StoredKeySha256 = [0] });
        Assert.NotEqual(keys, keys with { ServerKeySha256 = [0] });
        Assert.DoesNotContain("2", keys.ToString());
    }

    private static bool LogsIn(SaslMechanism mechanism, string password, ScramKeys keys)
    {
        var client = new ScramClient(SaslMechanisms.HashOf(mechanism)!.Value, "user", password, "client");
        var server = new ScramServer(mechanism, "example.com", "server", ChannelBindings.None, false, new ScramDecoy(new byte[16], 4096));
        return server.Begin(client.First) is SaslStep.NeedsKeys
            && server.Supply(keys) is SaslStep.Challenge challenge
            && server.Finish(client.Final(challenge.Data)) is SaslStep.Success success
            && client.Trusts(success.Data);
    }

    // In normal form already, since the test's client prepares nothing.
    private static Gen<string> Passwords() =>
        Gen.NonEmptyListOf(Gen.Elements("a", "Z", "0", " ", ",", "=", "\u00FC", "\u03C0", "\u265A", "\U0001F4F1")).Select(string.Concat);
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Presence.Protocol.Sasl;
using Xunit;

namespace Presence.Protocol.Tests.Sasl;

/// <summary>SCRAM exchanges: the RFC's own, the failures, and what must hold for any of them.</summary>
public sealed class ScramServerTests
{
    private const string Nonce = "server-nonce-0123456789";

    private static readonly byte[] Salt = Convert.FromBase64String("QSXCR+Q6sek8bf92");
    private static readonly ScramDecoy Decoy = new(new byte[16], 4096);
    private static readonly ScramKeys Pencil = Keys("pencil", Salt);

    // RFC 5802 §5 and RFC 7677 §3.
    [Theory]
    [InlineData(
        SaslMechanism.ScramSha1, "3rfcNHYJY1ZVvWVs7j", "QSXCR+Q6sek8bf92",
        "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")]
    [InlineData(
        SaslMechanism.ScramSha256, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "W22ZaJ0SNY7soEsUEjb6gQ==",
        "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    public void Speaks_the_exchange_of_the_RFC(
        SaslMechanism mechanism, string nonce, string salt, string first, string challenge, string final, string success)
    {
        var server = new ScramServer(mechanism, "example.com", nonce, ChannelBindings.None, false, Decoy);
        Assert.Equal(new SaslStep.NeedsKeys("user"), server.Begin(Encoding.UTF8.GetBytes(first)));
        var challenged = Assert.IsType<SaslStep.Challenge>(server.Supply(Keys("pencil", Convert.FromBase64String(salt))));
        Assert.Equal(challenge, Encoding.UTF8.GetString(challenged.Data));
        var done = Assert.IsType<SaslStep.Success>(server.Finish(Encoding.UTF8.GetBytes(final)));
        Assert.Equal(success, Encoding.UTF8.GetString(done.Data));
        Assert.Equal("user", done.Username);
    }

    [Theory]
    [InlineData("", SaslCondition.MalformedRequest)]
    [InlineData("n", SaslCondition.MalformedRequest)]
    [InlineData("n,,", SaslCondition.MalformedRequest)]
    [InlineData("n,,n=user", SaslCondition.MalformedRequest)]
    [InlineData("n,,n=user,r=", SaslCondition.MalformedRequest)]
    [InlineData("n,,n=,r=abc", SaslCondition.MalformedRequest)]
    [InlineData("n,,r=abc,n=user", SaslCondition.MalformedRequest)]
    [InlineData("n,,m=x,n=user,r=abc", SaslCondition.MalformedRequest)]
    [InlineData("n,,n=user,r=abc,m=x", SaslCondition.MalformedRequest)]
    [InlineData("n,,n=user,r=abc,x", SaslCondition.MalformedRequest)]
    [InlineData("n,,n=us=er,r=abc", SaslCondition.MalformedRequest)]
    [InlineData("n,,n=us=2c,r=abc", SaslCondition.MalformedRequest)]
    [InlineData("n,,n=us=2,r=abc", SaslCondition.MalformedRequest)]
    [InlineData("n,,n=user,r=a b", SaslCondition.MalformedRequest)]
    [InlineData("n,,n=us\u0000er,r=abc", SaslCondition.MalformedRequest)]
    [InlineData("x,,n=user,r=abc", SaslCondition.MalformedRequest)]
    [InlineData("n,b=x,n=user,r=abc", SaslCondition.MalformedRequest)]
    [InlineData("p=tls-exporter,,n=user,r=abc", SaslCondition.MalformedRequest)] // bound, by a mechanism that is not
    [InlineData("p=,,n=user,r=abc", SaslCondition.MalformedRequest)]
    [InlineData("n,a=other@example.com,n=user,r=abc", SaslCondition.InvalidAuthzid)]
    [InlineData("n,a=user@example.net,n=user,r=abc", SaslCondition.InvalidAuthzid)]
    [InlineData("n,a=user@example.com/r,n=user,r=abc", SaslCondition.InvalidAuthzid)]
    [InlineData("n,a=user,n=user,r=abc", SaslCondition.InvalidAuthzid)]
    [InlineData("n,a=@,n=user,r=abc", SaslCondition.InvalidAuthzid)]
    [InlineData("n,,n=us er,r=abc", SaslCondition.NotAuthorized)]
    [InlineData("n,,n=user@example.com,r=abc", SaslCondition.NotAuthorized)]
    public void Refuses_a_first_message(string first, SaslCondition condition) =>
        Assert.Equal(new SaslStep.Failed(condition), Server().Begin(Encoding.UTF8.GetBytes(first)));

    [Theory]
    [InlineData("", SaslCondition.MalformedRequest)]
    [InlineData("c=biws,r=NONCE", SaslCondition.MalformedRequest)]
    [InlineData("c=biws,p=PROOF", SaslCondition.MalformedRequest)]
    [InlineData("r=NONCE,c=biws,p=PROOF", SaslCondition.MalformedRequest)]
    [InlineData("c=biws,r=NONCE,p=*", SaslCondition.MalformedRequest)]
    [InlineData("c=biws,r=NONCE,p=PROOF ", SaslCondition.MalformedRequest)]
    [InlineData("c=b iws,r=NONCE,p=PROOF", SaslCondition.MalformedRequest)]
    [InlineData("c=biws,r=NONCE,m=x,p=PROOF", SaslCondition.MalformedRequest)]
    [InlineData("c=biws,r=NONCE,p=", SaslCondition.NotAuthorized)]
    [InlineData("c=biws,r=NONCE,p=AAAA", SaslCondition.NotAuthorized)]
    [InlineData("c=biws,r=NONCEx,p=PROOF", SaslCondition.NotAuthorized)]
    [InlineData("c=biws,r=client,p=PROOF", SaslCondition.NotAuthorized)]
    [InlineData("c=eSws,r=NONCE,p=PROOF", SaslCondition.NotAuthorized)] // y,,
    public void Refuses_a_last_message(string template, SaslCondition condition)
    {
        var client = new ScramClient(ScramHash.Sha256, "user", "pencil", "client");
        var server = Server();
        server.Begin(client.First);
        var good = Encoding.UTF8.GetString(client.Final(((SaslStep.Challenge)server.Supply(Pencil)).Data));
        var proof = good[(good.IndexOf(",p=", StringComparison.Ordinal) + 3)..];
        var final = template.Replace("NONCE", "client" + Nonce).Replace("PROOF", proof);
        Assert.Equal(new SaslStep.Failed(condition), server.Finish(Encoding.UTF8.GetBytes(final)));
        Assert.IsType<SaslStep.Failed>(server.Finish(Encoding.UTF8.GetBytes(good)));
    }

    [Theory]
    [InlineData("user", "n,,", "user")]
    [InlineData("user", "y,,", "user")]
    [InlineData("USER", "n,,", "user")]
    [InlineData("user", "n,a=user@example.com,", "user")]
    [InlineData("user", "n,a=User@EXAMPLE.com,", "user")]
    [InlineData("u=s,er", "n,,", "u=s,er")]
    [InlineData("J\u00FCrgen", "n,,", "j\u00FCrgen")]
    public void Accepts_the_right_password(string username, string gs2, string account)
    {
        foreach (var mechanism in new[] { SaslMechanism.ScramSha1, SaslMechanism.ScramSha256 })
        {
            var client = new ScramClient(SaslMechanisms.HashOf(mechanism)!.Value, username, "pencil", "client", gs2);
            var server = Server(mechanism);
            Assert.Equal(new SaslStep.NeedsKeys(account), server.Begin(client.First));
            var challenge = (SaslStep.Challenge)server.Supply(Pencil);
            var done = Assert.IsType<SaslStep.Success>(server.Finish(client.Final(challenge.Data, ",x=later")));
            Assert.Equal(account, done.Username);
            Assert.True(client.Trusts(done.Data));
        }
    }

    [Fact]
    public void Unknown_user_looks_like_a_wrong_password()
    {
        var known = Challenge("user", Pencil, out _);
        var unknown = Challenge("nobody", null, out var server);
        Assert.Equal(unknown, Challenge("nobody", null, out _));
        Assert.NotEqual(unknown, Challenge("nobody2", null, out _));
        Assert.Equal(known.Split(',').Select(f => f[0]), unknown.Split(',').Select(f => f[0]));
        Assert.EndsWith(",i=4096", unknown, StringComparison.Ordinal);
        Assert.Equal(ScramKeys.SaltLength, Convert.FromBase64String(unknown.Split(',')[1][2..]).Length);

        var final = new ScramClient(ScramHash.Sha256, "nobody", "pencil", "client").Final(Encoding.UTF8.GetBytes(unknown));
        Assert.Equal(new SaslStep.Failed(SaslCondition.NotAuthorized), server.Finish(final));
        Assert.NotEqual(new ScramDecoy(Enumerable.Repeat((byte)1, 16).ToArray(), 4096).KeysFor("nobody"), Decoy.KeysFor("nobody"));
    }

    [Theory]
    [InlineData("tls-exporter", 1, true)]
    [InlineData("tls-server-end-point", 2, true)]
    [InlineData("tls-exporter", 2, false)] // the client sees another channel
    [InlineData("tls-exporter", 0, false)]
    public void Binds_to_the_channel(string type, byte seen, bool accepted)
    {
        var bindings = new ChannelBindings([1, 1, 1], [2, 2, 2]);
        var client = new ScramClient(ScramHash.Sha256, "user", "pencil", "client", $"p={type},,", seen == 0 ? [] : [seen, seen, seen]);
        var server = new ScramServer(SaslMechanism.ScramSha256Plus, "example.com", Nonce, bindings, true, Decoy);
        server.Begin(client.First);
        var end = server.Finish(client.Final(((SaslStep.Challenge)server.Supply(Pencil)).Data));
        Assert.Equal(accepted, end is SaslStep.Success);
    }

    [Theory]
    [InlineData(SaslMechanism.ScramSha256, "y,,", SaslCondition.NotAuthorized)] // we offered what the client did not see
    [InlineData(SaslMechanism.ScramSha256Plus, "y,,", SaslCondition.MalformedRequest)]
    [InlineData(SaslMechanism.ScramSha256Plus, "n,,", SaslCondition.MalformedRequest)]
    [InlineData(SaslMechanism.ScramSha256Plus, "p=tls-unique,,", SaslCondition.NotAuthorized)]
    [InlineData(SaslMechanism.ScramSha256Plus, "p=tls-server-end-point,,", SaslCondition.NotAuthorized)]
    public void Suspects_a_downgrade(SaslMechanism mechanism, string gs2, SaslCondition condition)
    {
        var server = new ScramServer(mechanism, "example.com", Nonce, new ChannelBindings([1], null), true, Decoy);
        Assert.Equal(new SaslStep.Failed(condition), server.Begin(Encoding.UTF8.GetBytes(gs2 + "n=user,r=abc")));
    }

    [Fact]
    public void A_changed_byte_anywhere_fails() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(600).WithReplay(5, 7),
        Prop.ForAll<byte, NonNegativeInt, byte>((which, at, flip) =>
        {
            var client = new ScramClient(ScramHash.Sha256, "user", "pencil", "client");
            var server = Server();
            if (server.Begin(Tampered(client.First, which % 3 == 0, at.Get, flip)) is not SaslStep.NeedsKeys)
            {
                return true;
            }

            var challenge = ((SaslStep.Challenge)server.Supply(Pencil)).Data;
            var final = client.Final(which % 3 == 1 ? OtherSalt(challenge, at.Get) : challenge);
            return server.Finish(Tampered(final, which % 3 == 2, at.Get, flip)) is SaslStep.Failed;
        }));

    [Fact]
    public void Any_bytes_are_taken_without_an_exception() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(11, 13),
        Prop.ForAll<byte[], byte[]>((first, final) =>
        {
            var begun = Server().Begin(first ?? []);
            var server = Server();
            server.Begin("n,,n=user,r=client"u8);
            server.Supply(Pencil);
            return begun is SaslStep.Failed or SaslStep.NeedsKeys && server.Finish(final ?? []) is SaslStep.Failed;
        }));

    [Fact]
    public void Out_of_turn_is_refused()
    {
        var server = Server();
        Assert.Throws<InvalidOperationException>(() => server.Supply(Pencil));
        Assert.IsType<SaslStep.Failed>(server.Finish("c=biws,r=x,p=AAAA"u8));
        Assert.IsType<SaslStep.Failed>(server.Begin("n,,n=user,r=abc"u8));
        Assert.Throws<ArgumentException>(() => new ScramServer(SaslMechanism.Plain, "x", Nonce, ChannelBindings.None, false, Decoy));
        Assert.Throws<ArgumentException>(() => new ScramServer(SaslMechanism.ScramSha1, "x", "a,b", ChannelBindings.None, false, Decoy));
    }

    private static ScramServer Server(SaslMechanism mechanism = SaslMechanism.ScramSha256) =>
        new(mechanism, "example.com", Nonce, ChannelBindings.None, false, Decoy);

    private static ScramKeys Keys(string password, byte[] salt)
    {
        Assert.True(ScramKeys.TryDerive(password, salt, 4096, out var keys));
        return keys;
    }

    private static string Challenge(string username, ScramKeys? keys, out ScramServer server)
    {
        server = Server();
        server.Begin(Encoding.UTF8.GetBytes($"n,,n={username},r=client"));
        return Encoding.UTF8.GetString(((SaslStep.Challenge)server.Supply(keys)).Data);
    }

    private static byte[] Tampered(byte[] message, bool really, int at, byte flip)
    {
        if (!really)
        {
            return message;
        }

        var copy = message.ToArray();
        copy[at % copy.Length] ^= flip == 0 ? (byte)1 : flip;
        return copy;
    }

    // A challenge changed on the way that the client can still read.
    private static byte[] OtherSalt(byte[] challenge, int at)
    {
        var text = Encoding.UTF8.GetString(challenge);
        return Encoding.UTF8.GetBytes(at % 2 == 0 ? text.Replace(",s=Q", ",s=R") : text.Replace("i=4096", "i=4097"));
    }
}

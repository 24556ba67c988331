using System.Collections;
using Presence.Actors;
using Presence.Edge;
using Presence.Node.Composition;
using Presence.Node.Configuration;
using Presence.Protocol.Addressing;

namespace Presence.Node.Tests.Composition;

/// <summary>The documented defaults are the defaults of the parts, and every key reaches the part it belongs to.</summary>
public sealed class OptionsMappingTests
{
    /// <summary>Set by the host for its own reasons, whatever is configured.</summary>
    private static readonly string[] HostsOwn =
    [
        nameof(EdgeOptions.Domain), nameof(EdgeOptions.Listeners), nameof(EdgeOptions.DataDirectory), nameof(EdgeOptions.CapsNode), nameof(EdgeOptions.CapsVerification),
    ];

    [Fact]
    public void DefaultsOfSessionsAreTheOwners() => Assert.Equal(new SessionOptions(), OptionsMapping.Sessions(Read()));

    [Fact]
    public void DefaultsOfTheEdgeAreTheEdges()
    {
        var standing = new EdgeOptions { Domain = Domain };
        var mapped = OptionsMapping.Edge(Read(), Domain);

        foreach (var property in typeof(EdgeOptions).GetProperties().Where(p => !HostsOwn.Contains(p.Name)))
        {
            Assert.True(Equals(property.GetValue(standing), property.GetValue(mapped)), $"{property.Name}: {property.GetValue(mapped)}");
        }
    }

    [Fact]
    public void DefaultPortsAreTheEdges() => Assert.Equal(new EdgeOptions { Domain = Domain }.Listeners, OptionsMapping.Edge(Read(), Domain).Listeners);

    [Theory]
    [InlineData("Sessions:AwayAfter", "1s")]
    [InlineData("Sessions:AwayWhenSuspended", "false")]
    [InlineData("Sessions:LifeWithPush", "1s")]
    [InlineData("Sessions:LifeWithoutPush", "1s")]
    [InlineData("Sessions:MaxQueuedStanzas", "1")]
    [InlineData("Sessions:MaxQueuedBytes", "64KiB")]
    [InlineData("Sessions:MaxSessions", "1")]
    [InlineData("Sessions:PushUnackedAfter", "1s")]
    [InlineData("Sessions:DesktopIdle", "1s")]
    [InlineData("Sessions:IqWait", "1s")]
    [InlineData("Sessions:ResumeSettle", "1s")]
    [InlineData("Sessions:AckDelay", "1s")]
    [InlineData("Sessions:SendWindowBytes", "16KiB")]
    [InlineData("Sessions:MaxRosterItems", "1")]
    [InlineData("Sessions:MaxIdleUsers", "1")]
    [InlineData("Limits:MaxQueuedBytesPerUser", "1MiB")]
    public void EveryKeyOfSessionsArrives(string key, string value) =>
        Assert.Equal([key.Split(':')[1]], Differences(new SessionOptions(), OptionsMapping.Sessions(Read($"--{key}={value}"))));

    [Fact]
    public void DefaultsOfServicesAreTheOwners()
    {
        var mapped = OptionsMapping.Services(Read());

        Assert.Equal(new ServiceOptions(), mapped with { External = new ServiceOptions().External });
        Assert.Empty(mapped.External);
    }

    [Fact]
    public void EveryKeyOfServicesArrives()
    {
        var mapped = OptionsMapping.Services(Read(
            "--Admin:Accounts:0=Admin@localhost", "--Storage:MaxVCardBytes=2KiB", "--Storage:MaxPrivateBytes=3KiB", "--Storage:MaxEventItemBytes=4KiB", "--Storage:MaxEventBytes=5KiB",
            "--ExternalServices:3:Type=turns", "--ExternalServices:3:Host=192.0.2.1", "--ExternalServices:3:Transport=tcp", "--ExternalServices:3:Name=n",
            "--ExternalServices:3:Secret=s", "--ExternalServices:3:Lifetime=2h",
            "--ExternalServices:1:Type=turn", "--ExternalServices:1:Host=h.example", "--ExternalServices:1:Port=1",
            "--ExternalServices:1:Username=u", "--ExternalServices:1:Password=p"));

        Assert.Equal(["admin@localhost"], mapped.Administrators);
        Assert.Equal((2048, 3072, 4096, 5120), (mapped.MaxVCardBytes, mapped.MaxPrivateBytes, mapped.MaxEventItemBytes, mapped.MaxEventBytes));
        Assert.Equal(
            [
                new ExternalService("turn", "h.example", 1, null, null, "u", "p", null, TimeSpan.FromDays(1)),
                new ExternalService("turns", "192.0.2.1", 5349, "tcp", "n", null, null, "s", TimeSpan.FromHours(2)),
            ],
            mapped.External);
    }

    [Theory]
    [InlineData("Xmpp:AllowPlaintextLogin", "true", nameof(EdgeOptions.AllowPlaintextLogin))]
    [InlineData("Tls:MinimumVersion", "1.3", nameof(EdgeOptions.MinimumTlsVersion))]
    [InlineData("Registration:InBand", "true", nameof(EdgeOptions.AllowRegistration))]
    [InlineData("Registration:PerAddress", "1", nameof(EdgeOptions.RegistrationsPerAddress))]
    [InlineData("Registration:Window", "1s", nameof(EdgeOptions.RegistrationWindow))]
    [InlineData("Registration:KeyIterations", "5000", nameof(EdgeOptions.KeyIterations))]
    [InlineData("Limits:MaxStanzaBytes", "1MiB", nameof(EdgeOptions.LimitsAfterLogin))]
    [InlineData("Limits:MaxStanzaBytesBeforeLogin", "20000", nameof(EdgeOptions.LimitsBeforeLogin))]
    [InlineData("Limits:MaxConnections", "1", nameof(EdgeOptions.MaxConnections))]
    [InlineData("Limits:ConnectionsPerAddress", "1", nameof(EdgeOptions.MaxConnectionsPerAddress))]
    [InlineData("Xmpp:ProxyProtocol", "127.0.0.2", nameof(EdgeOptions.TrustedProxies))]
    [InlineData("Limits:MaxWriteBufferBytes", "1MiB", nameof(EdgeOptions.MaxWriteBufferBytes))]
    [InlineData("Limits:LoginTimeout", "1s", nameof(EdgeOptions.LoginTimeout))]
    [InlineData("Limits:IdleTimeout", "1s", nameof(EdgeOptions.IdleTimeout))]
    [InlineData("Limits:AckTimeout", "1s", nameof(EdgeOptions.AckTimeout))]
    [InlineData("Limits:SendTimeout", "1s", nameof(EdgeOptions.SendTimeout))]
    [InlineData("Limits:KeepAlive", "1s", nameof(EdgeOptions.KeepAliveInterval))]
    [InlineData("Limits:StanzasPerSecond", "1", nameof(EdgeOptions.ConnectionRate))]
    [InlineData("Limits:BytesPerSecond", "1", nameof(EdgeOptions.ConnectionRate))]
    [InlineData("Limits:UserStanzasPerSecond", "1", nameof(EdgeOptions.UserRate))]
    [InlineData("Limits:UserBytesPerSecond", "1", nameof(EdgeOptions.UserRate))]
    [InlineData("Limits:RateBurst", "1s", nameof(EdgeOptions.RateBurst))]
    [InlineData("Limits:FloodTimeout", "1s", nameof(EdgeOptions.FloodTimeout))]
    [InlineData("Limits:InactiveKeepAlive", "1s", nameof(EdgeOptions.InactiveKeepAliveInterval))]
    public void EveryKeyOfTheEdgeArrives(string key, string value, string property) =>
        Assert.Equal([property], Differences(OptionsMapping.Edge(Read(), Domain), OptionsMapping.Edge(Read($"--{key}={value}"), Domain)).Except(HostsOwn));

    [Theory]
    [InlineData("Limits:MaxDepth")]
    [InlineData("Limits:MaxAttributes")]
    public void XmlLimitsHoldBeforeAndAfterLogin(string key)
    {
        var edge = OptionsMapping.Edge(Read($"--{key}=10"), Domain);

        Assert.All([edge.LimitsBeforeLogin, edge.LimitsAfterLogin], limits => Assert.Contains(10, new[] { limits.MaxDepth, limits.MaxAttributes }));
    }

    [Fact]
    public void CapabilitiesToldInFeaturesAreTheOwners()
    {
        var edge = OptionsMapping.Edge(Read(), Domain);

        Assert.Equal(Presence.Actors.Users.Features.ServerCaps.DiscoNode, $"{edge.CapsNode}#{edge.CapsVerification}");
    }

    [Fact]
    public void PortThatIsOffIsNotListenedOn()
    {
        var edge = OptionsMapping.Edge(Read("--Xmpp:ClientPort=off", "--Xmpp:DirectTlsPort=7", "--Xmpp:Bind=127.0.0.1"), Domain);

        Assert.Equal(7, Assert.Single(edge.Listeners).Port);
        Assert.Equal(System.Net.IPAddress.Loopback, edge.Listeners[0].Address);
    }

    private static Jid Domain => Jid.TryParse("localhost", out var domain) ? domain : throw new InvalidOperationException();

    private static IEnumerable<string> Differences<T>(T left, T right) =>
        typeof(T).GetProperties().Where(p => !Equals(p.GetValue(left), p.GetValue(right))).Select(p => p.Name);

    private static NodeOptions Read(params string[] arguments)
    {
        var options = OptionsValidation.TryRead(
            GatheredSettings.From(arguments, new Hashtable(), Path.GetTempPath(), Path.GetTempPath()), Path.GetTempPath(), out var problems);
        Assert.Empty(problems);
        return options!;
    }
}

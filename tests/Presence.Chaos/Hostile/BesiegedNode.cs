using Presence.Chaos.Clients;
using Presence.Tests.Shared;

namespace Presence.Chaos.Hostile;

/// <summary>One real node with short patience, the canaries who chat on it, and accounts for attackers. It must never be shared with a test that expects patience.</summary>
public sealed class BesiegedNode : IAsyncLifetime
{
    public const string Mallory = "mallory@localhost";
    public const string Victim = "victim@localhost";

    /// <summary>Gets nothing but what one test sends: a flood that was not read waits for the next client of its victim.</summary>
    public const string Deaf = "deaf@localhost";
    private static readonly TimeSpan AcknowledgedWithin = TimeSpan.FromSeconds(4);

    public NodeProcess Node { get; private set; } = null!;

    public Canaries Canaries { get; private set; } = null!;

    public static NodeSettings Settings => new()
    {
        Options = new Dictionary<string, string>
        {
            ["Xmpp:AllowPlaintextLogin"] = "true",
            ["Registration:KeyIterations"] = "4096",
            ["Limits:LoginTimeout"] = "2s",
            ["Limits:SendTimeout"] = "2s",
            ["Limits:ConnectionsPerAddress"] = "40",
            ["Limits:StanzasPerSecond"] = "250",
            ["Limits:BytesPerSecond"] = "4MiB",
            ["Limits:RateBurst"] = "2s",
            ["Limits:FloodTimeout"] = "1s",
            ["Limits:AckTimeout"] = "3s",
            ["Logging:LogLevel:Default"] = "warning",
        },
    };

    public async ValueTask InitializeAsync()
    {
        Node = await NodeProcess.StartAsync(Settings);
        foreach (var jid in (string[])[Mallory, Victim, Deaf])
        {
            await Node.Admin.AddUserAsync(jid, Person.Password);
        }

        Canaries = await Canaries.StartAsync(Node, AcknowledgedWithin);
    }

    /// <summary>Fails the test if anybody but the attacker was hurt, or if the node met what it did not expect.</summary>
    public async Task AssertUnharmedAsync()
    {
        var findings = await Canaries.FindingsAsync();
        Assert.True(findings.Length == 0, $"{findings}\n-- node\n{Node.Output}");
        Assert.True(Node.Output.Alarms.Length == 0, Node.Output.Alarms);
    }

    public async ValueTask DisposeAsync()
    {
        if (Canaries is not null)
        {
            await Canaries.DisposeAsync();
        }

        if (Node is not null)
        {
            await Node.DisposeAsync();
        }
    }
}

using Presence.Cli;
using Presence.Node.Composition;
using Presence.Tests.Shared;

namespace Presence.Node.Tests.Cli;

/// <summary>The demo's story with a whole node in the process and two played phones: chat, sleep, Away, queue, push, wake, everything once and in order.</summary>
public sealed class PhoneTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-phone-");
    private NodeHost _node = null!;

    private string PushFile => Path.Combine(_folder.FullName, "pushes.jsonl");

    public async ValueTask InitializeAsync()
    {
        _node = await StartAsync(0);
        foreach (var name in new[] { "alice", "bob" })
        {
            await NodeInProcess.AddAsync(_node, name + "@localhost", "secret");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task SleepingPhoneGetsEverythingOnceInOrderWhenItWakes()
    {
        using var alice = Phone("alice");
        using var bob = Phone("bob");
        await alice.SeesAsync("The phone is awake as alice@localhost/phone");
        await bob.SeesAsync("The phone is awake as bob@localhost/phone");
        bob.Type("/add alice@localhost");
        await alice.SeesAsync("bob@localhost is available");
        alice.Type("/to bob@localhost hello");
        await bob.SeesAsync("alice@localhost: hello");
        bob.Type("hello yourself");
        await alice.SeesAsync("bob@localhost: hello yourself");

        bob.Type("/sleep");
        await alice.SeesAsync("bob@localhost is away.");
        alice.Type("one");
        alice.Type("two");
        alice.Type("three");
        var push = await new PushLog(PushFile).WaitAsync(line => line.GetProperty("account").GetString() == "bob@localhost", TimeSpan.FromSeconds(30));
        Assert.Equal("alice@localhost", push!.Value.GetProperty("conversation").GetString());
        bob.Type("/wake");

        await bob.SeesAsync("its session was resumed");
        await bob.SeesAsync("alice@localhost: three");
        Assert.Equal(["hello", "one", "two", "three"], bob.Lines.Where(l => l.Contains("alice@localhost: ", StringComparison.Ordinal)).Select(l => l.Split(": ")[1].TrimEnd()));
        alice.Type("/quit");
        bob.Type("/quit");
        Assert.Equal((ExitCode.Done, ExitCode.Done), (await alice.EndAsync(), await bob.EndAsync()));
        Assert.DoesNotContain(bob.Lines, line => line.Contains("The connection is gone", StringComparison.Ordinal));

        using var explain = new PlayedTerminal("explain", push.Value.GetProperty("stanzaId").GetString()!, "--user", "bob@localhost", "--admin", _node.Ports.Admin);
        Assert.Equal(ExitCode.Done, await explain.EndAsync());
        await explain.SeesAsync("push");
    }

    [Fact]
    public async Task PhoneResumesAfterTheNodeWasStoppedAndStartedAgain()
    {
        using var alice = Phone("alice");
        await alice.SeesAsync("The phone is awake as alice@localhost/phone");
        var port = _node.Ports.DirectTls;
        await _node.DisposeAsync();
        await alice.SeesAsync("The connection is gone.");
        alice.Type("/to alice@localhost to myself, later");

        _node = await StartAsync(port);
        alice.Type("/wake");

        await alice.SeesAsync("its session was resumed");
        alice.Type("/quit");
        Assert.Equal(ExitCode.Done, await alice.EndAsync());
    }

    [Fact]
    public async Task NameAloneIsOfTheOwnDomainAndWhatCameBackIsSaid()
    {
        using var alice = Phone("alice");
        using var bob = Phone("bob");
        await alice.SeesAsync("The phone is awake as alice@localhost/phone");
        await bob.SeesAsync("The phone is awake as bob@localhost/phone");

        alice.Type("/to bob hello");
        await bob.SeesAsync("alice@localhost: hello");
        alice.Type("/to mallory@elsewhere.example hello");
        await alice.SeesAsync("mallory@elsewhere.example did not get that: remote-server-not-found.");
    }

    [Fact]
    public async Task WrongPasswordIsSaid()
    {
        using var phone = new PlayedTerminal("phone", "alice@localhost", "--password", "wrong", "--server", $"127.0.0.1:{_node.Ports.DirectTls}");

        Assert.Equal(ExitCode.Failed, await phone.EndAsync());
        await phone.SeesAsync("alice@localhost may not log in: not-authorized");
    }

    [Fact]
    public async Task NobodyThereIsSaid()
    {
        using var phone = new PlayedTerminal("phone", "alice@localhost", "--password", "x", "--server", "127.0.0.1:1");

        Assert.Equal(ExitCode.Failed, await phone.EndAsync());
        await phone.SeesAsync("127.0.0.1:1: ");
    }

    private PlayedTerminal Phone(string name) =>
        new("phone", name + "@localhost", "--password", "secret", "--server", $"127.0.0.1:{_node.Ports.DirectTls}");

    private Task<NodeHost> StartAsync(int port) => NodeInProcess.StartAsync(
        _folder, "--Xmpp:ClientPort=off", $"--Xmpp:DirectTlsPort={port}", "--Sessions:AwayAfter=200ms", "--Push:Sinks:0:Kind=jsonl", $"--Push:Sinks:0:Path={PushFile}");
}

using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Presence.Push;
using Presence.Push.Gateways;
using Presence.Routing;

namespace Presence.Node.Tests.Push;

/// <summary>The push path from claim to outcome: bounds, several sinks, sinks that fail, and lines that survive.</summary>
public sealed class PushTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-push-");

    private string File => Path.Combine(_folder.FullName, "pushes.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task PushGoesToEverySinkAndIsSettledOnce()
    {
        var first = new FakeGateway("first");
        var second = new FakeGateway("second");
        await using var worker = Worker([first, second]);

        Assert.Equal(PushOutcome.Sent, await SendAsync(worker, Push("p1")));

        Assert.Equal(["p1"], first.Seen);
        Assert.Equal(["p1"], second.Seen);
    }

    [Fact]
    public async Task RetryIsNotDoubledWhereItWasTaken()
    {
        var well = new FakeGateway("well");
        var sick = new FakeGateway("sick") { Answer = _ => PushOutcome.Retry };
        await using var worker = Worker([well, sick]);

        Assert.Equal(PushOutcome.Retry, await SendAsync(worker, Push("p1")));
        sick.Answer = _ => PushOutcome.Sent;
        Assert.Equal(PushOutcome.Sent, await SendAsync(worker, Push("p1") with { Attempt = 2 }));

        Assert.Equal(["p1"], well.Seen);
        Assert.Equal(["p1", "p1"], sick.Seen);
    }

    [Theory]
    [InlineData(PushOutcome.Sent, PushOutcome.Gone, PushOutcome.Gone)]
    [InlineData(PushOutcome.Gone, PushOutcome.Sent, PushOutcome.Gone)]
    [InlineData(PushOutcome.Gone, PushOutcome.Retry, PushOutcome.Retry)]
    [InlineData(PushOutcome.Retry, PushOutcome.Gone, PushOutcome.Retry)]
    [InlineData(PushOutcome.Retry, PushOutcome.Sent, PushOutcome.Retry)]
    public async Task OutcomesOfSeveralSinksAreJoined(PushOutcome first, PushOutcome second, PushOutcome joined)
    {
        await using var worker = Worker([new FakeGateway("a") { Answer = _ => first }, new FakeGateway("b") { Answer = _ => second }]);

        Assert.Equal(joined, await SendAsync(worker, Push("p1")));
    }

    [Fact]
    public async Task GatewayThatThrowsMeansRetry()
    {
        await using var worker = Worker([new FakeGateway("a") { Answer = _ => throw new InvalidOperationException("broken") }]);

        Assert.Equal(PushOutcome.Retry, await SendAsync(worker, Push("p1")));
    }

    [Fact]
    public async Task WithoutASinkPushesSettleInsteadOfPilingUp()
    {
        await using var worker = Worker([]);

        Assert.Equal(PushOutcome.Sent, await SendAsync(worker, Push("p1")));
    }

    [Fact]
    public async Task FullWorkerSaysNotNowAndTakesAgainWhenSettled()
    {
        var gateway = new FakeGateway("slow") { Hold = new TaskCompletionSource() };
        await using var worker = Worker([gateway], new PushWorkerOptions { Capacity = 2, MaxInFlight = 1 });
        var first = SendAsync(worker, Push("p1"));
        var second = SendAsync(worker, Push("p2"));

        Assert.False(worker.TrySend(Push("p3"), (_, _) => Assert.Fail("was not taken")));

        gateway.Hold.SetResult();
        await first;
        await second;
        Assert.Equal(PushOutcome.Sent, await SendAsync(worker, Push("p3")));
    }

    [Fact]
    public async Task StopLetsTheOneUnderWayFinishAndGivesTheRestBack()
    {
        var gateway = new FakeGateway("slow") { Hold = new TaskCompletionSource() };
        var worker = Worker([gateway], new PushWorkerOptions { MaxInFlight = 1 });
        var underWay = SendAsync(worker, Push("p1"));
        await gateway.Entered.Task;
        var waiting = SendAsync(worker, Push("p2"));

        var stop = worker.StopAsync();
        gateway.Hold.SetResult();
        await stop;

        Assert.Equal(PushOutcome.Sent, await underWay);
        Assert.Equal(PushOutcome.Retry, await waiting);
        Assert.False(worker.TrySend(Push("p3"), (_, _) => { }));
        await worker.DisposeAsync();
    }

    [Fact]
    public async Task StopCutsAGatewayThatDoesNotAnswer()
    {
        var gateway = new FakeGateway("dead") { Hold = new TaskCompletionSource() };
        var worker = Worker([gateway], new PushWorkerOptions { StopTimeout = TimeSpan.Zero });
        var push = SendAsync(worker, Push("p1"));
        await gateway.Entered.Task;

        await worker.DisposeAsync();

        Assert.Equal(PushOutcome.Retry, await push);
    }

    [Fact]
    public async Task LineHoldsWhatAProgramNeedsAndNoMore()
    {
        using var gateway = FileGateway();

        Assert.Equal(PushOutcome.Sent, await gateway.SendAsync(Push("p1") with { Options = "<x><secret/></x>"u8.ToArray() }, CancellationToken.None));

        using var line = JsonDocument.Parse(Assert.Single(await System.IO.File.ReadAllLinesAsync(File)));
        Assert.Equal(
            ["pushId", "account", "service", "node", "kind", "conversation", "stanzaId", "count", "attempt", "at"],
            line.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal("p1", line.RootElement.GetProperty("pushId").GetString());
        Assert.Equal(3, line.RootElement.GetProperty("count").GetInt32());
        Assert.True(line.RootElement.GetProperty("at").TryGetDateTimeOffset(out _));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public async Task EarlierLinesSurviveARestart()
    {
        using (var before = FileGateway())
        {
            await before.SendAsync(Push("p1"), CancellationToken.None);
        }

        using var after = FileGateway();
        await after.SendAsync(Push("p2"), CancellationToken.None);

        Assert.Equal(["p1", "p2"], Ids());
    }

    [Fact]
    public async Task RotatedFileIsMadeAnew()
    {
        using var gateway = FileGateway();
        await gateway.SendAsync(Push("p1"), CancellationToken.None);
        System.IO.File.Move(File, File + ".1");

        await gateway.SendAsync(Push("p2"), CancellationToken.None);

        Assert.Equal(["p2"], Ids());
    }

    [Fact]
    public async Task HalfALineOfACrashDoesNotSpoilTheNext()
    {
        await System.IO.File.WriteAllTextAsync(File, "{\"pushId\":\"ha");
        using var gateway = FileGateway();

        await gateway.SendAsync(Push("p1"), CancellationToken.None);

        Assert.Contains("\"pushId\":\"p1\"", (await System.IO.File.ReadAllLinesAsync(File))[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task PathThatCannotBeWrittenMeansRetryUntilItCan()
    {
        var folder = Path.Combine(_folder.FullName, "later");
        using var gateway = new JsonLinesGateway(Path.Combine(folder, "p.jsonl"), TimeProvider.System, NullLogger<JsonLinesGateway>.Instance);

        Assert.Equal(PushOutcome.Retry, await gateway.SendAsync(Push("p1"), CancellationToken.None));
        Directory.CreateDirectory(folder);
        Assert.Equal(PushOutcome.Sent, await gateway.SendAsync(Push("p1"), CancellationToken.None));
    }

    [Fact]
    public async Task FullDiskMeansRetry()
    {
        Assert.SkipUnless(System.IO.File.Exists("/dev/full"), "there is no /dev/full here");
        using var gateway = new JsonLinesGateway("/dev/full", TimeProvider.System, NullLogger<JsonLinesGateway>.Instance);

        Assert.Equal(PushOutcome.Retry, await gateway.SendAsync(Push("p1"), CancellationToken.None));
    }

    [Fact]
    public async Task ConsoleLineIsReadableAndHidesTheDevice()
    {
        using var output = new StringWriter();
        var gateway = new ConsoleGateway(output, TimeProvider.System, colour: false);

        await gateway.SendAsync(Push("p1") with { Node = "0123456789abcdef" }, CancellationToken.None);

        var line = output.ToString();
        Assert.Contains("push → bob@localhost", line, StringComparison.Ordinal);
        Assert.Contains("3 messages from alice@localhost", line, StringComparison.Ordinal);
        Assert.DoesNotContain("89abcdef", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', line);
    }

    private IEnumerable<string?> Ids() =>
        System.IO.File.ReadLines(File).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("pushId").GetString());

    private JsonLinesGateway FileGateway() => new(File, TimeProvider.System, NullLogger<JsonLinesGateway>.Instance);

    private static PushWorker Worker(IReadOnlyList<IPushGateway> gateways, PushWorkerOptions? options = null) =>
        new(gateways, options ?? new PushWorkerOptions(), TimeProvider.System, NullLogger<PushWorker>.Instance);

    private static Task<PushOutcome> SendAsync(PushWorker worker, PushNotification push)
    {
        var settled = new TaskCompletionSource<PushOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(worker.TrySend(push, (_, outcome) => settled.SetResult(outcome)));
        return settled.Task;
    }

    private static PushNotification Push(string id) =>
        new(1, "bob@localhost", "push.example", "device", id, "message", "alice@localhost", "stanza-1", 1, 3, null, 1);

    private sealed class FakeGateway(string name) : IPushGateway
    {
        public string Name => name;

        public ConcurrentQueue<string> Seen { get; } = new();

        public Func<PushNotification, PushOutcome> Answer { get; set; } = _ => PushOutcome.Sent;

        public TaskCompletionSource? Hold { get; init; }

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask<PushOutcome> SendAsync(PushNotification push, CancellationToken cancellation)
        {
            Seen.Enqueue(push.PushId);
            Entered.TrySetResult();
            if (Hold is not null)
            {
                await Hold.Task.WaitAsync(cancellation);
            }

            return Answer(push);
        }
    }
}

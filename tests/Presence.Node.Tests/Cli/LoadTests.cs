using System.Text.Json;
using Presence.Cli;
using Presence.Cli.Load;
using Presence.Node.Composition;

namespace Presence.Node.Tests.Cli;

/// <summary>Every scenario of the load generator against a whole node, briefly: what it counts is what it did. Figures are not judged here.</summary>
public sealed class LoadTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-load-");
    private NodeHost _node = null!;

    public async ValueTask InitializeAsync() =>
        _node = await StartAsync(port: 0);

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("none", "SCRAM-SHA-1")]
    [InlineData("starttls", "SCRAM-SHA-256")]
    [InlineData("starttls", "PLAIN")]
    public async Task UsersLogInAgainAndAgain(string tls, string mechanism)
    {
        var report = Path.Combine(_folder.FullName, "report.html");

        var (code, results) = await RunAsync("login", "--tls", tls, "--mechanism", mechanism, "--users", "4", "--concurrency", "2", "--report", report);

        Assert.Equal(ExitCode.Done, code);
        Assert.True(results["log in"].Operations > 4, "nobody logged in twice");
        Assert.Contains("re-logins a second", await File.ReadAllTextAsync(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UsersWhoStayAreCountedOnce()
    {
        var (code, results) = await RunAsync("login", "--keep", "--users", "5");

        Assert.Equal((ExitCode.Done, 5), (code, results["log in and stay"].Operations));
    }

    [Theory]
    [InlineData("resume", "resume", 4)]
    [InlineData("chat", "chat", 4)]
    [InlineData("presence", "presence", 6)]
    public async Task SomethingHappensWithoutErrors(string scenario, string measured, int users)
    {
        var (code, results) = await RunAsync(scenario, "--users", $"{users}", "--contacts", "2", "--concurrency", "2");

        Assert.Equal(ExitCode.Done, code);
        Assert.True(results[measured].Operations > users, "next to nothing happened");
    }

    [Fact]
    public async Task MessagesLeaveAtTheRateAskedFor()
    {
        var (code, results) = await RunAsync("chat", "--users", "4", "--rate", "50", "--seconds", "2");

        Assert.Equal(ExitCode.Done, code);
        Assert.InRange(results["chat"].Operations, 60, 140);
    }

    [Fact]
    public async Task PhonesGetTheirWholeQueue()
    {
        var (code, results) = await RunAsync("suspend", "--users", "6", "--concurrency", "2", "--messages", "3");

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal((4, 12, 12), (results["fall asleep"].Operations, results["queue"].Operations, results["drain"].Operations));
    }

    [Fact]
    public async Task TheNodeMayBeAnotherOneWhenThePhonesWake()
    {
        using var terminal = Start("suspend", "--users", "6", "--concurrency", "2", "--messages", "3", "--pause");
        await terminal.SeesAsync("Paused");
        var port = _node.Ports.Client;
        await _node.DisposeAsync();
        _node = await StartAsync(port);
        terminal.Type("");

        Assert.Equal(ExitCode.Done, await terminal.EndAsync());
        Assert.Contains(terminal.Lines, line => line.Contains("\"drain\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatTheServerRefusesIsAnError()
    {
        await RunAsync("login", "--keep", "--users", "1");

        var (code, results) = await RunAsync("login", "--password", "wrong", "--users", "1");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("not-authorized", results["log in"].FirstError, StringComparison.Ordinal);
    }

    [Fact]
    public void QuantilesAreRightWithinThreePercent()
    {
        var histogram = new LatencyHistogram();
        for (var micros = 1; micros <= 100_000; micros++)
        {
            histogram.Record(TimeSpan.FromMicroseconds(micros));
        }

        foreach (var quantile in new[] { 0.001, 0.5, 0.9, 0.99, 1 })
        {
            Assert.InRange(histogram.Quantile(quantile).TotalMicroseconds, quantile * 100_000, (quantile * 100_000 * 1.035) + 1);
        }

        Assert.Equal((100_000, 100_000.0), (histogram.Count, histogram.Longest.TotalMicroseconds));
        Assert.Equal(100_000, histogram.Filled().Sum(b => b.Count));
    }

    private Task<NodeHost> StartAsync(int port) =>
        NodeInProcess.StartAsync(_folder, $"--Xmpp:ClientPort={port}", "--Xmpp:DirectTlsPort=off", "--Xmpp:AllowPlaintextLogin=true");

    private PlayedTerminal Start(string scenario, params string[] arguments)
    {
        string[] all =
        [
            "load", scenario, "--json", "--admin", _node.Ports.Admin, "--server", $"127.0.0.1:{_node.Ports.Client}", "--tls", "none", "--warm-up", "0", "--seconds", "1", .. arguments,
        ];
        return new PlayedTerminal([.. all.Index().Where(a => !IsRepeated(all, a.Index)).Select(a => a.Item)]);
    }

    private async Task<(int Code, Dictionary<string, Figures> Results)> RunAsync(string scenario, params string[] arguments)
    {
        using var terminal = Start(scenario, arguments);
        var code = await terminal.EndAsync();
        using var json = JsonDocument.Parse(string.Join('\n', terminal.Lines));
        return (code, json.RootElement.GetProperty("results").EnumerateArray().ToDictionary(
            r => r.GetProperty("name").GetString()!,
            r => new Figures(r.GetProperty("operations").GetInt32(), r.GetProperty("firstError").GetString())));
    }

    // A default and its value, where the test says otherwise.
    private static bool IsRepeated(string[] all, int at)
    {
        var option = all[at].StartsWith("--", StringComparison.Ordinal) ? at : at - 1;
        return option > 0 && all[option].StartsWith("--", StringComparison.Ordinal) && Array.LastIndexOf(all, all[option]) > option;
    }

    private sealed record Figures(int Operations, string? FirstError);
}

using System.Text.RegularExpressions;
using Xunit;

namespace Presence.Architecture.Tests;

/// <summary>
/// Time and chance come in as arguments, or one seed could not replay a run; and the pure projects start nothing and lock nothing. The only places
/// that may are named here, each with its reason.
/// </summary>
public sealed partial class TimeAndChanceTests
{
    /// <summary>Drivers: file (or folder, ending in a slash), what it may use, why.</summary>
    private static readonly (string Place, string May, string Why)[] Drivers =
    [
        ("src/Presence.Node/", "TimeProvider.System", "composition hands the one real clock to everybody"),
        ("src/Presence.Node/", "RandomNumberGenerator", "salts of accounts that an operator makes, passwords of the demo, the node's incarnation"),
        ("src/Presence.Cli/", "TimeProvider.System", "a command of the operator runs in real time"),
        ("src/Presence.Cli/Load/", "Stopwatch", "the load generator measures real servers in real time"),
        ("src/Presence.Cli/Clients/ScramClient.cs", "RandomNumberGenerator", "SASL nonces (RFC 5802 §5.1)"),
        ("src/Presence.Cli/Import/Importer.cs", "RandomNumberGenerator", "salt is drawn where a key is derived"),
        ("src/Presence.Actors/IRandomSource.cs", "RandomNumberGenerator", "the port for chance and its system form"),
        ("src/Presence.Actors/Hosting/", "new Thread", "the threads that drive the pure executors, and those that read for them"),
        ("src/Presence.Actors/Hosting/InputQueue.cs", "lock", "an executor's inbox: many threads put, one takes (ADR 0001)"),
        ("src/Presence.Actors/Hosting/InputQueue.cs", "Monitor.", "the same"),
        ("src/Presence.Actors/Hosting/ReaderThreads.cs", "new ManualResetEventSlim", "a reader pauses between attempts on a store that cannot be read"),
        ("src/Presence.Actors/Hosting/ReaderThreads.cs", ".Wait()", "the same"),
        ("src/Presence.Storage/Sqlite/SqliteStore.cs", "RandomNumberGenerator", "the secret made once with a new store"),
        ("src/Presence.Storage/Postgres/Migrations.cs", "RandomNumberGenerator", "the same"),
        ("src/Presence.Storage/Commit/Committer.cs", "TimeProvider.System", "the default of a thread that waits between attempts"),
        ("src/Presence.Node/Endpoints/AccountKeys.cs", "RandomNumberGenerator", "salts of new accounts"),
        ("src/Presence.Edge/Negotiation/RegisterRequest.cs", "RandomNumberGenerator", "salts of new accounts"),
        ("src/Presence.Edge/Negotiation/LoginStep.cs", "RandomNumberGenerator", "SASL nonces (RFC 5802 §5.1)"),
        ("src/Presence.Edge/Listening/LoginSecret.cs", "RandomNumberGenerator", "the secret behind the keys of users that do not exist"),
        ("src/Presence.Edge/Negotiation/HeaderStep.cs", "RandomNumberGenerator", "stream ids must not be guessable (RFC 6120 §4.7.3) and decide nothing"),
        ("src/Presence.Edge/Components/ComponentConnection.cs", "RandomNumberGenerator", "stream ids, which a handshake digest must not meet twice (XEP-0114 §3)"),
    ];

    private static readonly string[] Pure = ["src/Presence.Protocol", "src/Presence.Routing", "src/Presence.Actors"];

    [Fact]
    public void Nothing_but_a_driver_reads_a_clock_or_sleeps_or_throws_dice()
    {
        var found = RepositoryTree.CSharp("src").SelectMany(file => Hits(file, ClockOrChance())).Where(hit => !Excused(hit)).Select(hit => hit.ToString());

        Findings.None(found);
    }

    [Fact]
    public void The_pure_projects_start_no_task_and_take_no_lock()
    {
        var found = Pure.SelectMany(RepositoryTree.CSharp).SelectMany(file => Hits(file, Concurrency())).Where(hit => !Excused(hit)).Select(hit => hit.ToString());

        Findings.None(found);
    }

    [Fact]
    public void Nobody_waits_for_a_delay_that_a_fake_clock_cannot_end()
    {
        var found = RepositoryTree.CSharp("src").SelectMany(file => Hits(file, Delay())).Where(hit => !NamesAClock(hit.Text)).Select(hit => hit.ToString());

        Findings.None(found);
    }

    [Theory]
    [InlineData("Task.Delay(500)", false)]
    [InlineData("Task.Delay(TimeSpan.FromSeconds(5))", false)]
    [InlineData("Task.Delay(Timeout.InfiniteTimeSpan, lifetime.Token)", false)]
    [InlineData("Task.Delay(_options.LoginTimeout, stopping)", false)]
    [InlineData("Task.Delay(pause, _clock, stopping)", true)]
    [InlineData("Task.Delay(TimeSpan.FromSeconds(5), edge.Time)", true)]
    [InlineData("Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop)", true)]
    public void A_clock_is_told_from_other_words_with_time_in_them(string delay, bool named) => Assert.Equal(named, NamesAClock(delay));

    [Fact]
    public void A_driver_that_needs_no_exception_any_more_has_none()
    {
        Assert.All(Drivers, driver => Assert.NotEmpty(driver.May));
        Assert.DoesNotContain(Drivers, driver => !FilesOf(driver.Place).Any(file => Uses(file, driver.May)));
    }

    private static IEnumerable<string> FilesOf(string place) =>
        place.EndsWith('/') ? RepositoryTree.CSharp(place.TrimEnd('/')) : File.Exists(Path.Combine(RepositoryTree.Root, place)) ? [place] : [];

    private static bool Uses(string file, string word) =>
        Hits(file, ClockOrChance()).Concat(Hits(file, Concurrency())).Any(hit => hit.Text.Contains(word, StringComparison.Ordinal));

    // The argument after the first that is a TimeProvider; by its name, for the scan knows no types.
    private static bool NamesAClock(string delay) => ClockArgument().IsMatch(delay);

    private static bool Excused(Hit hit) => Drivers.Any(driver =>
        hit.Text.Contains(driver.May, StringComparison.Ordinal)
        && (hit.File == driver.Place || (driver.Place.EndsWith('/') && hit.File.StartsWith(driver.Place, StringComparison.Ordinal))));

    private static IEnumerable<Hit> Hits(string file, Regex pattern)
    {
        var code = SourceCode.WithoutTalk(RepositoryTree.Read(file));
        return pattern.Matches(code).Select(match => new Hit(file, 1 + code.AsSpan(0, match.Index).Count('\n'), match.Value));
    }

    [GeneratedRegex(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b|\bStopwatch\b|\bEnvironment\.TickCount(64)?\b|\bTimeProvider\.System\b|\bThread\.(Sleep|SpinWait)\b"
        + @"|\bnew Random\b|\bRandom\.Shared\b|\bGuid\.(NewGuid|CreateVersion7)\b|\bRandomNumberGenerator\b")]
    private static partial Regex ClockOrChance();

    [GeneratedRegex(@"\bTask\.(Run|Factory|Delay)\b|\bnew (Thread|Timer|PeriodicTimer|SemaphoreSlim|Lock|ManualResetEventSlim|AutoResetEvent)\b|\bThreadPool\b"
        + @"|\block\s*\(|\bMonitor\.|\bChannel\.|\.GetAwaiter\(\)\.GetResult\(\)|\.Wait\(\)")]
    private static partial Regex Concurrency();

    [GeneratedRegex(@"\bTask\.Delay\((?>[^()]+|\((?<open>)|\)(?<-open>))*(?(open)(?!))\)")]
    private static partial Regex Delay();

    [GeneratedRegex(@",\s*([\w.]+\.)?(_?clock|_?time|Clock|Time|TimeProvider\.System|timeProvider)\s*[,)]")]
    private static partial Regex ClockArgument();

    private sealed record Hit(string File, int Line, string Text)
    {
        public override string ToString() => $"{File}:{Line}: {Text}";
    }
}

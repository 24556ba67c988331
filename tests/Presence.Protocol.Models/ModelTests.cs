using Xunit;

namespace Presence.Protocol.Models;

/// <summary>
/// The protocol, as written down in docs/protocol, must hold in every reachable state of its models, and each known-bad form of it must be refuted by
/// the invariant named here. A model that finds nothing wrong in a bad variant has lost its teeth; that is as much a failure as a broken proposal.
/// </summary>
public sealed class ModelTests
{
    [Theory]
    [InlineData("shard_protocol.py", "proposal")]
    [InlineData("shard_protocol.py", "outbox")]
    [InlineData("handoff.py", "proposal")]
    [InlineData("handoff.py", "sweep")]
    [InlineData("delivery.py", "proposal")]
    [InlineData("delivery.py", "failed-resume")]
    [InlineData("membership.py", "proposal")]
    [InlineData("sessions.py", "proposal")]
    [InlineData("sessions.py", "unfiltered")]
    public void The_protocol_holds_in_every_reachable_state(string file, string variant)
    {
        var run = ModelRun.Of(file, "--small", variant);

        Assert.Equal("", run.Errors);
        var line = Assert.Single(run.Lines);
        Assert.Matches($@"^{variant} +\d{{4,}} states  holds$", line);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("shard_protocol.py", "resume-from-memory", "S3")]
    [InlineData("shard_protocol.py", "unnumbered-edge", "S1")]
    [InlineData("shard_protocol.py", "ack-early", "S2")]
    [InlineData("shard_protocol.py", "no-epoch", "S1")]
    [InlineData("shard_protocol.py", "no-epoch-base", "S5")]
    [InlineData("shard_protocol.py", "check-then-write", "S5")]
    [InlineData("shard_protocol.py", "blind-retry", "S1")]
    [InlineData("shard_protocol.py", "read-then-fence", "S5")]
    [InlineData("shard_protocol.py", "trust-replica", "S5")]
    [InlineData("shard_protocol.py", "stream-before-commit", "S5")]
    [InlineData("shard_protocol.py", "ack-on-replica", "S2")]
    [InlineData("handoff.py", "no-drain", "S5")]
    [InlineData("handoff.py", "resume-unmatched", "S3")]
    [InlineData("handoff.py", "no-target-check", "ORPHAN")]
    [InlineData("handoff.py", "unlocked-check", "S10")]
    [InlineData("handoff.py", "one-statement", "ORPHAN")]
    [InlineData("handoff.py", "release-claim", "ORPHAN")]
    [InlineData("handoff.py", "no-epoch-bump", "S4")]
    [InlineData("handoff.py", "leaving-timeout", "S10")]
    [InlineData("handoff.py", "leaving-resumes", "S3")]
    [InlineData("handoff.py", "cache-kept", "S5")]
    [InlineData("handoff.py", "tell-target", "S5")]
    [InlineData("delivery.py", "confirm-on-accept", "LOST")]
    [InlineData("delivery.py", "no-cursor", "S9")]
    [InlineData("delivery.py", "guess-numbers", "S11")]
    [InlineData("delivery.py", "overtake", "S11")]
    [InlineData("delivery.py", "go-on-counting", "S11")]
    [InlineData("delivery.py", "listen-to-both", "S11")]
    [InlineData("delivery.py", "edge-goes-back", "S11")]
    [InlineData("delivery.py", "send-first", "S11")]
    [InlineData("delivery.py", "ack-is-sent", "S11")]
    [InlineData("delivery.py", "push-on-arrival", "S12")]
    [InlineData("delivery.py", "detach-when-told", "S12")]
    [InlineData("delivery.py", "push-no-claim", "S12")]
    [InlineData("delivery.py", "push-done-first", "S12")]
    [InlineData("membership.py", "join-blind", "JOIN")]
    [InlineData("membership.py", "join-half-cut", "JOIN")]
    [InlineData("membership.py", "trusting-death", "S8")]
    [InlineData("membership.py", "stale-heirs", "S13")]
    [InlineData("membership.py", "local-limit", "LIMIT")]
    [InlineData("membership.py", "active-only", "STUCK")]
    [InlineData("membership.py", "no-adopt", "S13")]
    [InlineData("membership.py", "lonely-death", "S13")]
    [InlineData("membership.py", "gone-unchecked", "S13")]
    [InlineData("membership.py", "move-unchecked", "S13")]
    [InlineData("membership.py", "back-from-dead", "S8")]
    [InlineData("sessions.py", "cursor-by-send", "A4")]
    [InlineData("sessions.py", "cursor-by-maximum", "A4")]
    [InlineData("sessions.py", "shared-numbers", "A4")]
    [InlineData("sessions.py", "sending-is-reading", "A4")]
    [InlineData("sessions.py", "expiry-drops-queue", "A4")]
    [InlineData("sessions.py", "no-backlog", "A1")]
    [InlineData("sessions.py", "backlog-at-bind", "A1")]
    [InlineData("sessions.py", "archive-silences", "A1")]
    [InlineData("sessions.py", "ack-empties-all", "A1")]
    [InlineData("sessions.py", "backlog-again", "A2")]
    [InlineData("sessions.py", "looks-twice", "A2")]
    [InlineData("sessions.py", "echo-to-origin", "A3")]
    [InlineData("sessions.py", "delete-early", "A5")]
    public void A_known_bad_variant_yields_its_counterexample(string file, string variant, string invariant)
    {
        var run = ModelRun.Of(file, "--small", variant);

        Assert.Equal("", run.Errors);
        Assert.Matches($@"^{variant} +\d+ states  {invariant} [^<]+$", run.Lines[0]);
        Assert.True(run.Lines.Count > 1, "a counterexample names the steps that lead to it");
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void Every_variant_of_every_model_is_checked_here()
    {
        var checkedHere = typeof(ModelTests).GetMethods()
            .SelectMany(method => method.GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>())
            .Select(data => $"{data.Data[0]} {data.Data[1]}")
            .Order(StringComparer.Ordinal);
        var written = Directory.GetFiles(ModelRun.Folder(), "*.py")
            .Select(path => Path.GetFileName(path))
            .Where(file => file != "explore.py")
            .SelectMany(file => ModelRun.Of(file, "--list").Lines.Select(line => $"{file} {line.Split(' ')[0]}"))
            .Order(StringComparer.Ordinal);

        Assert.Equal(written, checkedHere);
    }
}

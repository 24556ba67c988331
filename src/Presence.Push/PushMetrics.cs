using System.Diagnostics.Metrics;
using Presence.Routing;

namespace Presence.Push;

/// <summary>The figures of the push path. It only counts.</summary>
internal sealed class PushMetrics : IDisposable
{
    private readonly Meter _meter = new("Presence.Push");
    private readonly Counter<long> _answers;
    private readonly Counter<long> _dropped;

    public PushMetrics(Func<int> unsettled)
    {
        _answers = _meter.CreateCounter<long>("presence.push.answers", "{push}", "Answers of push gateways, by gateway and outcome");
        _dropped = _meter.CreateCounter<long>("presence.push.dropped_no_sink", "{push}", "Pushes that had nowhere to go");
        _meter.CreateObservableGauge("presence.push.unsettled", unsettled, "{push}", "Pushes accepted and not yet settled");
    }

    public void Answered(string gateway, PushOutcome outcome) =>
        _answers.Add(1, new("gateway", gateway), new("outcome", Name(outcome)));

    public void DroppedNoSink() => _dropped.Add(1);

    public void Dispose() => _meter.Dispose();

    private static string Name(PushOutcome outcome) => outcome switch
    {
        PushOutcome.Sent => "sent",
        PushOutcome.Retry => "retry",
        _ => "gone",
    };
}

using System.Diagnostics.Metrics;
using Presence.Node.Checks;

namespace Presence.Node.Composition;

/// <summary>The figures that belong to the node as a whole. It only observes.</summary>
internal sealed class NodeMetrics : IDisposable
{
    private readonly Meter _meter = new("Presence.Node");

    public NodeMetrics(string version, StoreHealth store, Func<DateTimeOffset> certificateEnds, string directory, TimeProvider clock)
    {
        _meter.CreateObservableGauge("presence.node.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), null, "Always 1");
        _meter.CreateObservableGauge("presence.node.store_writable", () => store.Trouble is null ? 1 : 0, null, "0 while the store cannot be written");
        _meter.CreateObservableGauge(
            "presence.node.certificate_expires", () => Math.Floor((certificateEnds() - clock.GetUtcNow()).TotalSeconds), "s", "Time until the certificate in use ends");
        _meter.CreateObservableGauge("presence.node.disk_free", () => DiskCheck.FreeBytes(directory), "By", "Room left where the data lies");
    }

    public void Dispose() => _meter.Dispose();
}

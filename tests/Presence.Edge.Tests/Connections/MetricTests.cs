using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Presence.Edge.Tests.Harness;
using Presence.Routing;

namespace Presence.Edge.Tests.Connections;

/// <summary>That what happens is counted, under names with few values.</summary>
[Collection(nameof(MetricTests))]
public sealed class MetricTests
{
    [Fact]
    public async Task A_life_of_a_connection_is_counted()
    {
        var sums = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener();
        await using var edge = TestEdge.Start();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == EdgeMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, edge.Server))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var suffix = string.Concat(tags.ToArray().Select(tag => $"/{tag.Value}"));
            sums.AddOrUpdate(instrument.Name + suffix, value, (_, sum) => sum + value);
        });
        listener.Start();
        await using (var client = await edge.SecureAsync())
        {
            await client.LogInPlainAsync("romeo", "wrong");
            await client.LogInPlainAsync("romeo", "wherefore");
            await client.OpenStreamAsync();
            await client.BindAsync();
            var bind = await edge.Owner.NextAsync<BindInput>();
            Assert.Equal(1, sums["presence.edge.bound"]);
            await client.SendAsync("<presence/>");
            await edge.Owner.NextAsync<StanzaInput>();
            edge.Owner.Send(bind.Connection, 1, "<message/>");
            await client.ReadElementAsync();
            await client.SendAsync("<message from='juliet@example.org'/>");
            await client.ReadStreamErrorAsync();
        }

        await edge.DisposeAsync();
        Assert.Equal(1, sums["presence.edge.accepted"]);
        Assert.Equal(1, sums["presence.edge.logins/PLAIN/ok"]);
        Assert.Equal(1, sums["presence.edge.logins/PLAIN/not-authorized"]);
        Assert.Equal(1, sums["presence.edge.stanzas.in"]);
        Assert.Equal(1, sums["presence.edge.stanzas.out"]);
        Assert.Equal(1, sums["presence.edge.stream_errors/invalid-from"]);
        Assert.True(sums["presence.edge.bytes.in"] > 500);
        Assert.True(sums["presence.edge.bytes.out"] > 500);
        Assert.Equal(0, sums["presence.edge.connections"]);
        Assert.Equal(0, sums["presence.edge.bound"]);
    }
}

using System.Diagnostics.Metrics;
using Presence.Protocol.Streams;

namespace Presence.Edge;

/// <summary>
/// The edge's counters, under the meter <c>Presence.Edge</c>. It must never carry a tag with a user, an address or anything else without a
/// small fixed set of values.
/// </summary>
public sealed class EdgeMetrics : IDisposable
{
    public const string MeterName = "Presence.Edge";

    private readonly Meter _meter;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _logins;
    private readonly Counter<long> _bytesIn;
    private readonly Counter<long> _bytesOut;
    private readonly Counter<long> _stanzasIn;
    private readonly Counter<long> _stanzasOut;
    private readonly Counter<long> _streamErrors;
    private readonly Counter<long> _cuts;
    private readonly Counter<long> _heldBack;
    private readonly UpDownCounter<long> _connections;
    private readonly UpDownCounter<long> _bound;

    /// <param name="scope">What tells this edge's meter from another's in the same process.</param>
    public EdgeMetrics(object? scope = null)
    {
        _meter = new Meter(MeterName, version: null, tags: null, scope);
        _accepted = _meter.CreateCounter<long>("presence.edge.accepted", "{connection}", "Sockets accepted.");
        _refused = _meter.CreateCounter<long>("presence.edge.refused", "{connection}", "Sockets closed by a connection limit.");
        _logins = _meter.CreateCounter<long>("presence.edge.logins", "{login}", "Ended login attempts by outcome.");
        _bytesIn = _meter.CreateCounter<long>("presence.edge.bytes.in", "By", "Stream bytes read, without TLS.");
        _bytesOut = _meter.CreateCounter<long>("presence.edge.bytes.out", "By", "Stream bytes written, without TLS.");
        _stanzasIn = _meter.CreateCounter<long>("presence.edge.stanzas.in", "{stanza}", "Stanzas handed to owners.");
        _stanzasOut = _meter.CreateCounter<long>("presence.edge.stanzas.out", "{stanza}", "Stanzas put into write buffers.");
        _streamErrors = _meter.CreateCounter<long>("presence.edge.stream_errors", "{error}", "Stream errors sent, by condition.");
        _cuts = _meter.CreateCounter<long>("presence.edge.cuts", "{connection}", "Sockets closed without ceremony, by reason.");
        _heldBack = _meter.CreateCounter<long>("presence.edge.held_back", "{read}", "Reads that waited because a client sent more than its rates allow.");
        _connections = _meter.CreateUpDownCounter<long>("presence.edge.connections", "{connection}", "Open sockets.");
        _bound = _meter.CreateUpDownCounter<long>("presence.edge.bound", "{connection}", "Connections attached to a session.");
    }

    public void Dispose() => _meter.Dispose();

    internal void Accepted()
    {
        _accepted.Add(1);
        _connections.Add(1);
    }

    internal void Refused() => _refused.Add(1);

    internal void Ended(bool wasBound)
    {
        _connections.Add(-1);
        if (wasBound)
        {
            _bound.Add(-1);
        }
    }

    internal void Bound() => _bound.Add(1);

    /// <param name="outcome">"ok" or the name of the SASL failure condition.</param>
    internal void Login(string mechanism, string outcome) =>
        _logins.Add(1, new KeyValuePair<string, object?>("mechanism", mechanism), new KeyValuePair<string, object?>("outcome", outcome));

    internal void BytesIn(int count) => _bytesIn.Add(count);

    internal void BytesOut(int count) => _bytesOut.Add(count);

    internal void StanzaIn() => _stanzasIn.Add(1);

    internal void StanzaOut() => _stanzasOut.Add(1);

    internal void StreamError(StreamErrorCondition condition) =>
        _streamErrors.Add(1, new KeyValuePair<string, object?>("condition", Presence.Protocol.Streams.StreamError.ElementName(condition)));

    internal void HeldBack() => _heldBack.Add(1);

    internal void Cut(string reason) => _cuts.Add(1, new KeyValuePair<string, object?>("reason", reason));
}

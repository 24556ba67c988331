using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <summary>
/// Builds the <c>stream:features</c> element (RFC 6120 §4.3.2) one offer at a time. It must never decide what to offer;
/// that is the negotiation's business.
/// </summary>
public sealed class StreamFeatures
{
    private readonly List<Action<Utf8XmlBuilder>> _features = [];

    /// <summary>STARTTLS (RFC 6120 §5.4.1).</summary>
    public StreamFeatures StartTls(bool required) => throw new NotImplementedException();

    /// <summary>SASL mechanisms in order of preference (RFC 6120 §6.4.1).</summary>
    public StreamFeatures Mechanisms(params IEnumerable<string> names) => throw new NotImplementedException();

    /// <summary>Channel binding types (XEP-0440); nothing if there are none.</summary>
    public StreamFeatures ChannelBindings(params IEnumerable<string> types) => throw new NotImplementedException();

    /// <summary>Resource binding (RFC 6120 §7.4).</summary>
    public StreamFeatures Bind() => throw new NotImplementedException();

    /// <summary>The old session request, marked optional: some clients still look for it.</summary>
    public StreamFeatures Session() => throw new NotImplementedException();

    public StreamFeatures StreamManagement() => throw new NotImplementedException();

    /// <summary>Client state indication (XEP-0352).</summary>
    public StreamFeatures ClientState() => throw new NotImplementedException();

    public StreamFeatures RosterVersioning() => throw new NotImplementedException();

    /// <summary>In-band registration (XEP-0077).</summary>
    public StreamFeatures Registration() => throw new NotImplementedException();

    /// <summary>The server's own capabilities (XEP-0115 §6.3).</summary>
    public StreamFeatures Caps(string node, string verification) => throw new NotImplementedException();

    /// <summary>Limits of this stream (XEP-0478).</summary>
    public StreamFeatures Limits(int maxBytes, TimeSpan? idle = null) => throw new NotImplementedException();

    /// <summary>Any other feature.</summary>
    public StreamFeatures Add(XmlElement feature)
    {
        _features.Add(builder => feature.WriteTo(builder));
        return this;
    }

    public byte[] ToBytes() => throw new NotImplementedException();
}

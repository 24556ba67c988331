using System.Collections.Immutable;
using System.Globalization;
using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <summary>
/// Builds the <c>stream:features</c> element (RFC 6120 §4.3.2) one offer at a time. It must never decide what to offer;
/// that is the negotiation's business.
/// </summary>
public sealed class StreamFeatures
{
    private readonly List<XmlElement> _features = [];

    /// <summary>STARTTLS (RFC 6120 §5.4.1).</summary>
    public StreamFeatures StartTls(bool required) =>
        required ? Add("starttls", Namespaces.Tls, new XmlElement("required", Namespaces.Tls)) : Add("starttls", Namespaces.Tls);

    /// <summary>SASL mechanisms in order of preference (RFC 6120 §6.4.1).</summary>
    public StreamFeatures Mechanisms(params IEnumerable<string> names) =>
        Add("mechanisms", Namespaces.Sasl, [.. names.Select(name => WithText("mechanism", Namespaces.Sasl, name))]);

    /// <summary>Channel binding types (XEP-0440); nothing if there are none.</summary>
    public StreamFeatures ChannelBindings(params IEnumerable<string> types)
    {
        var bindings = types
            .Select(type => (XmlNode)new XmlElement("channel-binding", Namespaces.ChannelBinding, [new XmlAttribute("type", "", type)]))
            .ToArray();
        return bindings.Length == 0 ? this : Add("sasl-channel-binding", Namespaces.ChannelBinding, bindings);
    }

    /// <summary>Resource binding (RFC 6120 §7.4).</summary>
    public StreamFeatures Bind() => Add("bind", Namespaces.Bind);

    /// <summary>The old session request, marked optional: some clients still look for it.</summary>
    public StreamFeatures Session() => Add("session", Namespaces.Session, new XmlElement("optional", Namespaces.Session));

    /// <summary>Stream management (XEP-0198).</summary>
    public StreamFeatures StreamManagement() => Add("sm", Namespaces.StreamManagement);

    /// <summary>Client state indication (XEP-0352).</summary>
    public StreamFeatures ClientState() => Add("csi", Namespaces.Csi);

    /// <summary>Roster versioning (RFC 6121 §2.6.1).</summary>
    public StreamFeatures RosterVersioning() => Add("ver", Namespaces.RosterVersioning);

    /// <summary>Pre-approved subscriptions (RFC 6121 §3.4).</summary>
    public StreamFeatures PreApproval() => Add("sub", Namespaces.PreApproval);

    /// <summary>In-band registration (XEP-0077).</summary>
    public StreamFeatures Registration() => Add("register", Namespaces.RegisterFeature);

    /// <summary>The server's own capabilities (XEP-0115 §6.3).</summary>
    /// <param name="node">A URI that names the software.</param>
    /// <param name="verification">The SHA-1 verification string in base64.</param>
    public StreamFeatures Caps(string node, string verification) => Add(new XmlElement(
        "c",
        Namespaces.Caps,
        [new XmlAttribute("hash", "", "sha-1"), new XmlAttribute("node", "", node), new XmlAttribute("ver", "", verification)]));

    /// <summary>Limits of this stream (XEP-0478).</summary>
    /// <param name="maxBytes">The biggest element that is accepted.</param>
    /// <param name="idle">After how long without any data the connection may be closed.</param>
    public StreamFeatures Limits(int maxBytes, TimeSpan? idle = null)
    {
        var size = WithText("max-bytes", Namespaces.StreamLimits, maxBytes.ToString(CultureInfo.InvariantCulture));
        return idle is { } time
            ? Add("limits", Namespaces.StreamLimits, size, WithText(
                "idle-seconds", Namespaces.StreamLimits, ((long)time.TotalSeconds).ToString(CultureInfo.InvariantCulture)))
            : Add("limits", Namespaces.StreamLimits, size);
    }

    /// <summary>Any other feature.</summary>
    public StreamFeatures Add(XmlElement feature)
    {
        _features.Add(feature);
        return this;
    }

    public byte[] ToBytes()
    {
        using var builder = new Utf8XmlBuilder();
        builder.Open("stream:features");
        foreach (var feature in _features)
        {
            feature.WriteTo(builder);
        }

        return builder.Close().ToArray();
    }

    private StreamFeatures Add(string name, string ns, params XmlNode[] nodes) =>
        Add(new XmlElement(name, ns, nodes: ImmutableArray.Create(nodes)));

    private static XmlNode WithText(string name, string ns, string text) => new XmlElement(name, ns, nodes: [text]);
}

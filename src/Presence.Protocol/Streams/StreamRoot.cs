using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <summary>
/// What has to be remembered of a stream header while the stream lives: its tag's name and its namespace declarations. It
/// must never keep more; for the usual header all streams share one instance.
/// </summary>
internal sealed class StreamRoot
{
    /// <summary>What every stream header but an odd one declares; framed streams (RFC 7395) stand in it too.</summary>
    public static readonly StreamRoot Usual = new("stream:stream"u8.ToArray(), NamespaceScope.ClientStream);

    private StreamRoot(byte[] name, NamespaceBinding[] scope)
    {
        Name = name;
        Scope = scope;
    }

    /// <summary>The tag's name as written, which the end tag must repeat.</summary>
    public byte[] Name { get; }

    /// <summary>The declarations that all elements of the stream stand in.</summary>
    public NamespaceBinding[] Scope { get; }

    /// <summary>Whether a start tag is a stream header at all (RFC 6120 §4.8.1, §4.8.2).</summary>
    public static XmlFault? Check(XmlTokenizer tokenizer, ReadOnlySpan<byte> data, string contentNamespace)
    {
        if (!tokenizer.Namespace(data).SequenceEqual(Utf8Namespaces.Streams))
        {
            return XmlFault.RootNamespace;
        }

        if (!tokenizer.LocalName(data).SequenceEqual("stream"u8))
        {
            return XmlFault.RootName;
        }

        var scope = tokenizer.Scope;
        var content = KnownNames.Intern(scope.Uri(scope.Resolve(default, data), data));
        return content.Length == 0 || content == contentNamespace || content == Namespaces.Streams ? null : XmlFault.ContentNamespace;
    }

    public static StreamRoot Read(XmlTokenizer tokenizer, ReadOnlySpan<byte> data, string contentNamespace)
    {
        var name = tokenizer.QualifiedName(data);
        var scope = new NamespaceBinding[tokenizer.Scope.Count];
        var usual = name.SequenceEqual(Usual.Name) && scope.Length == Usual.Scope.Length;
        for (var i = 0; i < scope.Length; i++)
        {
            var prefix = tokenizer.Scope.Prefix(i, data);
            var uri = tokenizer.Scope.Uri(i, data);
            if (prefix.IsEmpty && uri.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(contentNamespace)))
            {
                // Between servers too, stanzas are kept as if they were in jabber:client; only the stream says otherwise.
                uri = Utf8Namespaces.Client;
            }

            scope[i] = new NamespaceBinding(prefix.ToArray(), uri.ToArray());
            usual &= IsUsual(prefix, uri);
        }

        return usual ? Usual : new StreamRoot(name.ToArray(), scope);
    }

    /// <summary>The fault for a byte that stands between stanzas and is neither white space nor markup.</summary>
    public static XmlFault FaultOfStrayText(byte first) =>
        first is (>= 0x80 and < 0xC2) or > 0xF4 ? XmlFault.NotUtf8 : first < 0x20 ? XmlFault.Character : XmlFault.Text;

    private static bool IsUsual(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> uri)
    {
        foreach (var binding in Usual.Scope)
        {
            if (binding.Prefix(default).SequenceEqual(prefix))
            {
                return binding.Uri(default).SequenceEqual(uri);
            }
        }

        return false;
    }
}

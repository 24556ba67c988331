using System.Collections.Immutable;
using System.Text;

namespace Presence.Protocol.Xml;

/// <summary>
/// Builds an <see cref="XmlElement"/> out of tokens. It must never accept what the tokenizer refuses, nor anything
/// before or after the one element.
/// </summary>
internal static class XmlTreeReader
{
    private sealed class Level(string name, string ns, ImmutableArray<XmlAttribute> attributes)
    {
        // Most elements have no child or no text, so neither list is made before it is needed.
        private ImmutableArray<XmlNode>.Builder? _nodes;
        private StringBuilder? _text;

        public void Add(XmlElement element)
        {
            FlushText();
            AddNode(element);
        }

        // Text arrives in pieces; neighbours are one node.
        public void Add(string text) => (_text ??= new StringBuilder()).Append(text);

        public XmlElement Close()
        {
            FlushText();
            return new XmlElement(name, ns, attributes, _nodes?.DrainToImmutable() ?? []);
        }

        private void FlushText()
        {
            if (_text is { Length: > 0 })
            {
                AddNode(_text.ToString());
                _text.Clear();
            }
        }

        private void AddNode(XmlNode node) => (_nodes ??= ImmutableArray.CreateBuilder<XmlNode>(1)).Add(node);
    }

    /// <summary>The element that fills <paramref name="data"/>, or <c>null</c>.</summary>
    public static XmlElement? Read(ReadOnlySpan<byte> data, ReadOnlySpan<NamespaceBinding> outer, XmlLimits limits)
    {
        var tokenizer = new XmlTokenizer();
        tokenizer.Reset(limits, outer);
        var levels = new Stack<Level>();
        while (true)
        {
            switch (tokenizer.Read(data))
            {
                case XmlTokenKind.StartTag:
                    levels.Push(Open(tokenizer, data));
                    if (!tokenizer.IsEmptyElement)
                    {
                        continue;
                    }

                    break;
                case XmlTokenKind.Text:
                    levels.Peek().Add(XmlDecoder.ToText(data[tokenizer.TokenStart..tokenizer.TokenEnd]));
                    continue;
                case XmlTokenKind.CData:
                    levels.Peek().Add(XmlDecoder.ToCData(data[tokenizer.TokenStart..tokenizer.TokenEnd]));
                    continue;
                case XmlTokenKind.EndTag:
                    break;
                default:
                    return null;
            }

            var element = levels.Pop().Close();
            if (levels.Count == 0)
            {
                return tokenizer.TokenEnd == data.Length ? element : null;
            }

            levels.Peek().Add(element);
        }
    }

    private static Level Open(XmlTokenizer tokenizer, ReadOnlySpan<byte> data)
    {
        ImmutableArray<XmlAttribute>.Builder? attributes = null;
        foreach (ref readonly var attribute in tokenizer.Attributes)
        {
            if (!XmlTokenizer.IsDeclaration(attribute, data))
            {
                attributes ??= ImmutableArray.CreateBuilder<XmlAttribute>(tokenizer.Attributes.Length);
                attributes.Add(new XmlAttribute(
                    KnownNames.Intern(data.Slice(attribute.LocalStart, attribute.LocalLength)),
                    tokenizer.AttributeNamespace(attribute, data),
                    XmlDecoder.ToValue(data.Slice(attribute.ValueStart, attribute.ValueLength))));
            }
        }

        return new Level(
            KnownNames.Intern(tokenizer.LocalName(data)), tokenizer.NamespaceName(data), attributes?.DrainToImmutable() ?? []);
    }
}

namespace Presence.Protocol.Xml;

/// <summary>
/// Takes one whole start tag apart and checks it: names, attributes, declarations, prefixes, duplicates. It must never
/// be given a tag whose end has not been found, and keeps only offsets.
/// </summary>
internal sealed class XmlStartTag
{
    private XmlAttributeToken[] _attributes = new XmlAttributeToken[8];
    private int _count;

    public int NameStart { get; private set; }

    public int NameLength { get; private set; }

    public int PrefixLength { get; private set; }

    public bool IsEmpty { get; private set; }

    /// <summary>Index in the scope of the binding that the element's own name resolves to.</summary>
    public int Binding { get; private set; }

    public ReadOnlySpan<XmlAttributeToken> Attributes => _attributes.AsSpan(0, _count);

    /// <summary>Reads the tag that fills <paramref name="data"/> from <paramref name="start"/> on.</summary>
    public XmlFault? Read(ReadOnlySpan<byte> data, int start, XmlLimits limits, NamespaceScope scope)
    {
        _count = 0;
        IsEmpty = false;
        NameStart = start + 1;
        var end = XmlChars.ScanName(data, NameStart, out var prefixLength);
        if (end < 0)
        {
            return XmlFault.Name;
        }

        NameLength = end - NameStart;
        PrefixLength = prefixLength;
        return NameLength > limits.MaxNameBytes ? XmlFault.NameLength
            : ReadAttributes(data, end, limits) ?? Declare(data, limits, scope) ?? Resolve(data, scope);
    }

    private XmlFault? ReadAttributes(ReadOnlySpan<byte> data, int i, XmlLimits limits)
    {
        while (true)
        {
            var nameEnd = i;
            i = SkipWhitespace(data, i);
            if (i + 1 == data.Length && data[i] == '>')
            {
                return null;
            }

            if (i + 2 == data.Length && data[i] == '/' && data[i + 1] == '>')
            {
                IsEmpty = true;
                return null;
            }

            if (i == nameEnd)
            {
                return XmlFault.Markup;
            }

            if (ReadAttribute(data, ref i, limits) is { } fault)
            {
                return fault;
            }
        }
    }

    private XmlFault? ReadAttribute(ReadOnlySpan<byte> data, ref int i, XmlLimits limits)
    {
        var nameStart = i;
        i = XmlChars.ScanName(data, i, out var prefixLength);
        if (i < 0)
        {
            return XmlFault.Name;
        }

        var nameLength = i - nameStart;
        i = SkipWhitespace(data, i);
        if (i >= data.Length || data[i] != '=')
        {
            return XmlFault.Attribute;
        }

        i = SkipWhitespace(data, i + 1);
        if (i >= data.Length || data[i] is not ((byte)'"' or (byte)'\''))
        {
            return XmlFault.Attribute;
        }

        var valueStart = i + 1;
        var length = data[valueStart..].IndexOf(data[i]);
        var value = length < 0 ? data[valueStart..] : data.Slice(valueStart, length);
        if (XmlScan.Value(value) is { } fault)
        {
            return fault;
        }

        i = valueStart + length + 1;
        return length < 0 ? XmlFault.Attribute
            : nameLength > limits.MaxNameBytes ? XmlFault.NameLength
            : Add(data, new XmlAttributeToken(nameStart, nameLength, prefixLength, valueStart, length), limits);
    }

    private XmlFault? Add(ReadOnlySpan<byte> data, in XmlAttributeToken attribute, XmlLimits limits)
    {
        var name = data.Slice(attribute.NameStart, attribute.NameLength);
        foreach (ref readonly var other in Attributes)
        {
            if (other.NameLength == name.Length && data.Slice(other.NameStart, other.NameLength).SequenceEqual(name))
            {
                return XmlFault.Duplicate;
            }
        }

        if (_count >= limits.MaxAttributes)
        {
            return XmlFault.Attributes;
        }

        if (_count == _attributes.Length)
        {
            Array.Resize(ref _attributes, _count * 2);
        }

        _attributes[_count++] = attribute;
        return null;
    }

    private XmlFault? Declare(ReadOnlySpan<byte> data, XmlLimits limits, NamespaceScope scope)
    {
        foreach (ref readonly var attribute in Attributes)
        {
            if (!XmlTokenizer.IsDeclaration(attribute, data))
            {
                continue;
            }

            var isDefault = attribute.PrefixLength == 0;
            var value = data.Slice(attribute.ValueStart, attribute.ValueLength);
            var decoded = XmlDecoder.NeedsDecoding(value, isValue: true) ? XmlDecoder.ToValueBytes(value) : null;
            var binding = new NamespaceBinding(
                attribute.LocalStart, isDefault ? 0 : attribute.LocalLength, attribute.ValueStart, attribute.ValueLength, decoded);
            if (!NamespaceScope.IsAllowed(binding.Prefix(data), binding.Uri(data), isDefault))
            {
                return XmlFault.Declaration;
            }

            if (scope.Declared >= limits.MaxNamespaceBindings)
            {
                return XmlFault.Bindings;
            }

            scope.Add(binding);
        }

        return null;
    }

    private XmlFault? Resolve(ReadOnlySpan<byte> data, NamespaceScope scope)
    {
        var prefix = data.Slice(NameStart, PrefixLength);
        Binding = prefix.SequenceEqual("xmlns"u8) ? NamespaceScope.Unbound : scope.Resolve(prefix, data);
        if (Binding == NamespaceScope.Unbound)
        {
            return XmlFault.Prefix;
        }

        for (var i = 0; i < _count; i++)
        {
            ref readonly var attribute = ref _attributes[i];
            if (attribute.PrefixLength == 0 || XmlTokenizer.IsDeclaration(attribute, data))
            {
                continue;
            }

            var binding = scope.Resolve(data.Slice(attribute.NameStart, attribute.PrefixLength), data);
            if (binding == NamespaceScope.Unbound)
            {
                return XmlFault.Prefix;
            }

            if (HasTwin(i, scope.Uri(binding, data), data, scope))
            {
                return XmlFault.Duplicate;
            }
        }

        return null;
    }

    /// <summary>Whether an earlier attribute has the same local name in the same namespace under another prefix.</summary>
    private bool HasTwin(int index, ReadOnlySpan<byte> uri, ReadOnlySpan<byte> data, NamespaceScope scope)
    {
        ref readonly var attribute = ref _attributes[index];
        var local = data.Slice(attribute.LocalStart, attribute.LocalLength);
        for (var i = 0; i < index; i++)
        {
            ref readonly var other = ref _attributes[i];
            if (other.PrefixLength != 0 && other.LocalLength == local.Length && !XmlTokenizer.IsDeclaration(other, data)
                && data.Slice(other.LocalStart, other.LocalLength).SequenceEqual(local)
                && scope.Uri(scope.Resolve(data.Slice(other.NameStart, other.PrefixLength), data), data).SequenceEqual(uri))
            {
                return true;
            }
        }

        return false;
    }

    private static int SkipWhitespace(ReadOnlySpan<byte> data, int i)
    {
        while (i < data.Length && XmlChars.IsWhitespace(data[i]))
        {
            i++;
        }

        return i;
    }
}

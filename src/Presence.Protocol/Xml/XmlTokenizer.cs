using Presence.Protocol.Streams;

namespace Presence.Protocol.Xml;

/// <summary>
/// Reads one element token by token and checks everything that XML, its namespaces and RFC 6120 §11 demand. It can stop
/// at any byte and go on when there is more, and must never copy the data or keep a reference to it.
/// </summary>
/// <remarks>
/// The caller passes the data from the element's first byte on, each time at least as much as before; offsets count
/// from there. Once an instance has grown to its depth, reading allocates nothing. Not thread-safe.
/// </remarks>
public sealed class XmlTokenizer
{
    private readonly NamespaceScope _scope = new();
    private readonly XmlStartTag _tag = new();
    private OpenElement[] _open = new OpenElement[8];
    private XmlLimits _limits = XmlLimits.BeforeLogin;
    private XmlFault? _fault;
    private int _position;
    private int _tagScan;
    private byte _tagQuote;
    private bool _inCData;
    private int _emptyBase = -1;

    private readonly record struct OpenElement(int NameStart, int NameLength, int ScopeCount);

    /// <summary>Elements open after the token just read.</summary>
    public int Depth { get; private set; }

    /// <summary>Offset of the first byte of the token just read.</summary>
    public int TokenStart { get; private set; }

    /// <summary>Offset behind the last byte of the token just read.</summary>
    public int TokenEnd { get; private set; }

    /// <summary>The start tag just read closes itself; no end tag will follow.</summary>
    public bool IsEmptyElement => _emptyBase >= 0;

    /// <summary>Bytes of the prefix of the start tag just read; 0 if it has none.</summary>
    public int PrefixLength => _tag.PrefixLength;

    /// <summary>The attributes of the start tag just read, namespace declarations included.</summary>
    public ReadOnlySpan<XmlAttributeToken> Attributes => _tag.Attributes;

    /// <summary>Set after <see cref="XmlTokenKind.Failed"/>.</summary>
    public StreamErrorCondition Error => _fault?.Condition ?? StreamErrorCondition.None;

    /// <summary>What was wrong, in English; never contains input.</summary>
    public string ErrorText => _fault?.Explanation ?? "";

    internal XmlFault? Fault => _fault;

    /// <summary>Whether the element, read alone, would lose a namespace that is declared around it.</summary>
    internal bool UsesOuterScope => _scope.UsesOuter;

    internal NamespaceScope Scope => _scope;

    /// <summary>Makes ready for another element, which stands in the default namespace <c>jabber:client</c>.</summary>
    public void Reset(XmlLimits limits) => Reset(limits, NamespaceScope.ClientOnly);

    internal void Reset(XmlLimits limits, ReadOnlySpan<NamespaceBinding> outer)
    {
        _limits = limits;
        _scope.Reset(outer);
        _fault = null;
        _position = _tagScan = 0;
        _tagQuote = 0;
        _inCData = false;
        _emptyBase = -1;
        Depth = TokenStart = TokenEnd = 0;
    }

    /// <summary>The name in the start tag just read, prefix included.</summary>
    public ReadOnlySpan<byte> QualifiedName(ReadOnlySpan<byte> data) => data.Slice(_tag.NameStart, _tag.NameLength);

    /// <summary>The local name in the start tag just read.</summary>
    public ReadOnlySpan<byte> LocalName(ReadOnlySpan<byte> data) =>
        QualifiedName(data)[(_tag.PrefixLength == 0 ? 0 : _tag.PrefixLength + 1)..];

    /// <summary>The namespace of the start tag just read.</summary>
    public ReadOnlySpan<byte> Namespace(ReadOnlySpan<byte> data) => _scope.Uri(_tag.Binding, data);

    /// <summary>The namespace of the start tag just read as a shared string.</summary>
    public string NamespaceName(ReadOnlySpan<byte> data) => _scope.Name(_tag.Binding, data);

    /// <summary>The namespace of an attribute of the start tag just read as a shared string; empty if it has no prefix.</summary>
    public string AttributeNamespace(in XmlAttributeToken attribute, ReadOnlySpan<byte> data) =>
        attribute.PrefixLength == 0 ? "" : _scope.Name(_scope.Resolve(data.Slice(attribute.NameStart, attribute.PrefixLength), data), data);

    /// <summary>Whether an attribute declares a namespace.</summary>
    public static bool IsDeclaration(in XmlAttributeToken attribute, ReadOnlySpan<byte> data) =>
        data.Slice(attribute.NameStart, attribute.PrefixLength == 0 ? attribute.NameLength : attribute.PrefixLength).SequenceEqual("xmlns"u8);

    /// <summary>
    /// Reads the next token. Must not be called again after <see cref="XmlTokenKind.Failed"/>, nor once the element is
    /// complete: the depth is back at 0 after a tag.
    /// </summary>
    public XmlTokenKind Read(ReadOnlySpan<byte> data)
    {
        if (_emptyBase >= 0)
        {
            _scope.Truncate(_emptyBase);
            _emptyBase = -1;
        }

        if (_inCData)
        {
            return ReadCData(data);
        }

        if (_position >= data.Length)
        {
            return XmlTokenKind.NeedMore;
        }

        return data[_position] == '<' ? ReadMarkup(data) : ReadText(data);
    }

    private XmlTokenKind Fail(XmlFault fault)
    {
        _fault = fault;
        return XmlTokenKind.Failed;
    }

    private XmlTokenKind Emit(XmlTokenKind kind, int end)
    {
        TokenStart = _position;
        TokenEnd = _position = end;
        return kind;
    }

    private XmlTokenKind ReadText(ReadOnlySpan<byte> data)
    {
        var end = _position;
        var step = Depth == 0 ? FailStep(XmlFault.BeforeRoot) : XmlScan.Text(data, ref end, ref _fault);
        return step == XmlScan.Step.Faulty ? XmlTokenKind.Failed
            : end > _position ? Emit(XmlTokenKind.Text, end) : XmlTokenKind.NeedMore;
    }

    private XmlScan.Step FailStep(XmlFault fault)
    {
        _fault = fault;
        return XmlScan.Step.Faulty;
    }

    private XmlTokenKind ReadCData(ReadOnlySpan<byte> data)
    {
        var end = _position;
        var step = XmlScan.CData(data, ref end, out var closed, ref _fault);
        if (step == XmlScan.Step.Faulty)
        {
            return XmlTokenKind.Failed;
        }

        if (!closed)
        {
            return end > _position ? Emit(XmlTokenKind.CData, end) : XmlTokenKind.NeedMore;
        }

        var kind = Emit(XmlTokenKind.CData, end);
        _position += "]]>"u8.Length;
        _inCData = false;
        return kind;
    }

    private XmlTokenKind ReadMarkup(ReadOnlySpan<byte> data)
    {
        if (_position + 1 >= data.Length)
        {
            return XmlTokenKind.NeedMore;
        }

        return data[_position + 1] switch
        {
            (byte)'/' => ReadEndTag(data),
            (byte)'!' => ReadSection(data),
            (byte)'?' => Fail(XmlFault.Instruction),
            _ => ReadStartTag(data),
        };
    }

    private XmlTokenKind ReadSection(ReadOnlySpan<byte> data)
    {
        var opening = "<![CDATA["u8;
        var rest = data[_position..];
        if (Depth > 0 && rest.StartsWith(opening))
        {
            _position += opening.Length;
            _inCData = true;
            return ReadCData(data);
        }

        return rest.Length < 3 || (Depth > 0 && opening.StartsWith(rest)) ? XmlTokenKind.NeedMore
            : Fail(rest[2] switch { (byte)'-' => XmlFault.Comment, (byte)'D' => XmlFault.Doctype, _ => XmlFault.Markup });
    }

    private XmlTokenKind ReadEndTag(ReadOnlySpan<byte> data)
    {
        var rest = data[(_position + 2)..];
        var length = rest.IndexOfAny((byte)'>', (byte)'<');
        if (length < 0)
        {
            return XmlTokenKind.NeedMore;
        }

        if (Depth == 0 || rest[length] != '>')
        {
            return Fail(XmlFault.EndTag);
        }

        ref readonly var open = ref _open[Depth - 1];
        var name = data.Slice(open.NameStart, open.NameLength);
        if (!rest[..length].TrimEnd(" \t\r\n"u8).SequenceEqual(name))
        {
            return Fail(XmlFault.EndTag);
        }

        _scope.Truncate(open.ScopeCount);
        Depth--;
        return Emit(XmlTokenKind.EndTag, _position + 2 + length + 1);
    }

    private XmlTokenKind ReadStartTag(ReadOnlySpan<byte> data)
    {
        var end = FindTagEnd(data);
        if (end < 0)
        {
            return XmlTokenKind.NeedMore;
        }

        var scopeCount = _scope.Count;
        if (_tag.Read(data[..end], _position, _limits, _scope) is { } fault)
        {
            return Fail(fault);
        }

        if (Depth >= _limits.MaxDepth)
        {
            return Fail(XmlFault.Depth);
        }

        if (_tag.IsEmpty)
        {
            _emptyBase = scopeCount;
        }
        else
        {
            if (Depth == _open.Length)
            {
                Array.Resize(ref _open, Depth * 2);
            }

            _open[Depth++] = new OpenElement(_tag.NameStart, _tag.NameLength, scopeCount);
        }

        return Emit(XmlTokenKind.StartTag, end);
    }

    /// <summary>
    /// Finds the end of a start tag, remembering how far it looked, so that a tag sent byte by byte costs no more than
    /// one sent at once. A second &lt; ends it too: it can only be a fault, which then shows without waiting.
    /// </summary>
    private int FindTagEnd(ReadOnlySpan<byte> data)
    {
        for (var i = Math.Max(_tagScan, _position + 1); ;)
        {
            var rest = data[i..];
            var stop = _tagQuote == 0 ? rest.IndexOfAny("<>\"'"u8) : rest.IndexOfAny(_tagQuote, (byte)'<');
            if (stop < 0)
            {
                _tagScan = data.Length;
                return -1;
            }

            i += stop + 1;
            var b = data[i - 1];
            if (b is (byte)'<' or (byte)'>' && (b == '<' || _tagQuote == 0))
            {
                _tagQuote = 0;
                return i;
            }

            _tagQuote = _tagQuote == 0 ? b : (byte)0;
        }
    }
}

using Presence.Protocol.Xml;

namespace Presence.Protocol.Stanzas;

/// <summary>
/// Drives the tokenizer over one first-level element and notes what the stanza's head consists of, in the same pass. It
/// may pause where the data ends, and must never look at the content of a child beyond what a flag needs.
/// </summary>
internal sealed class StanzaReader
{
    // An idle stream holds no reader; the next stanza on any stream of this thread takes this one.
    [ThreadStatic]
    private static StanzaReader? s_spare;

    private readonly XmlTokenizer _tokenizer = new();
    private StanzaChild[] _children = new StanzaChild[16];
    private int _childCount;
    private int _maxChildren;
    private PayloadFlags _childFlags;
    private PayloadFlags _payload;
    private string _name = "";
    private string _namespace = "";
    private int _startTagEnd;
    private int _contentEnd;

    public enum Status
    {
        NeedMore,
        Complete,
        Faulty,
    }

    public XmlFault Fault => _tokenizer.Fault ?? XmlFault.Children;

    /// <summary>Bytes of the element, once complete.</summary>
    public int Length { get; private set; }

    /// <summary>The element means something else when it stands alone, and has to be written anew.</summary>
    public bool NeedsRewriting { get; private set; }

    public static StanzaReader Rent(XmlLimits limits, ReadOnlySpan<NamespaceBinding> outer)
    {
        var reader = s_spare ?? new StanzaReader();
        s_spare = null;
        reader._tokenizer.Reset(limits, outer);
        reader._childCount = 0;
        reader._maxChildren = limits.MaxChildren;
        reader._payload = PayloadFlags.None;
        reader.Length = 0;
        reader.NeedsRewriting = false;
        return reader;
    }

    public static void Return(StanzaReader reader) => s_spare = reader;

    /// <summary>Reads on. The data begins with the element's first byte and has at least what was there before.</summary>
    public Status Read(ReadOnlySpan<byte> data)
    {
        while (true)
        {
            switch (_tokenizer.Read(data))
            {
                case XmlTokenKind.StartTag:
                    OnStartTag(data);
                    if (_childCount > _maxChildren)
                    {
                        return Status.Faulty;
                    }

                    break;
                case XmlTokenKind.EndTag:
                    OnEndTag();
                    break;
                case XmlTokenKind.NeedMore:
                    return Status.NeedMore;
                case XmlTokenKind.Failed:
                    return Status.Faulty;
                default:
                    continue;
            }

            if (_tokenizer.Depth == 0)
            {
                Length = _tokenizer.TokenEnd;
                NeedsRewriting |= _tokenizer.UsesOuterScope;
                return Status.Complete;
            }
        }
    }

    /// <summary>The stanza over a copy of the element's bytes.</summary>
    public Stanza ToStanza(byte[] bytes) =>
        new(bytes, _name, _namespace, _startTagEnd, _contentEnd, _payload, _children.AsSpan(0, _childCount).ToArray());

    private void OnStartTag(ReadOnlySpan<byte> data)
    {
        switch (_tokenizer.Depth + (_tokenizer.IsEmptyElement ? 1 : 0))
        {
            case 1:
                _name = KnownNames.Intern(_tokenizer.LocalName(data));
                _namespace = _tokenizer.NamespaceName(data);
                _startTagEnd = _contentEnd = _tokenizer.TokenEnd;
                NeedsRewriting = _tokenizer.PrefixLength > 0;
                break;
            case 2:
                OnChild(data);
                break;
            case 3 when (_childFlags & PayloadFlags.MucUser) != 0:
                // A mediated invitation differs from other room traffic only in this grandchild (XEP-0045 §7.8.2).
                if (_tokenizer.LocalName(data).SequenceEqual("invite"u8) && _tokenizer.Namespace(data).SequenceEqual(Utf8Namespaces.MucUser))
                {
                    _payload |= PayloadFlags.MucInvite;
                }

                break;
            case 3 when (_childFlags & PayloadFlags.Fastening) != 0:
                if (_tokenizer.LocalName(data).SequenceEqual("retract"u8) && _tokenizer.Namespace(data).SequenceEqual(Utf8Namespaces.MessageRetract0))
                {
                    _payload |= PayloadFlags.Retraction;
                }

                break;
        }
    }

    private void OnChild(ReadOnlySpan<byte> data)
    {
        var name = _tokenizer.LocalName(data);
        var ns = _tokenizer.Namespace(data);
        var entry = PayloadTable.Find(ns, name);
        _childFlags = entry?.Flags ?? PayloadFlags.None;
        if (_childCount == _children.Length)
        {
            Array.Resize(ref _children, _childCount * 2);
        }

        var length = _tokenizer.TokenEnd - _tokenizer.TokenStart;
        _children[_childCount++] = new StanzaChild(
            entry?.Name ?? KnownNames.Intern(name), entry?.Namespace ?? _tokenizer.NamespaceName(data), _tokenizer.TokenStart, length, length, 0);
        if (_tokenizer.IsEmptyElement)
        {
            OnChildEnd();
        }
    }

    private void OnEndTag()
    {
        switch (_tokenizer.Depth)
        {
            case 0:
                _contentEnd = _tokenizer.TokenStart;
                break;
            case 1:
                ref var child = ref _children[_childCount - 1];
                child = child with
                {
                    Length = _tokenizer.TokenEnd - child.Start,
                    ContentLength = _tokenizer.TokenStart - child.Start - child.TagLength,
                };
                OnChildEnd();
                break;
        }
    }

    private void OnChildEnd()
    {
        if ((_childFlags & PayloadFlags.Body) != 0 && _children[_childCount - 1].ContentLength == 0)
        {
            // An empty body is no message: some clients send one along with a chat state.
            _childFlags &= ~PayloadFlags.Body;
        }

        _payload |= _childFlags;
        _childFlags = PayloadFlags.None;
    }
}

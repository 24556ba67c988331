namespace Presence.Protocol.Xml;

/// <summary>
/// The namespace declarations in scope at one point of an element, innermost last (Namespaces in XML §6). It knows
/// which of them came from around the element, and must never let the element redeclare what is reserved.
/// </summary>
internal sealed class NamespaceScope
{
    /// <summary>Index of the binding of <c>xml</c>, which is declared nowhere.</summary>
    public const int XmlBinding = -1;

    /// <summary>No binding: an element without prefix where no default is declared, or an attribute without prefix.</summary>
    public const int NoBinding = -2;

    /// <summary>The prefix is not declared.</summary>
    public const int Unbound = -3;

    /// <summary>What a lone stanza stands in: <c>jabber:client</c> as the default.</summary>
    public static readonly NamespaceBinding[] ClientOnly = [new([], Utf8Namespaces.Client.ToArray())];

    /// <summary>What the usual stream header declares.</summary>
    public static readonly NamespaceBinding[] ClientStream = [ClientOnly[0], new("stream"u8.ToArray(), Utf8Namespaces.Streams.ToArray())];

    private NamespaceBinding[] _bindings = new NamespaceBinding[8];
    private string?[] _names = new string?[8];
    private int _outer;

    /// <summary>Declarations in scope.</summary>
    public int Count { get; private set; }

    /// <summary>Declarations made by the element itself and its open descendants.</summary>
    public int Declared => Count - _outer;

    /// <summary>Whether anything resolved so far needs a declaration from outside, the default for stanzas apart.</summary>
    public bool UsesOuter { get; private set; }

    public void Reset(ReadOnlySpan<NamespaceBinding> outer)
    {
        if (outer.Length > _bindings.Length)
        {
            _bindings = new NamespaceBinding[outer.Length * 2];
            _names = new string?[outer.Length * 2];
        }

        outer.CopyTo(_bindings);
        Array.Clear(_names);
        _outer = Count = outer.Length;
        UsesOuter = false;
    }

    /// <summary>Drops declarations down to an earlier <see cref="Count"/>.</summary>
    public void Truncate(int count) => Count = count;

    public void Add(in NamespaceBinding binding)
    {
        if (Count == _bindings.Length)
        {
            Array.Resize(ref _bindings, Count * 2);
            Array.Resize(ref _names, Count * 2);
        }

        _names[Count] = null;
        _bindings[Count++] = binding;
    }

    /// <summary>Finds what a prefix stands for: an index for <see cref="Uri"/>, or <see cref="Unbound"/>.</summary>
    public int Resolve(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data)
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            if (_bindings[i].Prefix(data).SequenceEqual(prefix))
            {
                UsesOuter |= i < _outer && !IsStanzaDefault(i, prefix, data);
                return i;
            }
        }

        if (prefix.IsEmpty)
        {
            // Standing alone it would fall into jabber:client, so it has to say that it is in no namespace.
            UsesOuter = true;
            return NoBinding;
        }

        return prefix.SequenceEqual("xml"u8) ? XmlBinding : Unbound;
    }

    public ReadOnlySpan<byte> Prefix(int binding, ReadOnlySpan<byte> data) => _bindings[binding].Prefix(data);

    public ReadOnlySpan<byte> Uri(int binding, ReadOnlySpan<byte> data) =>
        binding >= 0 ? _bindings[binding].Uri(data) : binding == XmlBinding ? Utf8Namespaces.Xml : default;

    /// <summary>The namespace name as a string, made once per declaration: a long one used often must not cost its length each time.</summary>
    public string Name(int binding, ReadOnlySpan<byte> data) => binding switch
    {
        XmlBinding => Namespaces.Xml,
        < 0 => "",
        _ => _names[binding] ??= KnownNames.Intern(_bindings[binding].Uri(data)),
    };

    /// <summary>Whether a declaration is allowed at all (Namespaces in XML §3 and §5).</summary>
    public static bool IsAllowed(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> uri, bool isDefault)
    {
        var isXml = uri.SequenceEqual(Utf8Namespaces.Xml);
        if (isDefault)
        {
            return !isXml && !uri.SequenceEqual(Utf8Namespaces.Xmlns);
        }

        return prefix.SequenceEqual("xml"u8)
            ? isXml
            : !isXml && !uri.IsEmpty && !uri.SequenceEqual(Utf8Namespaces.Xmlns) && !prefix.SequenceEqual("xmlns"u8);
    }

    private bool IsStanzaDefault(int binding, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data) =>
        prefix.IsEmpty && _bindings[binding].Uri(data).SequenceEqual(Utf8Namespaces.Client);
}

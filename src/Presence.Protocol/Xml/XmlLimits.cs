namespace Presence.Protocol.Xml;

/// <summary>
/// How much XML one peer may make the parser hold. It is a value only: it must never know which peer it applies to
/// or when the limits change; the stream parser is given another instance after login.
/// </summary>
/// <remarks>RFC 6120 §13.12 asks for at least 10,000 bytes per stanza. Exceeding any limit is <c>policy-violation</c>.</remarks>
public sealed record XmlLimits
{
    /// <summary>Bytes of one first-level element, or of one stream header, from its <c>&lt;</c> to its last <c>&gt;</c>.</summary>
    public int MaxStanzaBytes { get; init; } = 10_000;

    /// <summary>Levels of elements inside one stanza, the stanza itself being level 1.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Direct children of one stanza. Each costs far more memory than its shortest form has bytes.</summary>
    public int MaxChildren { get; init; } = 256;

    /// <summary>Attributes on one start tag, namespace declarations included.</summary>
    public int MaxAttributes { get; init; } = 64;

    /// <summary>Bytes of one element or attribute name, prefix included.</summary>
    public int MaxNameBytes { get; init; } = 256;

    /// <summary>Namespace declarations in scope at once inside one stanza; bounds the cost of resolving a prefix.</summary>
    public int MaxNamespaceBindings { get; init; } = 128;

    /// <summary>For what has been checked before, perhaps under wider limits than the usual ones.</summary>
    internal static XmlLimits None { get; } = new()
    {
        MaxStanzaBytes = int.MaxValue,
        MaxDepth = int.MaxValue,
        MaxChildren = int.MaxValue,
        MaxAttributes = int.MaxValue,
        MaxNameBytes = int.MaxValue,
        MaxNamespaceBindings = int.MaxValue,
    };

    /// <summary>What a peer gets before it has proved who it is.</summary>
    public static XmlLimits BeforeLogin { get; } = new();

    /// <summary>What a peer gets once it is authenticated.</summary>
    public static XmlLimits AfterLogin { get; } = new() { MaxStanzaBytes = 262_144 };
}

namespace Presence.Protocol.Xml;

/// <summary>What <see cref="XmlTokenizer.Read"/> found. It must never name anything that XMPP forbids: those are <see cref="Failed"/>.</summary>
public enum XmlTokenKind
{
    /// <summary>The data ends inside a token; nothing of that token has been reported.</summary>
    NeedMore = 0,

    /// <summary>A start tag, or an empty-element tag if <see cref="XmlTokenizer.IsEmptyElement"/>.</summary>
    StartTag,
    EndTag,

    /// <summary>Character data, still escaped. One run of text may come in several tokens.</summary>
    Text,

    /// <summary>A piece of a CDATA section, delimiters excluded.</summary>
    CData,

    /// <summary>The data breaks a rule; <see cref="XmlTokenizer.Error"/> says which. Final.</summary>
    Failed,
}

using Presence.Protocol.Streams;

namespace Presence.Protocol.Xml;

/// <summary>
/// The ways in which XML can be refused, each with the stream error that RFC 6120 names for it. The texts are fixed: they
/// must never contain input, which would end up in logs.
/// </summary>
internal sealed class XmlFault
{
    public static readonly XmlFault NotUtf8 = new(StreamErrorCondition.UnsupportedEncoding, "not UTF-8");
    public static readonly XmlFault Character = new(StreamErrorCondition.NotWellFormed, "character not allowed in XML");
    public static readonly XmlFault Reference = new(StreamErrorCondition.NotWellFormed, "malformed reference");
    public static readonly XmlFault Entity = new(StreamErrorCondition.RestrictedXml, "entity reference");
    public static readonly XmlFault Comment = new(StreamErrorCondition.RestrictedXml, "comment");
    public static readonly XmlFault Instruction = new(StreamErrorCondition.RestrictedXml, "processing instruction");
    public static readonly XmlFault Doctype = new(StreamErrorCondition.RestrictedXml, "document type declaration");
    public static readonly XmlFault Markup = new(StreamErrorCondition.NotWellFormed, "malformed markup");
    public static readonly XmlFault SectionEnd = new(StreamErrorCondition.NotWellFormed, "]]> in text");
    public static readonly XmlFault Name = new(StreamErrorCondition.NotWellFormed, "malformed name");
    public static readonly XmlFault Attribute = new(StreamErrorCondition.NotWellFormed, "malformed attribute");
    public static readonly XmlFault Duplicate = new(StreamErrorCondition.NotWellFormed, "attribute given twice");
    public static readonly XmlFault EndTag = new(StreamErrorCondition.NotWellFormed, "end tag does not match");

    /// <summary>RFC 6120 §11.3 wants not-well-formed for what is not namespace-well-formed.</summary>
    public static readonly XmlFault Prefix = new(StreamErrorCondition.NotWellFormed, "prefix not declared");
    public static readonly XmlFault Declaration = new(StreamErrorCondition.NotWellFormed, "namespace declaration not allowed");
    public static readonly XmlFault Depth = new(StreamErrorCondition.PolicyViolation, "nested too deeply");
    public static readonly XmlFault Children = new(StreamErrorCondition.PolicyViolation, "too many children");
    public static readonly XmlFault Attributes = new(StreamErrorCondition.PolicyViolation, "too many attributes");
    public static readonly XmlFault NameLength = new(StreamErrorCondition.PolicyViolation, "name too long");
    public static readonly XmlFault Bindings = new(StreamErrorCondition.PolicyViolation, "too many namespace declarations");
    public static readonly XmlFault Size = new(StreamErrorCondition.PolicyViolation, "stanza too big");
    public static readonly XmlFault Text = new(StreamErrorCondition.BadFormat, "text between stanzas");
    public static readonly XmlFault XmlDeclaration = new(StreamErrorCondition.NotWellFormed, "malformed XML declaration");
    public static readonly XmlFault Encoding = new(StreamErrorCondition.UnsupportedEncoding, "only UTF-8 is understood");
    public static readonly XmlFault BeforeRoot = new(StreamErrorCondition.NotWellFormed, "text before the stream header");
    public static readonly XmlFault RootNamespace = new(StreamErrorCondition.InvalidNamespace, "not a stream header");
    public static readonly XmlFault RootName = new(StreamErrorCondition.BadFormat, "not a stream header");
    public static readonly XmlFault ContentNamespace = new(StreamErrorCondition.InvalidNamespace, "content namespace not supported");
    public static readonly XmlFault RootPrefix = new(StreamErrorCondition.BadNamespacePrefix, "stream prefix not supported");

    public static readonly XmlFault Frame = new(StreamErrorCondition.BadFormat, "not a text message of one element");
    public static readonly XmlFault FrameEnd = new(StreamErrorCondition.NotWellFormed, "the message ends within an element");
    public static readonly XmlFault FrameOpen = new(StreamErrorCondition.BadFormat, "not the opening of a framed stream");

    private XmlFault(StreamErrorCondition condition, string explanation)
    {
        Condition = condition;
        Explanation = explanation;
    }

    public StreamErrorCondition Condition { get; }

    public string Explanation { get; }
}

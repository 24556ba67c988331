using System.Globalization;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Protocol.StreamManagement;

/// <summary>
/// One element of stream management (XEP-0198), read or written. It must never keep state: counters and queues live
/// with the session.
/// </summary>
public readonly record struct SmElement(SmElementKind Kind)
{
    /// <summary><c>h</c> as on the wire; <c>null</c> if absent.</summary>
    public uint? Handled { get; init; }

    /// <summary><c>id</c> of <c>enabled</c>, <c>previd</c> of <c>resume</c> and <c>resumed</c>.</summary>
    public string? Id { get; init; }

    /// <summary><c>resume</c> of <c>enable</c> and <c>enabled</c>.</summary>
    public bool Resume { get; init; }

    /// <summary><c>max</c> in seconds of <c>enable</c> and <c>enabled</c>.</summary>
    public uint? MaxSeconds { get; init; }

    /// <summary><c>location</c> of <c>enabled</c>: host and port to resume at.</summary>
    public string? Location { get; init; }

    /// <summary>The condition in <c>failed</c>.</summary>
    public StanzaErrorCondition? Condition { get; init; }

    /// <summary>
    /// Reads an element of namespace <c>urn:xmpp:sm:3</c>. <c>false</c> if it is none, is unknown, or lacks an
    /// attribute that it must have (<c>h</c> of <c>a</c>; <c>h</c> and <c>previd</c> of <c>resume</c>): then the answer is a <c>bad-format</c> error.
    /// </summary>
    public static bool TryParse(Stanza stanza, out SmElement element)
    {
        element = default;
        if (stanza.Namespace != Namespaces.StreamManagement || KindOf(stanza.Name) is not { } kind)
        {
            return false;
        }

        var numbersAreGood = TryNumber(stanza, "h", out var handled) & TryNumber(stanza, "max", out var max);
        element = new SmElement(kind)
        {
            Handled = handled,
            Id = stanza.Attribute(kind is SmElementKind.Enabled ? "id" : "previd"),
            Resume = stanza.Attribute("resume") is "true" or "1",
            MaxSeconds = max,
            Location = stanza.Attribute("location"),
            Condition = ReadCondition(stanza),
        };
        return numbersAreGood && element.IsComplete;
    }

    /// <summary>The element as it goes over the wire.</summary>
    public byte[] ToBytes()
    {
        using var builder = new Utf8XmlBuilder(128);
        builder.Open(NameOf(Kind), Namespaces.StreamManagement)
            .Attr(Kind is SmElementKind.Enabled ? "id" : "previd", Id)
            .Attr("h", Handled?.ToString(CultureInfo.InvariantCulture))
            .Attr("resume", Resume ? "true" : null)
            .Attr("max", MaxSeconds?.ToString(CultureInfo.InvariantCulture))
            .Attr("location", Location);
        if (Condition is { } condition)
        {
            builder.Empty(StanzaError.ElementName(condition), Namespaces.StanzaErrors);
        }

        return builder.Close().ToArray();
    }

    private bool IsComplete => Kind switch
    {
        SmElementKind.Answer => Handled is not null,
        SmElementKind.Resume or SmElementKind.Resumed => Handled is not null && Id is not null,
        _ => true,
    };

    private static SmElementKind? KindOf(string name) => name switch
    {
        "enable" => SmElementKind.Enable,
        "enabled" => SmElementKind.Enabled,
        "resume" => SmElementKind.Resume,
        "resumed" => SmElementKind.Resumed,
        "failed" => SmElementKind.Failed,
        "r" => SmElementKind.Request,
        "a" => SmElementKind.Answer,
        _ => null,
    };

    private static string NameOf(SmElementKind kind) => kind switch
    {
        SmElementKind.Enable => "enable",
        SmElementKind.Enabled => "enabled",
        SmElementKind.Resume => "resume",
        SmElementKind.Resumed => "resumed",
        SmElementKind.Failed => "failed",
        SmElementKind.Request => "r",
        SmElementKind.Answer => "a",
        _ => throw new InvalidOperationException("The default value is no element."),
    };

    private static bool TryNumber(Stanza stanza, string name, out uint? number)
    {
        number = null;
        if (stanza.Attribute(name) is not { } text)
        {
            return true;
        }

        var good = SmCounter.TryParseWire(text, out var value);
        number = good ? value : null;
        return good;
    }

    private static StanzaErrorCondition? ReadCondition(Stanza stanza)
    {
        foreach (ref readonly var child in stanza.Children)
        {
            if (child.Namespace == Namespaces.StanzaErrors && StanzaError.TryParseCondition(child.Name, out var condition))
            {
                return condition;
            }
        }

        return null;
    }
}

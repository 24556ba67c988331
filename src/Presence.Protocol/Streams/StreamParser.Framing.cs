using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <content>
/// Framed streams (RFC 7395): each element comes in a message of its own, <c>open</c> stands for the stream header and <c>close</c> for its end.
/// Prefixes and the default namespace of the usual header are understood even where a message should have declared them.
/// </content>
public sealed partial class StreamParser
{
    private readonly bool _framed;
    private Frame _frame;

    private StreamParser(XmlLimits limits, bool framed)
        : this(limits) => _framed = framed;

    private enum Frame
    {
        Empty,
        Begun,
        Whole,
    }

    /// <summary>A parser for the messages of a WebSocket; its caller tells where each ends by <see cref="TryEndMessage"/>.</summary>
    public static StreamParser ForMessages(XmlLimits limits) => new(limits, framed: true);

    /// <summary>Says that the message ends with the input taken so far.</summary>
    /// <returns><c>true</c> with a failure if it held no whole element (RFC 7395 §3.3.3).</returns>
    public bool TryEndMessage(out StreamEvent failure)
    {
        failure = default;
        if (_state == State.Finished || _frame == Frame.Whole)
        {
            _frame = Frame.Empty;
            return false;
        }

        Fail(_frame == Frame.Empty ? XmlFault.Frame : XmlFault.FrameEnd, out _, out failure);
        Release();
        return true;
    }

    /// <summary>Between elements: a message begins with the first byte of its element, and nothing but white space may follow that.</summary>
    private bool BreaksFrame(ref ReadOnlySpan<byte> input, out StreamEvent failure)
    {
        failure = default;
        var next = _frame == Frame.Empty ? input : input.TrimStart(" \t\r\n"u8);
        if (next.IsEmpty || _frame == Frame.Begun)
        {
            return false;
        }

        if (_frame == Frame.Empty && next[0] == '<')
        {
            _frame = Frame.Begun;
            return false;
        }

        Fail(XmlFault.Frame, out _, out failure);
        input = default;
        return true;
    }

    private Outcome ReadOpen(XmlTokenizer tokenizer, ReadOnlySpan<byte> data, out int length, out StreamEvent streamEvent)
    {
        if (!tokenizer.Namespace(data).SequenceEqual(Utf8Namespaces.Framing) || !tokenizer.LocalName(data).SequenceEqual("open"u8))
        {
            return Fail(XmlFault.FrameOpen, out length, out streamEvent);
        }

        length = tokenizer.TokenEnd;
        if (!tokenizer.IsEmptyElement)
        {
            var rest = data[length..];
            var end = rest.IndexOf((byte)'>');
            if (end < 0)
            {
                // Read again from the start when more has come.
                tokenizer.Reset(_elementLimits!, []);
                streamEvent = default;
                return Outcome.NeedMore;
            }

            if (!rest.StartsWith("</"u8) || !rest[2..end].TrimEnd(" \t\r\n"u8).SequenceEqual(tokenizer.QualifiedName(data)))
            {
                return Fail(XmlFault.FrameOpen, out length, out streamEvent);
            }

            length += end + 1;
        }

        _root = StreamRoot.Usual;
        _state = State.Content;
        streamEvent = StreamEvent.Opened(StreamHeader.Read(tokenizer, data) with { DefaultNamespace = Namespaces.Client });
        return Outcome.Event;
    }

    private Outcome ReadFraming(Stanza element, out int length, out StreamEvent streamEvent)
    {
        if (element.Name != "close")
        {
            return Fail(XmlFault.FrameOpen, out length, out streamEvent);
        }

        length = element.Bytes.Length;
        _state = State.Finished;
        streamEvent = StreamEvent.Closed();
        return Outcome.Event;
    }
}

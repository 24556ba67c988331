using System.Buffers;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <summary>
/// Turns the bytes of one direction of a stream into events: header, whole first-level elements, end, failure. It owns
/// what is left over between reads, bounded by <see cref="XmlLimits.MaxStanzaBytes"/>, and must never hold on to the
/// caller's buffer, touch a socket or decide what a stanza means.
/// </summary>
/// <remarks>
/// Not thread-safe. While no element is half received, an instance holds no buffer at all. An element that arrives
/// whole is copied once, out of the caller's buffer into an array of its own; one that arrives in pieces, twice.
/// </remarks>
public sealed partial class StreamParser : IDisposable
{
    private readonly PartialElement _partial = new();
    private StreamRoot? _root;
    private XmlTokenizer? _rootTokenizer;
    private StanzaReader? _reader;
    private XmlLimits? _elementLimits;
    private State _state;
    private bool _closing;

    /// <param name="limits">Limits in force until <see cref="Limits"/> is set anew.</param>
    /// <param name="contentNamespace">What unprefixed stanzas are in: <c>jabber:client</c>, <c>jabber:server</c> between servers, or <c>jabber:component:accept</c>.</param>
    public StreamParser(XmlLimits limits, string contentNamespace = Namespaces.Client)
    {
        Limits = limits;
        ContentNamespace = contentNamespace;
    }

    private enum State
    {
        Prolog,
        Root,
        Content,
        Finished,
    }

    private enum Outcome
    {
        NeedMore,

        /// <summary>Bytes were taken, nothing to tell.</summary>
        Skipped,
        Event,
    }

    /// <summary>Limits for the elements that begin from now on; set after login.</summary>
    public XmlLimits Limits { get; set; }

    public string ContentNamespace { get; }

    /// <summary>Bytes of whitespace seen between elements so far (RFC 6120 §4.6.1); a change means the peer sent a keep-alive.</summary>
    public long KeepAliveBytes { get; private set; }

    /// <summary>
    /// Takes input up to the end of the next event. Input is consumed in any case; on <c>true</c> the rest of it
    /// (possibly empty) remains in <paramref name="input"/>, so that a caller can stop, restart or change limits between two events.
    /// </summary>
    /// <returns>
    /// <c>false</c> when all input was taken and no event is complete; call again even with empty input after
    /// <c>true</c>. After a failure or the stream's end input is discarded.
    /// </returns>
    public bool TryRead(ref ReadOnlySequence<byte> input, out StreamEvent streamEvent)
    {
        do
        {
            var span = input.FirstSpan;
            var found = TryRead(ref span, out streamEvent);
            input = input.Slice(input.FirstSpan.Length - span.Length);
            if (found)
            {
                return true;
            }
        }
        while (!input.IsEmpty);
        return false;
    }

    /// <inheritdoc cref="TryRead(ref ReadOnlySequence{byte}, out StreamEvent)"/>
    public bool TryRead(ref ReadOnlySpan<byte> input, out StreamEvent streamEvent)
    {
        if (_closing)
        {
            // The header closed itself; its event has been given out.
            _closing = false;
            _state = State.Finished;
            input = default;
            streamEvent = StreamEvent.Closed();
            return true;
        }

        streamEvent = default;
        while (_state != State.Finished)
        {
            if (_partial.Length == 0)
            {
                if (_framed && BreaksFrame(ref input, out streamEvent))
                {
                    return true;
                }

                if (!SkipWhitespace(ref input))
                {
                    return false;
                }
            }

            var outcome = ReadUnit(ref input, out streamEvent);
            if (outcome != Outcome.Skipped)
            {
                _frame = outcome == Outcome.Event ? Frame.Whole : _frame;
                return outcome == Outcome.Event;
            }
        }

        input = default;
        return false;
    }

    /// <summary>Forgets the stream, so that a new header is expected: after TLS and after SASL (RFC 6120 §4.3.3).</summary>
    public void Restart()
    {
        Release();
        _root = null;
        _closing = false;
        _state = State.Prolog;
    }

    /// <summary>Gives pooled buffers back. Safe to call twice.</summary>
    public void Dispose()
    {
        Release();
        _state = State.Finished;
    }

    /// <summary>Works on one element, from the input if it began there, else from what was kept joined with the input.</summary>
    private Outcome ReadUnit(ref ReadOnlySpan<byte> input, out StreamEvent streamEvent)
    {
        // The limits that an element began under stay with it, else its verdict would hang on how it was cut.
        var limits = _elementLimits ??= Limits;
        var kept = _partial.Length;
        if (kept > 0)
        {
            _partial.Append(input, limits.MaxStanzaBytes);
        }

        var data = kept > 0 ? _partial.Span : input[..Math.Min(input.Length, limits.MaxStanzaBytes)];
        int length;
        var outcome = _state switch
        {
            State.Prolog => ReadProlog(data, out length, out streamEvent),
            State.Root => ReadRoot(data, limits, out length, out streamEvent),
            _ => ReadElement(data, limits, out length, out streamEvent),
        };
        if (outcome == Outcome.NeedMore && data.Length >= limits.MaxStanzaBytes)
        {
            outcome = Fail(XmlFault.Size, out length, out streamEvent);
        }

        if (outcome == Outcome.NeedMore)
        {
            if (kept == 0)
            {
                _partial.Append(input, limits.MaxStanzaBytes);
            }

            input = default;
            return Outcome.NeedMore;
        }

        input = _state == State.Finished ? default : input[(length - kept)..];
        Release();
        return outcome;
    }

    private Outcome ReadProlog(ReadOnlySpan<byte> data, out int length, out StreamEvent streamEvent)
    {
        streamEvent = default;
        switch (StreamProlog.Read(data, out length, out var fault))
        {
            case StreamProlog.Status.NeedMore:
                return Outcome.NeedMore;
            case StreamProlog.Status.Faulty:
                return Fail(fault!, out length, out streamEvent);
            case StreamProlog.Status.Declaration:
                _state = State.Root;
                return Outcome.Skipped;
            default:
                _state = State.Root;
                return ReadRoot(data, _elementLimits!, out length, out streamEvent);
        }
    }

    private Outcome ReadRoot(ReadOnlySpan<byte> data, XmlLimits limits, out int length, out StreamEvent streamEvent)
    {
        if (_rootTokenizer is null)
        {
            _rootTokenizer = new XmlTokenizer();
            _rootTokenizer.Reset(limits, []);
        }

        var tokenizer = _rootTokenizer;
        length = 0;
        streamEvent = default;
        switch (tokenizer.Read(data))
        {
            case XmlTokenKind.NeedMore:
                return Outcome.NeedMore;
            case XmlTokenKind.Failed:
                return Fail(tokenizer.Fault == XmlFault.Prefix ? XmlFault.RootPrefix : tokenizer.Fault!, out length, out streamEvent);
        }

        if (_framed)
        {
            return ReadOpen(tokenizer, data, out length, out streamEvent);
        }

        if (StreamRoot.Check(tokenizer, data, ContentNamespace) is { } fault)
        {
            return Fail(fault, out length, out streamEvent);
        }

        _root = StreamRoot.Read(tokenizer, data, ContentNamespace);
        _state = State.Content;
        _closing = tokenizer.IsEmptyElement;
        length = tokenizer.TokenEnd;
        streamEvent = StreamEvent.Opened(StreamHeader.Read(tokenizer, data));
        return Outcome.Event;
    }

    private Outcome ReadElement(ReadOnlySpan<byte> data, XmlLimits limits, out int length, out StreamEvent streamEvent)
    {
        length = 0;
        streamEvent = default;
        if (data[0] != '<')
        {
            return Fail(StreamRoot.FaultOfStrayText(data[0]), out length, out streamEvent);
        }

        if (data.Length < 2)
        {
            return Outcome.NeedMore;
        }

        if (data[1] == '/' && !_framed)
        {
            return ReadStreamEnd(data, out length, out streamEvent);
        }

        _reader ??= StanzaReader.Rent(limits, _root!.Scope);
        switch (_reader.Read(data))
        {
            case StanzaReader.Status.NeedMore:
                return Outcome.NeedMore;
            case StanzaReader.Status.Faulty:
                return Fail(_reader.Fault, out length, out streamEvent);
        }

        length = _reader.Length;
        var element = data[..length];
        var stanza = _reader.NeedsRewriting ? Stanza.Rewrite(element, _root!.Scope, limits) : _reader.ToStanza(element.ToArray());
        if (stanza is null)
        {
            return Fail(XmlFault.Size, out length, out streamEvent);
        }

        streamEvent = StreamEvent.Received(stanza);
        return _framed && stanza.Namespace == Namespaces.Framing ? ReadFraming(stanza, out length, out streamEvent) : Outcome.Event;
    }

    private Outcome ReadStreamEnd(ReadOnlySpan<byte> data, out int length, out StreamEvent streamEvent)
    {
        length = 0;
        streamEvent = default;
        var end = data[2..].IndexOfAny((byte)'>', (byte)'<');
        if (end < 0)
        {
            return Outcome.NeedMore;
        }

        if (data[2 + end] != '>' || !data.Slice(2, end).TrimEnd(" \t\r\n"u8).SequenceEqual(_root!.Name))
        {
            return Fail(XmlFault.EndTag, out length, out streamEvent);
        }

        _state = State.Finished;
        streamEvent = StreamEvent.Closed();
        return Outcome.Event;
    }

    private Outcome Fail(XmlFault fault, out int length, out StreamEvent streamEvent)
    {
        length = 0;
        _state = State.Finished;
        streamEvent = StreamEvent.Failed(fault.Condition, fault.Explanation);
        return Outcome.Event;
    }

    private bool SkipWhitespace(ref ReadOnlySpan<byte> input)
    {
        var count = input.IndexOfAnyExcept(" \t\r\n"u8);
        count = count < 0 ? input.Length : count;
        KeepAliveBytes += count;
        input = input[count..];
        return !input.IsEmpty;
    }

    private void Release()
    {
        _partial.Clear();
        _elementLimits = null;
        _rootTokenizer = null;
        if (_reader is not null)
        {
            StanzaReader.Return(_reader);
            _reader = null;
        }
    }
}

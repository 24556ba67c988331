using System.Buffers;
using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <summary>
/// Turns the bytes of one direction of a stream into events: header, whole first-level elements, end, failure. It owns
/// what is left over between reads, bounded by <see cref="XmlLimits.MaxStanzaBytes"/>, and must never hold on to the
/// caller's buffer, touch a socket or decide what a stanza means.
/// </summary>
/// <remarks>Not thread-safe. While no element is half received, an instance holds no buffer at all.</remarks>
public sealed class StreamParser : IDisposable
{
    /// <param name="limits">Limits in force until <see cref="Limits"/> is set anew.</param>
    /// <param name="contentNamespace">What unprefixed stanzas are in: <c>jabber:client</c>, or <c>jabber:server</c> between servers.</param>
    public StreamParser(XmlLimits limits, string contentNamespace = Namespaces.Client)
    {
        Limits = limits;
        ContentNamespace = contentNamespace;
    }

    /// <summary>Limits for what is read from now on; set after login.</summary>
    public XmlLimits Limits { get; set; }

    public string ContentNamespace { get; }

    /// <summary>Bytes of whitespace seen between elements so far (RFC 6120 §4.6.1); a change means the peer sent a keep-alive.</summary>
    public long KeepAliveBytes { get; private set; }

    /// <summary>
    /// Takes input up to the end of the next event. Input is consumed in any case; on <c>true</c> the rest of it
    /// (possibly empty) remains in <paramref name="input"/>, so that a caller can stop, restart or change limits between two events.
    /// </summary>
    /// <returns><c>false</c> when all input was taken and no event is complete. After a failure or the stream's end input is discarded.</returns>
    public bool TryRead(ref ReadOnlySequence<byte> input, out StreamEvent streamEvent) => throw new NotImplementedException();

    /// <inheritdoc cref="TryRead(ref ReadOnlySequence{byte}, out StreamEvent)"/>
    public bool TryRead(ref ReadOnlySpan<byte> input, out StreamEvent streamEvent) => throw new NotImplementedException();

    /// <summary>Forgets the stream, so that a new header is expected: after TLS and after SASL (RFC 6120 §4.3.3).</summary>
    public void Restart() => throw new NotImplementedException();

    /// <summary>Gives pooled buffers back. Safe to call twice.</summary>
    public void Dispose() => throw new NotImplementedException();
}

using System.Text;
using BenchmarkDotNet.Attributes;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;

namespace Presence.Benchmarks.Micro;

/// <summary>The way in: a chat message of a usual client, from bytes to a stanza with its head read. MB/s = bytes of the stanza ÷ time.</summary>
[MemoryDiagnoser]
public class StreamParsing : IDisposable
{
    private const int Stanzas = 1000;

    private const string Stanza =
        "<message to='juliet@example.org' type='chat' id='f3a1c1c0-6d0e-4a39-9b5c-2f6f2a1d7f10' xml:lang='en'><body>Wherefore art thou, and when shall we meet again at the usual "
        + "place?</body><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='f3a1c1c0'/></message>";

    private readonly StreamParser _parser = new(XmlLimits.AfterLogin);
    private byte[] _input = [];

    /// <summary>Bytes of one stanza, so that a rate can be given.</summary>
    public static int StanzaBytes => Stanza.Length;

    [GlobalSetup]
    public void Open()
    {
        ReadOnlySpan<byte> header = new StreamHeader { To = "example.org", Version = "1.0" }.ToBytes();
        _parser.TryRead(ref header, out _);
        _input = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Stanza, Stanzas)));
    }

    public void Dispose()
    {
        _parser.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Stanzas)]
    public int Parse()
    {
        ReadOnlySpan<byte> input = _input;
        var found = 0;
        while (_parser.TryRead(ref input, out var streamEvent))
        {
            found += streamEvent.Kind == StreamEventKind.ElementReceived ? 1 : 0;
        }

        return found == Stanzas ? found : throw new InvalidOperationException($"{found} stanzas were found");
    }
}

using System.Buffers;
using System.Text;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Protocol.Tests.Streams;

/// <summary>
/// Runs input through a stream parser and writes down what came out, one line per event, so that two runs can be
/// compared. It must never depend on how the input was cut.
/// </summary>
internal static class StreamTranscript
{
    public const string Header =
        "<?xml version='1.0'?><stream:stream to='example.org' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    public static List<string> Of(byte[] input, params int[] cuts)
    {
        var chunks = new List<byte[]>();
        var start = 0;
        foreach (var cut in cuts)
        {
            chunks.Add(input[start..cut]);
            start = cut;
        }

        chunks.Add(input[start..]);
        return Of(chunks);
    }

    public static List<string> Of(IEnumerable<byte[]> chunks, XmlLimits? limits = null)
    {
        using var parser = new StreamParser(limits ?? XmlLimits.BeforeLogin);
        var lines = new List<string>();
        foreach (var chunk in chunks)
        {
            // A copy that is wiped afterwards: events must not lean on the caller's buffer.
            var copy = chunk.ToArray();
            ReadOnlySpan<byte> rest = copy;
            var events = new List<StreamEvent>();
            while (parser.TryRead(ref rest, out var one))
            {
                events.Add(one);
            }

            Assert.True(rest.IsEmpty);
            copy.AsSpan().Fill((byte)'#');
            lines.AddRange(events.Select(Line));
        }

        return lines;
    }

    public static List<string> Of(ReadOnlySequence<byte> input, XmlLimits? limits = null)
    {
        using var parser = new StreamParser(limits ?? XmlLimits.BeforeLogin);
        var lines = new List<string>();
        while (parser.TryRead(ref input, out var one))
        {
            lines.Add(Line(one));
        }

        Assert.True(input.IsEmpty);
        return lines;
    }

    public static List<string> Of(string input, XmlLimits? limits = null) => Of([Encoding.UTF8.GetBytes(input)], limits);

    public static string Line(StreamEvent one) => one.Kind switch
    {
        StreamEventKind.StreamOpened => $"open to={one.Header!.To} version={one.Header.Version} lang={one.Header.Lang} ns={one.Header.DefaultNamespace}",
        StreamEventKind.ElementReceived => "element " + Encoding.UTF8.GetString(one.Stanza!.Bytes),
        StreamEventKind.StreamClosed => "closed",
        StreamEventKind.Failed => $"failed {one.Error}: {one.ErrorText}",
        _ => throw new InvalidOperationException("an event without a kind"),
    };
}

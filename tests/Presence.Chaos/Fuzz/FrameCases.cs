using System.Buffers.Binary;
using System.Text;
using static Presence.Chaos.Fuzz.TreeMutation;

namespace Presence.Chaos.Fuzz;

/// <summary>What comes through a WebSocket (RFC 6455 §5, RFC 7395): frames that are right, cut, unmasked, too long, of the wrong kind, around elements as good or bad.</summary>
internal static class FrameCases
{
    private const int Text = 0x81;

    public static FuzzCase Make(int number, Random random, Func<string, string, string> fill)
    {
        var bound = random.Next(2) == 0;
        var steps = new List<FuzzStep>();
        if (!bound)
        {
            steps.Add(Said(Frame(Text, "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>"u8.ToArray(), random, broken: random.Next(4) == 0)));
        }

        for (var count = random.Next(6); count >= 0; count--)
        {
            var text = Pick(
                [
                    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'>biwsbj11LHI9YWJj</auth>", "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", "<message/>", "", " ",
                    "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>", "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "<a/><b/>", "<stream:features/>", .. Corpus.Iqs, .. Corpus.Messages, .. Corpus.Presences, .. Corpus.Elements,
                ],
                random);
            var bytes = Encoding.UTF8.GetBytes(fill(text, "w"));
            bytes = random.Next(2) == 0 ? bytes : TextMutation.Apply(bytes, random);
            var opcode = random.Next(3) == 0 ? Pick<int>([0x01, 0x80, 0x00, 0x82, 0x88, 0x89, 0x8A, 0x83, 0xF1, 0x09, 0xC1], random) : Text;
            steps.Add(Said(Frame(opcode, bytes, random, broken: random.Next(6) == 0)));
        }

        return new(number, bound ? FuzzStage.WebSocketBound : FuzzStage.WebSocket, false, steps, [], IsWellFormed: false, Cuts: random.Next(2) == 0);
    }

    private static byte[] Frame(int opcode, byte[] payload, Random random, bool broken)
    {
        var claimed = broken ? Pick<long>([0, 1, payload.Length + 1, 126, 65_536, int.MaxValue, long.MaxValue, -1], random) : payload.Length;
        var mask = !broken || random.Next(2) == 0 ? 0x80 : 0;
        byte[] length = claimed switch
        {
            >= 0 and < 126 when !broken || random.Next(2) == 0 => [(byte)(mask | (int)claimed)],
            >= 0 and <= ushort.MaxValue => [(byte)(mask | 126), (byte)(claimed >> 8), (byte)claimed],
            _ => [(byte)(mask | 127), .. Eight(claimed)],
        };
        byte[] key = [1, 2, 3, 4];
        return [(byte)opcode, .. length, .. mask == 0 ? [] : key, .. mask == 0 ? payload : payload.Select((b, i) => (byte)(b ^ key[i % 4]))];
    }

    private static byte[] Eight(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    private static FuzzStep Said(byte[] bytes) => new(_ => bytes);
}

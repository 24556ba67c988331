using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Presence.Protocol.Addressing;

/// <summary>
/// Bootstring with the parameters of Punycode (RFC 3492): the ASCII form of one label, without its "xn--". Own code because
/// the runtime's conversion also maps and judges, by older rules than ours. It must never accept an overflow.
/// </summary>
internal static class Punycode
{
    private const int Base = 36;
    private const int TMin = 1;
    private const int TMax = 26;
    private const int FirstBias = 72;
    private const int FirstCode = 0x80;

    /// <summary>ASCII form of the code points of a label.</summary>
    public static string Encode(ReadOnlySpan<int> input)
    {
        var output = new StringBuilder();
        var basic = AppendBasic(output, input);
        var handled = basic;
        long delta = 0;
        var code = FirstCode;
        var bias = FirstBias;
        while (handled < input.Length)
        {
            var next = NextCode(input, code);
            delta += (long)(next - code) * (handled + 1);
            code = next;
            foreach (var c in input)
            {
                if (c < code)
                {
                    delta++;
                }
                else if (c == code)
                {
                    AppendNumber(output, delta, bias);
                    bias = Adapt(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }

            delta++;
            code++;
        }

        return output.ToString();
    }

    /// <summary>Reverses <see cref="Encode"/>. The text is ASCII without "xn--"; false when it is no encoding.</summary>
    public static bool TryDecode(string text, [NotNullWhen(true)] out List<int>? output)
    {
        output = null;
        var delimiter = text.LastIndexOf('-');
        var decoded = new List<int>(text.Length);
        for (var i = 0; i < delimiter; i++)
        {
            decoded.Add(text[i]);
        }

        long place = 0;
        long code = FirstCode;
        var bias = FirstBias;
        var position = Math.Max(0, delimiter + 1);
        while (position < text.Length)
        {
            var before = place;
            if (!TryReadNumber(text, ref position, bias, ref place))
            {
                return false;
            }

            var count = decoded.Count + 1;
            bias = Adapt(place - before, count, before == 0);
            code += place / count;
            place %= count;
            if (code > 0x10FFFF || !Rune.IsValid((int)code))
            {
                return false;
            }

            decoded.Insert((int)place++, (int)code);
        }

        output = decoded;
        return true;
    }

    private static int AppendBasic(StringBuilder output, ReadOnlySpan<int> input)
    {
        foreach (var c in input)
        {
            if (c < FirstCode)
            {
                output.Append((char)c);
            }
        }

        return output.Length == 0 ? 0 : output.Append('-').Length - 1;
    }

    private static int NextCode(ReadOnlySpan<int> input, int atLeast)
    {
        var next = int.MaxValue;
        foreach (var c in input)
        {
            next = c >= atLeast && c < next ? c : next;
        }

        return next;
    }

    private static void AppendNumber(StringBuilder output, long number, int bias)
    {
        for (var k = Base; ; k += Base)
        {
            var threshold = Threshold(k, bias);
            if (number < threshold)
            {
                output.Append(Digit(number));
                return;
            }

            output.Append(Digit(threshold + ((number - threshold) % (Base - threshold))));
            number = (number - threshold) / (Base - threshold);
        }
    }

    private static bool TryReadNumber(string text, ref int position, int bias, ref long sum)
    {
        long weight = 1;
        for (var k = Base; position < text.Length; k += Base)
        {
            var c = text[position++];
            var digit = char.IsAsciiLetterLower(c) ? c - 'a' : char.IsAsciiDigit(c) ? c - '0' + 26 : -1;
            sum += digit * weight;
            if (digit < 0 || sum > int.MaxValue)
            {
                return false;
            }

            var threshold = Threshold(k, bias);
            if (digit < threshold)
            {
                return true;
            }

            weight *= Base - threshold;
            if (weight > int.MaxValue)
            {
                return false;
            }
        }

        return false;
    }

    private static int Threshold(int k, int bias) => Math.Clamp(k - bias, TMin, TMax);

    private static char Digit(long value) => (char)(value < 26 ? 'a' + value : '0' + value - 26);

    private static int Adapt(long delta, int count, bool first)
    {
        delta /= first ? 700 : 2;
        delta += delta / count;
        var k = 0;
        while (delta > (Base - TMin) * TMax / 2)
        {
            delta /= Base - TMin;
            k += Base;
        }

        return k + (int)((Base - TMin + 1) * delta / (delta + 38));
    }
}

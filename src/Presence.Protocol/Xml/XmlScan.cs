using System.Buffers;

namespace Presence.Protocol.Xml;

/// <summary>
/// Moves over character data and checks it on the way. It must never look past what it was asked to check, so that the
/// first fault in document order is the one reported, however the input was cut.
/// </summary>
internal static class XmlScan
{
    public enum Step
    {
        /// <summary>Moved over one construct.</summary>
        Done,

        /// <summary>The data ends inside a construct; moved up to it.</summary>
        CutOff,
        Faulty,
    }

    /// <summary>Moves from <paramref name="i"/> to the next <c>&lt;</c> or the end.</summary>
    public static Step Text(ReadOnlySpan<byte> data, ref int i, ref XmlFault? fault)
    {
        while (true)
        {
            var stop = data[i..].IndexOfAny(XmlChars.TextStops);
            i = stop < 0 ? data.Length : i + stop;
            if (stop < 0 || data[i] == '<')
            {
                return Step.Done;
            }

            var step = data[i] switch
            {
                >= 0x80 => NonAscii(data, ref i, XmlChars.TextAsciiStops, ref fault),
                (byte)'&' => Reference(data, ref i, ref fault),
                (byte)']' => Bracket(data, ref i, ref fault),
                _ => Fault(out fault, XmlFault.Character),
            };
            if (step != Step.Done)
            {
                return step;
            }
        }
    }

    /// <summary>Moves from <paramref name="i"/> to the <c>]]&gt;</c> of a CDATA section or the end.</summary>
    public static Step CData(ReadOnlySpan<byte> data, ref int i, out bool closed, ref XmlFault? fault)
    {
        closed = false;
        while (true)
        {
            var stop = data[i..].IndexOfAny(XmlChars.CDataStops);
            i = stop < 0 ? data.Length : i + stop;
            if (stop < 0)
            {
                return Step.CutOff;
            }

            if (data[i] == ']')
            {
                closed = data[i..].StartsWith("]]>"u8);
                if (closed)
                {
                    return Step.Done;
                }

                if ("]]>"u8.StartsWith(data[i..]))
                {
                    return Step.CutOff;
                }

                i++;
                continue;
            }

            var step = data[i] >= 0x80
                ? NonAscii(data, ref i, XmlChars.CDataAsciiStops, ref fault)
                : Fault(out fault, XmlFault.Character);
            if (step != Step.Done)
            {
                return step;
            }
        }
    }

    /// <summary>Checks a whole attribute value, quotes excluded.</summary>
    public static XmlFault? Value(ReadOnlySpan<byte> value)
    {
        XmlFault? fault = null;
        for (var i = 0; ;)
        {
            var stop = value[i..].IndexOfAny(XmlChars.ValueStops);
            if (stop < 0)
            {
                return null;
            }

            i += stop;
            var step = value[i] switch
            {
                >= 0x80 => NonAscii(value, ref i, XmlChars.ValueAsciiStops, ref fault),
                (byte)'&' => Reference(value, ref i, ref fault),
                (byte)'<' => Fault(out fault, XmlFault.Attribute),
                _ => Fault(out fault, XmlFault.Character),
            };
            if (step != Step.Done)
            {
                return fault ?? (value[i] == '&' ? XmlFault.Reference : XmlFault.NotUtf8);
            }
        }
    }

    private static Step Fault(out XmlFault? fault, XmlFault value)
    {
        fault = value;
        return Step.Faulty;
    }

    private static Step NonAscii(ReadOnlySpan<byte> data, ref int i, SearchValues<byte> stops, ref XmlFault? fault)
    {
        var rest = data[i..];
        var length = rest.IndexOfAny(stops);
        var status = XmlChars.CheckRun(length < 0 ? rest : rest[..length], out var valid);
        i += valid;
        return status switch
        {
            XmlChars.RunStatus.Valid => Step.Done,
            XmlChars.RunStatus.Incomplete when length < 0 => Step.CutOff,
            XmlChars.RunStatus.BadCharacter => Fault(out fault, XmlFault.Character),
            _ => Fault(out fault, XmlFault.NotUtf8),
        };
    }

    private static Step Reference(ReadOnlySpan<byte> data, ref int i, ref XmlFault? fault)
    {
        var status = XmlReference.Read(data[i..], out var length, out _);
        if (status == XmlReference.Status.Complete)
        {
            i += length;
            return Step.Done;
        }

        return status switch
        {
            XmlReference.Status.NeedMore => Step.CutOff,
            XmlReference.Status.Undefined => Fault(out fault, XmlFault.Entity),
            _ => Fault(out fault, XmlFault.Reference),
        };
    }

    private static Step Bracket(ReadOnlySpan<byte> data, ref int i, ref XmlFault? fault)
    {
        var rest = data[i..];
        if (rest.StartsWith("]]>"u8))
        {
            return Fault(out fault, XmlFault.SectionEnd);
        }

        if ("]]>"u8.StartsWith(rest))
        {
            return Step.CutOff;
        }

        i++;
        return Step.Done;
    }
}

using System.Globalization;

namespace Presence.Node.Configuration;

/// <summary>Times and sizes as people write them. A bare number is no time: nobody could tell seconds from days.</summary>
internal static class Quantities
{
    private static readonly (string Unit, TimeSpan Length)[] Times =
    [
        // "ms" before "s", "min" before the others: the first unit that ends the text is taken.
        ("ms", TimeSpan.FromMilliseconds(1)), ("min", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1)),
    ];

    private static readonly (string Unit, long Bytes)[] Sizes = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)];

    public static bool TryDuration(string text, out TimeSpan duration)
    {
        foreach (var (unit, length) in Times)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                var ok = TryNumber(text[..^unit.Length], out var count) && count <= TimeSpan.MaxValue / length;
                duration = ok ? length * count : default;
                return ok;
            }
        }

        duration = default;
        return text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);
    }

    public static bool TryBytes(string text, out long bytes)
    {
        foreach (var (unit, size) in Sizes)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                var ok = TryNumber(text[..^unit.Length], out var count) && count <= int.MaxValue;
                bytes = ok ? count * size : 0;
                return ok;
            }
        }

        return TryNumber(text, out bytes);
    }

    public static string Duration(TimeSpan value)
    {
        var (unit, length) = Times.Where(t => t.Unit != "m").OrderByDescending(t => t.Length).First(t => value.Ticks % t.Length.Ticks == 0);
        return value == TimeSpan.Zero ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / length.Ticks}{unit}");
    }

    public static string Bytes(long value)
    {
        var (unit, size) = Sizes.OrderByDescending(s => s.Bytes).First(s => value % s.Bytes == 0);
        return value == 0 || size == 1 ? value.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{value / size}{unit}");
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text.TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

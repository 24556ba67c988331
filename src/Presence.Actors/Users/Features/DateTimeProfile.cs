using System.Globalization;

namespace Presence.Actors.Users.Features;

/// <summary>Points in time as XEP-0082 writes them, to the millisecond. It must never guess: what is not in that form is no time.</summary>
public static class DateTimeProfile
{
    private const string Seconds = "yyyy-MM-dd'T'HH:mm:ss";
    private const int SecondsLength = 19;

    /// <summary>Reads <c>CCYY-MM-DDThh:mm:ss[.sss]TZD</c> with any number of decimals.</summary>
    /// <param name="milliseconds">Unix milliseconds, rounded down.</param>
    /// <param name="exact">False if something was cut off by that.</param>
    public static bool TryParse(string text, out long milliseconds, out bool exact)
    {
        (milliseconds, exact) = (0, true);
        if (text.Length <= SecondsLength || !DateTime.TryParseExact(
                text.AsSpan(0, SecondsLength), Seconds, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return false;
        }

        var rest = text.AsSpan(SecondsLength);
        var fraction = 0;
        if (rest[0] == '.')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0)
            {
                return false;
            }

            for (var i = 0; i < 3; i++)
            {
                fraction = (fraction * 10) + (i < digits ? rest[1 + i] - '0' : 0);
            }

            exact = digits <= 3 || !rest[4..(1 + digits)].ContainsAnyExcept('0');
            rest = rest[(1 + digits)..];
        }

        if (!TryOffset(rest, out var offset))
        {
            return false;
        }

        milliseconds = ((time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond) + fraction - offset;
        return true;
    }

    /// <param name="milliseconds">Unix milliseconds.</param>
    public static string Format(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static bool TryOffset(ReadOnlySpan<char> zone, out long milliseconds)
    {
        milliseconds = 0;
        if (zone is "Z")
        {
            return true;
        }

        if (zone is not ['+' or '-', _, _, ':', _, _]
            || !int.TryParse(zone[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours) || hours > 23
            || !int.TryParse(zone[4..], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) || minutes > 59)
        {
            return false;
        }

        milliseconds = ((hours * 60) + minutes) * 60_000L * (zone[0] == '-' ? -1 : 1);
        return true;
    }
}

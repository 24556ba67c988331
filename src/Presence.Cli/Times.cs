using System.Globalization;

namespace Presence.Cli;

/// <summary>Times as people read them: the two largest units.</summary>
internal static class Times
{
    /// <summary>A time as the admin endpoint writes it; null when there is none.</summary>
    public static DateTimeOffset? Of(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    public static string Span(TimeSpan span)
    {
        var s = span < TimeSpan.Zero ? TimeSpan.Zero : span;
        FormattableString text = s.TotalDays >= 1 ? $"{(int)s.TotalDays} d {s.Hours} h"
            : s.TotalHours >= 1 ? $"{s.Hours} h {s.Minutes} min"
            : s.TotalMinutes >= 1 ? (FormattableString)$"{s.Minutes} min {s.Seconds} s" : $"{s.Seconds} s";
        return text.ToString(CultureInfo.InvariantCulture);
    }
}

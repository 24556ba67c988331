using System.Globalization;
using System.Text;

namespace Presence.Node.Telemetry;

/// <summary>
/// The text exposition format of Prometheus, version 0.0.4. It only writes: names and units follow the OpenTelemetry-to-Prometheus rules, so that dashboards look the same
/// whichever way the figures came.
/// </summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IReadOnlyList<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            var series = family.Series.ToList();
            if (series.Count == 0)
            {
                continue;
            }

            if (family.Help is { Length: > 0 } help)
            {
                text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escape(help, quotes: false)).Append('\n');
            }

            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Kind.ToString().ToLowerInvariant()).Append('\n');
            foreach (var one in series)
            {
                Write(text, family, one);
            }
        }

        if (families.Sum(f => f.Dropped) is > 0 and var dropped)
        {
            text.Append("# HELP presence_metrics_dropped_total Measurements that had no series because a tag had too many values\n");
            text.Append("# TYPE presence_metrics_dropped_total counter\n");
            text.Append(CultureInfo.InvariantCulture, $"presence_metrics_dropped_total {dropped}\n");
        }

        return text.ToString();
    }

    /// <summary>The family's name: dots become underscores, a unit is spelled out unless the name has it, a counter ends in <c>_total</c>.</summary>
    public static string Name(string instrument, string? unit, MetricKind kind)
    {
        var name = new StringBuilder(instrument.Length + 16);
        foreach (var c in instrument)
        {
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        if (char.IsAsciiDigit(name[0]))
        {
            name.Insert(0, '_');
        }

        if (UnitWord(unit) is { } word && !$"_{name}_".Contains($"_{word}_", StringComparison.Ordinal))
        {
            name.Append('_').Append(word);
        }

        var whole = name.ToString();
        return kind == MetricKind.Counter && !whole.EndsWith("_total", StringComparison.Ordinal) ? whole + "_total" : whole;
    }

    private static string? UnitWord(string? unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "By" => "bytes",
        "d" => "days",
        "%" => "percent",
        _ => null, // Annotations in braces, "1" and what we do not use.
    };

    private static void Write(StringBuilder text, MetricFamily family, MetricSeries series)
    {
        if (family.Kind != MetricKind.Histogram)
        {
            Line(text, family.Name, series, null, series.Value);
            return;
        }

        long upTo = 0;
        for (var i = 0; i < family.Bounds.Length; i++)
        {
            upTo += series.Bucket(i);
            Line(text, family.Name + "_bucket", series, Number(family.Bounds[i]), upTo);
        }

        upTo += series.Bucket(family.Bounds.Length);
        Line(text, family.Name + "_bucket", series, "+Inf", upTo);
        Line(text, family.Name + "_sum", series, null, series.Value);
        Line(text, family.Name + "_count", series, null, upTo);
    }

    private static void Line(StringBuilder text, string name, MetricSeries series, string? le, double value)
    {
        text.Append(name);
        var separator = '{';
        foreach (var (key, content) in series.Tags)
        {
            text.Append(separator).Append(Label(key)).Append("=\"").Append(Escape(Convert.ToString(content, CultureInfo.InvariantCulture) ?? "", quotes: true)).Append('"');
            separator = ',';
        }

        if (le is not null)
        {
            text.Append(separator).Append("le=\"").Append(le).Append('"');
            separator = ',';
        }

        text.Append(separator == ',' ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Label(string key) => Name(key, null, MetricKind.Gauge);

    private static string Escape(string value, bool quotes)
    {
        var escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}

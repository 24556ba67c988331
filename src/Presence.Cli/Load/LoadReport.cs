using System.Globalization;
using System.Net;
using System.Text;

namespace Presence.Cli.Load;

/// <summary>
/// The figures of a run as one HTML file that needs nothing else: a headline, a table, and for each measurement the rate over time and the
/// distribution of durations. Only shows; every figure comes from the results.
/// </summary>
internal static class LoadReport
{
    private const int Width = 640;
    private const int Height = 180;

    public static string Html(string scenario, LoadOptions options, IReadOnlyList<LoadResult> results, DateTimeOffset at)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Load: ").Append(Text(scenario)).Append("</title><style>")
            .Append("body{font:15px system-ui,sans-serif;max-width:720px;margin:2em auto;color:#222}table{border-collapse:collapse;width:100%}")
            .Append("td,th{padding:.3em .6em;border-bottom:1px solid #ddd;text-align:right}td:first-child,th:first-child{text-align:left}")
            .Append(".head{font-size:2.2em;font-weight:600}svg{background:#fafafa;border:1px solid #ddd}text{font:11px sans-serif;fill:#555}</style>");
        page.Append("<h1>Load: ").Append(Text(scenario)).Append("</h1>");
        if (results.Count > 0)
        {
            page.Append("<p><span class=\"head\">").Append(Headline(scenario, results)).Append("</span></p>");
        }

        page.Append("<p>").Append(Text(Setting(options))).Append(". ").Append(Text(at.ToString("u", CultureInfo.InvariantCulture))).Append("</p>");
        Table(page, results);
        foreach (var result in results)
        {
            page.Append("<h2>").Append(Text(result.Name)).Append("</h2><h3>Operations a second</h3>");
            RatePlot(page, result);
            if (result.Latencies.Count > 0)
            {
                page.Append("<h3>Durations</h3>");
                DurationPlot(page, result.Latencies);
            }
        }

        return page.Append("</html>\n").ToString();
    }

    /// <summary>The figure people compare: how many users come back in a second.</summary>
    public static string Headline(string scenario, IReadOnlyList<LoadResult> results)
    {
        var rate = results[^1].Rate.ToString("N0", CultureInfo.InvariantCulture);
        return scenario switch
        {
            "login" => $"{rate} re-logins a second",
            "resume" => $"{rate} resumed sessions a second",
            "presence" => $"{rate} presence stanzas a second",
            _ => $"{rate} messages a second",
        };
    }

    public static string Setting(LoadOptions o) => string.Create(
        CultureInfo.InvariantCulture, $"{o.Users} users, {o.Concurrency} at a time, {o.Server.Security}, {o.Mechanism}, {o.Server.Host}:{o.Server.Port}, {Environment.ProcessorCount} cores shared with the server");

    private static void Table(StringBuilder page, IReadOnlyList<LoadResult> results)
    {
        page.Append("<table><tr>");
        foreach (var heading in LoadFigures.Headings)
        {
            page.Append("<th>").Append(Text(heading)).Append("</th>");
        }

        page.Append("</tr>");
        foreach (var result in results)
        {
            page.Append("<tr>");
            foreach (var cell in LoadFigures.Of(result))
            {
                page.Append("<td>").Append(Text(cell)).Append("</td>");
            }

            page.Append("</tr>");
        }

        page.Append("</table>");
    }

    private static void RatePlot(StringBuilder page, LoadResult result)
    {
        var points = new List<(double X, double Y)>();
        LoadSample before = default;
        foreach (var sample in result.Samples)
        {
            if ((sample.At - before.At).TotalSeconds is > 0.05 and var seconds)
            {
                points.Add((sample.At.TotalSeconds, (sample.Operations - before.Operations) / seconds));
                before = sample;
            }
        }

        var (right, top) = (Math.Max(0.1, points.Select(p => p.X).DefaultIfEmpty().Max()), Math.Max(1, points.Select(p => p.Y).DefaultIfEmpty().Max()));
        Open(page);
        page.Append("<polyline fill=\"none\" stroke=\"#0a6\" stroke-width=\"1.5\" points=\"");
        foreach (var (x, y) in points)
        {
            page.Append(Number(X(x / right))).Append(',').Append(Number(Y(y / top))).Append(' ');
        }

        page.Append("\"/>");
        Label(page, 4, 14, top.ToString("N0", CultureInfo.InvariantCulture) + "/s");
        Label(page, Width - 60, Height - 6, Number(right) + " s");
        page.Append("</svg>");
    }

    // Durations reach over many powers of ten, so the axis does too.
    private static void DurationPlot(StringBuilder page, LatencyHistogram latencies)
    {
        var bars = latencies.Filled().GroupBy(b => (int)Math.Floor(Math.Log10(b.UpperBound.TotalMilliseconds) * 10)).Select(g => (Place: g.Key, Count: g.Sum(b => b.Count)))
            .OrderBy(b => b.Place).ToArray();
        var (first, last, top) = (bars[0].Place, Math.Max(bars[^1].Place, bars[0].Place + 9), bars.Max(b => b.Count));
        var width = 1.0 / (last - first + 1);
        Open(page);
        foreach (var (place, count) in bars)
        {
            var (x, y) = (X((place - first) * width), Y((double)count / top));
            page.Append("<rect fill=\"#38c\" x=\"").Append(Number(x)).Append("\" y=\"").Append(Number(y)).Append("\" width=\"").Append(Number((Width * width) - 1))
                .Append("\" height=\"").Append(Number(Height - 20 - y)).Append("\"/>");
        }

        Label(page, 4, Height - 6, Milliseconds(first));
        Label(page, Width - 70, Height - 6, Milliseconds(last + 1));
        page.Append("</svg>");
    }

    private static void Open(StringBuilder page) => page.Append(CultureInfo.InvariantCulture, $"<svg width=\"{Width}\" height=\"{Height}\" viewBox=\"0 0 {Width} {Height}\">");

    private static void Label(StringBuilder page, int x, int y, string text) => page.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\">{text}</text>");

    private static string Milliseconds(int tenths) => Math.Pow(10, tenths / 10.0).ToString("0.###", CultureInfo.InvariantCulture) + " ms";

    private static double X(double share) => share * Width;

    private static double Y(double share) => Height - 20 - (share * (Height - 40));

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}

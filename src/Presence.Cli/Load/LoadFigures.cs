using System.Globalization;
using System.Text.Json.Nodes;

namespace Presence.Cli.Load;

/// <summary>The figures of a measurement, as cells of a table and as JSON.</summary>
internal static class LoadFigures
{
    public static readonly string[] Headings = ["", "operations", "errors", "per second", "server CPU per op", "server cores", "p50", "p99", "longest", "server memory", "per session"];

    public static string[] Of(LoadResult r) =>
    [
        r.Name,
        r.Operations.ToString("N0", CultureInfo.InvariantCulture),
        r.Errors.ToString("N0", CultureInfo.InvariantCulture),
        r.Rate.ToString("N0", CultureInfo.InvariantCulture),
        r.CpuPerOperation is { } cpu ? cpu.ToString("0.0000", CultureInfo.InvariantCulture) + " ms" : "–",
        r.Cpu is { } all ? (all / r.Elapsed).ToString("0.00", CultureInfo.InvariantCulture) : "–",
        Milliseconds(r, r.Latencies.Quantile(0.5)),
        Milliseconds(r, r.Latencies.Quantile(0.99)),
        Milliseconds(r, r.Latencies.Longest),
        r.MemoryAfter > 0 ? (r.MemoryAfter / 1048576.0).ToString("N0", CultureInfo.InvariantCulture) + " MiB" : "–",
        PerSession(r) is { } bytes ? (bytes / 1024.0).ToString("0.0", CultureInfo.InvariantCulture) + " KiB" : "–",
    ];

    public static JsonObject Json(LoadResult r) => new()
    {
        ["name"] = r.Name,
        ["operations"] = r.Operations,
        ["errors"] = r.Errors,
        ["firstError"] = r.FirstError,
        ["seconds"] = r.Elapsed.TotalSeconds,
        ["perSecond"] = r.Rate,
        ["serverCpuMsPerOperation"] = r.CpuPerOperation,
        ["p50Ms"] = r.Latencies.Quantile(0.5).TotalMilliseconds,
        ["p99Ms"] = r.Latencies.Quantile(0.99).TotalMilliseconds,
        ["longestMs"] = r.Latencies.Longest.TotalMilliseconds,
        ["serverMemoryBytes"] = r.MemoryAfter,
        ["bytesPerSession"] = PerSession(r),
    };

    private static double? PerSession(LoadResult r) => r is { Sessions: > 0, MemoryAfter: > 0 } ? (r.MemoryAfter - r.MemoryBefore) / (double)r.Sessions : null;

    private static string Milliseconds(LoadResult r, TimeSpan time) =>
        r.Latencies.Count == 0 ? "–" : time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms";
}

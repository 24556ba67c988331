using Presence.Node.Configuration;
using Presence.Push;
using Presence.Push.Gateways;

namespace Presence.Node.Composition;

/// <summary>Makes the gateways the configuration names; a provider's gateway is added here.</summary>
internal static class PushSinks
{
    /// <param name="output">Where the console sink writes.</param>
    public static IReadOnlyList<IPushGateway> Create(IReadOnlyList<PushSink> sinks, TextWriter output, bool colour, TimeProvider clock, ILoggerFactory loggers) =>
        [.. sinks.Select(sink => Create(sink, output, colour, clock, loggers))];

    private static IPushGateway Create(PushSink sink, TextWriter output, bool colour, TimeProvider clock, ILoggerFactory loggers) => sink switch
    {
        { Kind: "jsonl", Path: { } path } => new JsonLinesGateway(path, clock, loggers.CreateLogger<JsonLinesGateway>()),
        { Kind: "console" } => new ConsoleGateway(output, clock, colour),
        _ => throw new InvalidOperationException($"no gateway of kind {sink.Kind}"),
    };
}

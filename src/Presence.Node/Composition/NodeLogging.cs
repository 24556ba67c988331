using Microsoft.Extensions.Logging.Console;
using Presence.Node.Configuration;

namespace Presence.Node.Composition;

/// <summary>The log: to standard error, so that standard output stays for the ready line and what a person asked for.</summary>
internal static class NodeLogging
{
    public static ILoggerFactory Create(LoggingSection options) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(LogLevel.Information);
        foreach (var (category, level) in options.Levels)
        {
            var parsed = Enum.Parse<LogLevel>(level, ignoreCase: true);
            if (category.Equals("Default", StringComparison.OrdinalIgnoreCase))
            {
                logging.SetMinimumLevel(parsed);
            }
            else
            {
                logging.AddFilter(category, parsed);
            }
        }

        // Kestrel tells of every odd request at levels of its own; ours are enough.
        if (!options.Levels.ContainsKey("Microsoft"))
        {
            logging.AddFilter("Microsoft", LogLevel.Warning);
        }

        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (options.Format == "json")
        {
            logging.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else
        {
            logging.AddSimpleConsole(simple =>
            {
                simple.SingleLine = true;
                simple.TimestampFormat = "HH:mm:ss.fff ";
                simple.ColorBehavior = Console.IsErrorRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Enabled;
            });
        }
    });
}

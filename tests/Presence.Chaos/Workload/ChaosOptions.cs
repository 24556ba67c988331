using System.Globalization;

namespace Presence.Chaos.Workload;

/// <summary>
/// How large and how long a chaos run is. The seed decides who writes what to whom and when the node is killed;
/// the scheduling of threads it cannot decide.
/// </summary>
public sealed record ChaosOptions
{
    public int Kills { get; init; } = 12;

    public int Seed { get; init; } = 1;

    /// <summary>People who are online and write.</summary>
    public int Senders { get; init; } = 6;

    /// <summary>People who are online and only read.</summary>
    public int Listeners { get; init; } = 3;

    /// <summary>People who are cut off with push enabled, and wake now and then.</summary>
    public int Sleepers { get; init; } = 6;

    /// <summary>Messages per second, all senders together.</summary>
    public int Rate { get; init; } = 300;

    /// <summary>Whether each archive is compared with what was sent.</summary>
    public bool Archives { get; init; } = true;

    /// <summary>Reads <c>--kills 200 --seed 7 --senders … --listeners … --sleepers … --rate …</c>.</summary>
    /// <exception cref="FormatException">An option is unknown or not a number; the message says which.</exception>
    public static ChaosOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ChaosOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i];
            if (i + 1 == arguments.Count || !int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                throw new FormatException($"{name} needs a number");
            }

            options = name switch
            {
                "--kills" => options with { Kills = value },
                "--seed" => options with { Seed = value },
                "--senders" => options with { Senders = value },
                "--listeners" => options with { Listeners = value },
                "--sleepers" => options with { Sleepers = value },
                "--rate" => options with { Rate = value },
                _ => throw new FormatException($"unknown option {name}"),
            };
        }

        return options;
    }
}

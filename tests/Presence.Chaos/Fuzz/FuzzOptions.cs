using System.Globalization;

namespace Presence.Chaos.Fuzz;

/// <summary>How long a fuzz run is, or which case of it is played again.</summary>
/// <param name="Seconds">Time after which no case is begun.</param>
/// <param name="Case">Only this one.</param>
internal sealed record FuzzOptions(int Seconds, int Seed, int? Case = null)
{
    /// <summary>Cases played at once.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>Reads <c>--fuzz 300 --seed 7</c>, or <c>--fuzz 0 --seed 7 --case 1234</c>.</summary>
    /// <exception cref="FormatException">An option is unknown or not a number; the message says which.</exception>
    public static FuzzOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new FuzzOptions(60, 1);
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i];
            if (i + 1 == arguments.Count || !int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                throw new FormatException($"{name} needs a number");
            }

            options = name switch
            {
                "--fuzz" => options with { Seconds = value },
                "--seed" => options with { Seed = value },
                "--case" => options with { Case = value },
                "--workers" => options with { Workers = value },
                _ => throw new FormatException($"unknown option {name}"),
            };
        }

        return options;
    }
}

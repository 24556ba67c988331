using System.Globalization;

namespace Presence.Node.Configuration;

/// <summary>
/// Turns settings into typed values. A wrong one is noted with its key, value and what is allowed, and the default stands in, so that one run finds every problem.
/// Whatever nobody asked for is an unknown key. It must never throw for what an operator wrote.
/// </summary>
internal sealed class SettingReader(IReadOnlyDictionary<string, Setting> settings, List<ConfigurationProblem> problems)
{
    private readonly HashSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every key asked for so far, in order.</summary>
    public List<KnownKey> Known { get; } = [];

    public bool IsSet(string key) => settings.ContainsKey(key);

    public string? Text(string key, string? defaultValue, string allowed, Func<string, bool>? isAllowed = null) =>
        Read(key, defaultValue ?? "not set", allowed, defaultValue, value => (isAllowed?.Invoke(value) ?? value.Length > 0, value));

    public bool Flag(string key, bool defaultValue) =>
        Read(key, defaultValue ? "true" : "false", "true or false", defaultValue, value => (bool.TryParse(value, out var flag), flag));

    public string OneOf(string key, string defaultValue, params string[] allowed) =>
        Read(key, defaultValue, string.Join(" or ", allowed), defaultValue, value =>
            (allowed.Contains(value, StringComparer.OrdinalIgnoreCase), value.ToLowerInvariant()));

    /// <summary>A TCP port; null for "off".</summary>
    public int? Port(string key, int defaultValue) =>
        Read(key, Number(defaultValue), "a port from 1 to 65535, 0 for any free port, or off", defaultValue, value =>
            string.Equals(value, "off", StringComparison.OrdinalIgnoreCase) ? (true, (int?)null)
                : (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535, port));

    public int Count(string key, int defaultValue, int least, int most) =>
        Read(key, Number(defaultValue), $"a whole number from {Number(least)} to {Number(most)}", defaultValue, value =>
            (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most, number));

    /// <summary>A number of bytes, with the unit KiB or MiB if wanted.</summary>
    public int Bytes(string key, int defaultValue, int least, int most) =>
        Read(key, Quantities.Bytes(defaultValue), $"bytes from {Quantities.Bytes(least)} to {Quantities.Bytes(most)}, such as 65536, 64KiB or 16MiB", defaultValue, value =>
            (Quantities.TryBytes(value, out var bytes) && bytes >= least && bytes <= most, (int)bytes));

    public TimeSpan Duration(string key, TimeSpan defaultValue, TimeSpan least, TimeSpan most) =>
        Read(key, Quantities.Duration(defaultValue),
            $"a time from {Quantities.Duration(least)} to {Quantities.Duration(most)}, such as 500ms, 15s, 10min, 2h, 14d or 00:00:15", defaultValue,
            value => (Quantities.TryDuration(value, out var duration) && duration >= least && duration <= most, duration));

    /// <summary>The indexes used below a list key such as <c>Push:Sinks</c>, ascending.</summary>
    public IReadOnlyList<int> Indexes(string key, int most)
    {
        var indexes = new SortedSet<int>();
        foreach (var setting in Below(key))
        {
            var part = setting.Key[(key.Length + 1)..].Split(':')[0];
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < most)
            {
                indexes.Add(index);
            }
            else
            {
                _asked.Add(setting.Key);
                Fail(setting.Key, $"allowed after {key}: is a number from 0 to {Number(most - 1)}");
            }
        }

        return [.. indexes];
    }

    /// <summary>Every setting below a free-form key, by the rest of its key.</summary>
    public IReadOnlyList<Setting> Below(string key) =>
        [.. settings.Values.Where(s => s.Key.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)).OrderBy(s => s.Key, StringComparer.OrdinalIgnoreCase)];

    /// <summary>Notes a problem with the value of a key, naming where it was said.</summary>
    public void Fail(string key, string what)
    {
        var said = settings.TryGetValue(key, out var setting) ? $"{key} = \"{setting.Value}\" ({setting.Source})" : key;
        problems.Add(new(key, $"{said}: {what}"));
    }

    /// <summary>As <see cref="Fail"/>, of a value that may not be shown.</summary>
    public void FailSecret(string key, string what) => problems.Add(new(key, $"{key} ({(settings.TryGetValue(key, out var setting) ? setting.Source : "not set")}): {what}"));

    /// <summary>Notes every setting that no read has asked for.</summary>
    public void FailUnknown()
    {
        List<string> keys = [.. Known.Select(k => k.Key)];
        foreach (var setting in settings.Values.Where(s => !_asked.Contains(s.Key)).OrderBy(s => s.Key, StringComparer.OrdinalIgnoreCase))
        {
            var close = Spelling.Closest(setting.Key, keys);
            var hint = close is null ? "see docs/operations/configuration.md for all keys, or run with --help" : $"did you mean {close}?";
            problems.Add(new(setting.Key, $"{setting.Key} ({setting.Source}): there is no such key; {hint}"));
        }
    }

    private T Read<T>(string key, string shownDefault, string allowed, T defaultValue, Func<string, (bool Allowed, T Value)> parse)
    {
        _asked.Add(key);
        Known.Add(new(key, shownDefault, allowed));
        if (!settings.TryGetValue(key, out var setting))
        {
            return defaultValue;
        }

        var (ok, value) = parse(setting.Value.Trim());
        if (ok)
        {
            return value;
        }

        Fail(key, $"allowed is {allowed}");
        return defaultValue;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

namespace Presence.Node.Configuration;

/// <summary>Finds what a mistyped key was probably meant to be. It only suggests; nothing is ever corrected silently.</summary>
internal static class Spelling
{
    /// <summary>The nearest known key, or null when none is near: at most a third of the letters may differ, or the last part must be the same.</summary>
    public static string? Closest(string key, IReadOnlyList<string> known)
    {
        var wanted = Generic(key);
        var best = known.MinBy(k => Distance(wanted, Generic(k)));
        if (best is not null && Distance(wanted, Generic(best)) <= Math.Max(2, key.Length / 3))
        {
            return best;
        }

        var last = wanted[(wanted.LastIndexOf(':') + 1)..];
        return known.FirstOrDefault(k => Generic(k).EndsWith(":" + last, StringComparison.Ordinal));
    }

    private static string Generic(string key) => key.ToUpperInvariant();

    // Optimal string alignment: a swap of two neighbours counts once, being the commonest slip.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}

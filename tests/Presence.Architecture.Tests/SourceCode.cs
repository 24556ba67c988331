using System.Text;

namespace Presence.Architecture.Tests;

/// <summary>
/// C# text with comments and the contents of string and character literals blanked, so that a scan finds code and not talk about code. Keeps line
/// numbers. Knows just enough of the language for that; code inside interpolations is blanked as well.
/// </summary>
public static class SourceCode
{
    public static string WithoutTalk(string source)
    {
        var code = new StringBuilder(source.Length);
        for (var at = 0; at < source.Length;)
        {
            var end = EndOfTalk(source, at);
            if (end == at)
            {
                code.Append(source[at++]);
                continue;
            }

            code.Append(' ');
            code.Append('\n', source.AsSpan(at, end - at).Count('\n'));
            at = end;
        }

        return code.ToString();
    }

    /// <summary>Where the comment or literal that begins at <paramref name="at"/> ends; <paramref name="at"/> itself if none begins there.</summary>
    private static int EndOfTalk(string source, int at)
    {
        var rest = source.AsSpan(at);
        if (rest.StartsWith("//"))
        {
            return EndAfter(source, at, "\n", keep: 1);
        }

        if (rest.StartsWith("/*"))
        {
            return EndAfter(source, at + 2, "*/", keep: 0);
        }

        if (rest[0] == '\'')
        {
            return rest.Length > 2 && rest[1] != '\\' ? at + 3 : EndAfter(source, at + 3, "'", keep: 0);
        }

        var opening = at;
        while (opening < source.Length && source[opening] is '$' or '@')
        {
            opening++;
        }

        return opening < source.Length && source[opening] == '"' ? EndOfString(source, at, opening) : at;
    }

    private static int EndOfString(string source, int at, int opening)
    {
        var prefix = source.AsSpan(at, opening - at);
        var quotes = 0;
        while (opening + quotes < source.Length && source[opening + quotes] == '"')
        {
            quotes++;
        }

        if (quotes >= 3)
        {
            return EndAfter(source, opening + quotes, new string('"', quotes), keep: 0);
        }

        var verbatim = prefix.Contains('@');
        var interpolated = prefix.Contains('$');
        for (var i = opening + 1; i < source.Length; i++)
        {
            switch (source[i])
            {
                case '\\' when !verbatim:
                    i++;
                    break;
                case '"' when verbatim && i + 1 < source.Length && source[i + 1] == '"':
                case '{' when interpolated && i + 1 < source.Length && source[i + 1] == '{':
                    i++;
                    break;
                case '"':
                    return i + 1;
                case '{' when interpolated:
                    i = EndOfHole(source, i + 1);
                    break;
            }
        }

        return source.Length;
    }

    /// <summary>The closing brace of an interpolation; literals inside may hold braces and quotes of their own.</summary>
    private static int EndOfHole(string source, int at)
    {
        for (var depth = 1; at < source.Length;)
        {
            var end = EndOfTalk(source, at);
            if (end > at)
            {
                at = end;
                continue;
            }

            depth += source[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return at;
            }

            at++;
        }

        return source.Length;
    }

    private static int EndAfter(string source, int from, string mark, int keep)
    {
        var found = from < source.Length ? source.IndexOf(mark, from, StringComparison.Ordinal) : -1;
        return found < 0 ? source.Length : found + mark.Length - keep;
    }
}

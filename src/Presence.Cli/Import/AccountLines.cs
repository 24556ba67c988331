using System.Text;
using System.Text.Json;
using Presence.Node.Transfer;

namespace Presence.Cli.Import;

/// <summary>
/// Reads accounts one a line: <c>jid,password</c> (RFC 4180 quotes), <c>jid TAB password</c>, or a JSON object with "jid" and "password" or SCRAM keys. A line that
/// cannot be read is told and passed over; it never ends the file.
/// </summary>
internal static class AccountLines
{
    private const int MaxLine = 64 * 1024;

    public static IEnumerable<ImportItem> Read(TextReader reader, string name)
    {
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length > 0 && !(number == 1 && IsHeader(line)))
            {
                var place = $"{name}:{number}";
                yield return line.Length > MaxLine ? ImportItem.Bad(place, $"a line may have {MaxLine} characters") : Parse(line, place);
            }
        }
    }

    private static bool IsHeader(string line) => line.StartsWith("jid,", StringComparison.OrdinalIgnoreCase) || line.StartsWith("jid\t", StringComparison.OrdinalIgnoreCase);

    private static ImportItem Parse(string line, string place)
    {
        if (line[0] == '{')
        {
            return Json(line, place);
        }

        var fields = line.Contains('\t') ? line.Split('\t') : Csv(line);
        return fields is [var jid, { Length: > 0 } password] && jid.Length > 0
            ? new ImportItem(place, new UserRecord(jid), password)
            : ImportItem.Bad(place, "an address and a password are expected, with a comma or a tab between them");
    }

    private static string[]? Csv(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append(line[++i]);
            }
            else if (c == '"' && (quoted || field.Length == 0))
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        return quoted ? null : [.. fields, field.ToString()];
    }

    private static ImportItem Json(string line, string place)
    {
        try
        {
            var account = JsonSerializer.Deserialize<Account>(line, JsonSerializerOptions.Web);
            var (sha1, sha256) = (account?.ScramSha1, account?.ScramSha256);
            if (account?.Jid is not { Length: > 0 } jid)
            {
                return ImportItem.Bad(place, "\"jid\" is missing");
            }

            if (account.Password is { Length: > 0 } password)
            {
                return new ImportItem(place, new UserRecord(jid), password);
            }

            return ScramFields.TryJoin(sha1, sha256, out var keys)
                ? new ImportItem(place, new UserRecord(jid) { Keys = keys })
                : ImportItem.Bad(place, "\"password\", \"scram-sha-256\" or \"scram-sha-1\" with salt, iterations, storedKey and serverKey is expected");
        }
        catch (JsonException)
        {
            return ImportItem.Bad(place, "not a JSON object as it is expected");
        }
    }

    private sealed record Account(
        string? Jid, string? Password,
        [property: System.Text.Json.Serialization.JsonPropertyName("scram-sha-1")] ScramFields? ScramSha1,
        [property: System.Text.Json.Serialization.JsonPropertyName("scram-sha-256")] ScramFields? ScramSha256);
}

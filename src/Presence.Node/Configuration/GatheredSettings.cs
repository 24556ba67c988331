using System.Collections;
using System.Text.Json;

namespace Presence.Node.Configuration;

/// <summary>
/// Collects settings from files, environment and command line; the later source wins. It knows no key and judges no value, but keeps for every value where it
/// was said, which the stock configuration stack does not.
/// </summary>
internal sealed class GatheredSettings
{
    /// <summary>Environment variables are read when they begin like this and have a section: <c>PRESENCE_Xmpp__Domain</c>.</summary>
    public const string EnvironmentPrefix = "PRESENCE_";

    public const string FileName = "appsettings.json";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public Dictionary<string, Setting> Values { get; } = new(StringComparer.OrdinalIgnoreCase);

    public List<ConfigurationProblem> Problems { get; } = [];

    public bool Demo { get; private set; }

    public bool Help { get; private set; }

    public bool Version { get; private set; }

    /// <param name="applicationDirectory">Its <c>appsettings.json</c> is read first, if there is one.</param>
    /// <param name="workingDirectory">Its <c>appsettings.json</c> is read next; relative paths start here.</param>
    /// <param name="environment">As from <see cref="System.Environment.GetEnvironmentVariables()"/>.</param>
    public static GatheredSettings From(IReadOnlyList<string> arguments, IDictionary environment, string applicationDirectory, string workingDirectory)
    {
        var gathered = new GatheredSettings();
        var (commandLine, file) = gathered.ReadArguments(arguments);
        string[] folders = [Path.GetFullPath(applicationDirectory), Path.GetFullPath(workingDirectory)];
        foreach (var path in folders.Distinct().Select(folder => Path.Combine(folder, FileName)).Where(File.Exists))
        {
            gathered.ReadFile(path);
        }

        if (file is not null)
        {
            gathered.ReadFile(Path.GetFullPath(file, workingDirectory));
        }

        gathered.ReadEnvironment(environment);
        foreach (var setting in commandLine)
        {
            gathered.Values[setting.Key] = setting;
        }

        return gathered;
    }

    /// <summary>Adds a value that anything said elsewhere overrides.</summary>
    public void AddDefault(string key, string value, string source) => Values.TryAdd(key, new Setting(key, value, source));

    private (List<Setting> Settings, string? File) ReadArguments(IReadOnlyList<string> arguments)
    {
        var settings = new List<Setting>();
        string? file = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var (name, value) = Split(argument);
            if (TryFlag(argument))
            {
                continue;
            }

            if (!argument.StartsWith("--", StringComparison.Ordinal) || (name != "config" && !name.Contains(':')))
            {
                Problems.Add(new(argument, $"{argument}: not understood; allowed are --Section:Key=value, --config FILE, --demo, --help and --version"));
                continue;
            }

            if (value is null && (i + 1 == arguments.Count || arguments[i + 1].StartsWith("--", StringComparison.Ordinal)))
            {
                Problems.Add(new(name, $"{argument}: a value is missing; write {argument}=value"));
                continue;
            }

            value ??= arguments[++i];
            if (name == "config")
            {
                file = value;
            }
            else
            {
                settings.Add(new(name, value, "command line"));
            }
        }

        return (settings, file);
    }

    private bool TryFlag(string argument)
    {
        switch (argument)
        {
            case "--demo":
                return Demo = true;
            case "--help" or "-h" or "-?":
                return Help = true;
            case "--version":
                return Version = true;
            default:
                return false;
        }
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var name = argument.TrimStart('-');
        var equals = name.IndexOf('=');
        return equals < 0 ? (name, null) : (name[..equals], name[(equals + 1)..]);
    }

    private void ReadEnvironment(IDictionary environment)
    {
        foreach (DictionaryEntry entry in environment)
        {
            // Names without a section belong to other programs of ours, such as PRESENCE_ADMIN of presencectl.
            if (entry is { Key: string name, Value: string value }
                && name.StartsWith(EnvironmentPrefix, StringComparison.Ordinal)
                && name.Contains("__", StringComparison.Ordinal))
            {
                var key = name[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal);
                Values[key] = new(key, value, $"environment variable {name}");
            }
        }
    }

    private void ReadFile(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                Flatten(document.RootElement, "", path);
            }
            else
            {
                Problems.Add(new(path, $"{path}: must hold one JSON object"));
            }
        }
        catch (JsonException e)
        {
            Problems.Add(new(path, $"{path}: is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Problems.Add(new(path, $"{path}: cannot be read: {e.Message}"));
        }
    }

    private void Flatten(JsonElement element, string key, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Flatten(property.Value, Join(key, property.Name), path);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    Flatten(item, Join(key, index++.ToString(System.Globalization.CultureInfo.InvariantCulture)), path);
                }

                break;
            case JsonValueKind.Null:
                break;
            default:
                Values[key] = new(key, element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText(), path);
                break;
        }
    }

    private static string Join(string key, string name) => key.Length == 0 ? name : $"{key}:{name}";
}

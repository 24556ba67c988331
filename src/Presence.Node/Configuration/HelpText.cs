using System.Text;

namespace Presence.Node.Configuration;

/// <summary>What <c>--help</c> prints: the flags, and every key with its default, straight from the validation so that it is never out of date.</summary>
internal static class HelpText
{
    public static string Write()
    {
        var text = new StringBuilder("""
            Presence, an XMPP server.

              --demo                    two accounts, temporary data, pushes on the console
              --config FILE             a further configuration file (JSON)
              --Section:Key=value       any key below; also in appsettings.json, or as environment variable PRESENCE_Section__Key
              --help, --version

            Keys, defaults and what is allowed:


            """);
        foreach (var key in OptionsValidation.KnownKeys())
        {
            var name = key.Key.Replace(":0:", ":N:", StringComparison.Ordinal).Replace("LogLevel:Default", "LogLevel:*", StringComparison.Ordinal);
            text.Append("  ").Append(name.PadRight(36)).Append(key.Default.PadRight(14)).Append(' ').Append(key.Allowed).Append('\n');
        }

        return text.ToString();
    }
}

using System.Net;
using Presence.Protocol.Addressing;

namespace Presence.Node.Configuration;

/// <summary>Reads which external components may connect (XEP-0114), and where. What it tells of a secret is where it was said, never the secret.</summary>
internal static class ComponentSettings
{
    private const int MaxComponents = 64;

    /// <param name="domain">The domain served.</param>
    /// <param name="address">Reads an address to listen on.</param>
    public static ComponentsSection Read(SettingReader reader, string domain, string workingDirectory, Func<string, string, IPAddress> address)
    {
        var components = new List<ComponentSection>();
        foreach (var index in reader.Indexes("Components", MaxComponents))
        {
            var component = One(reader, $"Components:{index}", workingDirectory);
            if (component.Domain == domain || components.Exists(c => c.Domain == component.Domain))
            {
                reader.Fail($"Components:{index}:Domain", "is taken: every component has a domain of its own, and none has that of Xmpp:Domain");
            }

            components.Add(component);
        }

        return new(address("Xmpp:ComponentBind", "127.0.0.1"), reader.Port("Xmpp:ComponentPort", 5347), components);
    }

    private static ComponentSection One(SettingReader reader, string key, string workingDirectory)
    {
        var domain = reader.Text(key + ":Domain", null, "a domain name such as push.example.org (no user, no port, no path)",
            value => Jid.TryParse(value, out var jid) && jid.Local is null && jid.IsBare);
        var secret = reader.Text(key + ":Secret", null, "any text");
        var file = reader.Text(key + ":SecretFile", null, "the path of a file that exists", value => value.Length > 0 && File.Exists(Path.GetFullPath(value, workingDirectory)));
        if (!reader.IsSet(key + ":Domain"))
        {
            reader.Fail(key + ":Domain", "is missing");
        }

        if (reader.IsSet(key + ":Secret") && reader.IsSet(key + ":SecretFile"))
        {
            reader.Fail(key + ":SecretFile", "must not stand beside Secret; allowed is one of them");
        }
        else if (!reader.IsSet(key + ":Secret") && !reader.IsSet(key + ":SecretFile"))
        {
            reader.Fail(key + ":SecretFile", "or Secret is missing");
        }

        return new(Jid.TryParse(domain, out var jid) ? jid.Domain : "", secret, file is null ? null : Path.GetFullPath(file, workingDirectory));
    }
}

namespace Presence.Node.Configuration;

/// <summary>Reads the list of services that clients are told of (XEP-0215). Whether they are there is not asked.</summary>
internal static class ExternalServiceSettings
{
    private const string Section = "ExternalServices";
    private const int MaxServices = 50;

    public static IReadOnlyList<ExternalServiceSection> Read(SettingReader reader) =>
        [.. reader.Indexes(Section, MaxServices).Select(index => One(reader, $"{Section}:{index}"))];

    private static ExternalServiceSection One(SettingReader reader, string key)
    {
        string? Text(string name) => reader.Text($"{key}:{name}", null, "a text that is not empty");
        var type = reader.OneOf(key + ":Type", "", "stun", "stuns", "turn", "turns");
        var host = reader.Text(key + ":Host", null, "a host name or an IP address",
            value => Uri.CheckHostName(value) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6);
        var transport = reader.OneOf(key + ":Transport", "none", "udp", "tcp", "none");
        var service = new ExternalServiceSection(
            type, host ?? "", reader.Count(key + ":Port", type.EndsWith('s') ? 5349 : 3478, 1, 65_535), transport == "none" ? null : transport, Text("Name"),
            Text("Username"), Text("Password"), Text("Secret"), reader.Duration(key + ":Lifetime", TimeSpan.FromDays(1), TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)));
        Check(reader, key, service);
        return service;
    }

    // What is told of a key shows its value: nothing is told of Password and Secret that have one.
    private static void Check(SettingReader reader, string key, ExternalServiceSection service)
    {
        if (!reader.IsSet(key + ":Type"))
        {
            reader.Fail(key + ":Type", "is missing; allowed is stun, stuns, turn or turns");
        }

        if (!reader.IsSet(key + ":Host"))
        {
            reader.Fail(key + ":Host", "is missing; clients must know where the service is");
        }

        if (service is { Secret: not null, Username: not null })
        {
            reader.Fail(key + ":Username", "must not stand beside Secret, from which user names and passwords are made");
        }
        else if (service.Username is null != service.Password is null)
        {
            reader.Fail(key + ":Username", "and Password belong together: set both or neither");
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Presence.Protocol.Addressing;

namespace Presence.Node.Configuration;

/// <summary>
/// Reads every key once, with its default and its bounds, and checks what only several keys together can tell. Finds all problems in one go;
/// opens nothing but asks whether named files are there.
/// </summary>
internal static class OptionsValidation
{
    /// <summary>A socket path must fit into sockaddr_un with its final zero.</summary>
    private const int MaxSocketPathBytes = 107;

    private const int MaxSinks = 16;
    private const int MaxAdministrators = 100;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="workingDirectory">Where relative paths start.</param>
    /// <returns>The options; null when there is any problem.</returns>
    public static NodeOptions? TryRead(GatheredSettings gathered, string workingDirectory, out IReadOnlyList<ConfigurationProblem> problems)
    {
        var found = new List<ConfigurationProblem>(gathered.Problems);
        problems = found;
        var options = Read(new SettingReader(gathered.Values, found), workingDirectory);
        return found.Count == 0 ? options : null;
    }

    /// <summary>All keys there are, with defaults and what is allowed.</summary>
    public static IReadOnlyList<KnownKey> KnownKeys()
    {
        // A list section shows its keys only when it has an item.
        var one = new Dictionary<string, Setting>(StringComparer.OrdinalIgnoreCase)
        {
            ["Push:Sinks:0:Kind"] = new("Push:Sinks:0:Kind", "jsonl", ""),
            ["Components:0:Domain"] = new("Components:0:Domain", "push.example.org", ""),
            ["Admin:Accounts:0"] = new("Admin:Accounts:0", "admin@localhost", ""),
            ["ExternalServices:0:Type"] = new("ExternalServices:0:Type", "turn", ""),
            ["ExternalServices:0:Host"] = new("ExternalServices:0:Host", "turn.example.org", ""),
            ["Logging:LogLevel:Default"] = new("Logging:LogLevel:Default", "Information", ""),
        };
        var reader = new SettingReader(one, []);
        Read(reader, Path.GetTempPath());
        return reader.Known;
    }

    private static NodeOptions Read(SettingReader reader, string workingDirectory)
    {
        var xmpp = Xmpp(reader);
        var tls = Tls(reader, workingDirectory);
        var data = Data(reader, workingDirectory);
        var http = new HttpSection(Address(reader, "Http:Bind", "127.0.0.1"), reader.Port("Http:Port", 5280));
        var options = new NodeOptions(
            xmpp, tls, data, http, AdminSocket(reader, data, workingDirectory), Sessions(reader), Sinks(reader, workingDirectory),
            Registration(reader), Limits(reader), reader.Count("Archive:RetentionDays", 0, 0, 36_500), Logging(reader))
        {
            Web = WebSettings.Read(reader, workingDirectory),
            Administrators = Administrators(reader, xmpp.Domain),
            Storage = new(
                reader.Bytes("Storage:MaxVCardBytes", 128 << 10, 1 << 10, 1 << 20), reader.Bytes("Storage:MaxPrivateBytes", 256 << 10, 0, 64 << 20),
                reader.Bytes("Storage:MaxEventItemBytes", 128 << 10, 1 << 10, 1 << 20), reader.Bytes("Storage:MaxEventBytes", 1 << 20, 0, 64 << 20)),
            Store = StoreSettings.Read(reader),
            ExternalServices = ExternalServiceSettings.Read(reader),
            Components = ComponentSettings.Read(reader, xmpp.Domain, workingDirectory, (key, value) => Address(reader, key, value)),
            PushSender = reader.Flag("Push:Sender", false),
        };
        CheckPorts(reader, options);
        reader.FailUnknown();
        return options;
    }

    private static XmppSection Xmpp(SettingReader reader)
    {
        var domain = reader.Text("Xmpp:Domain", "localhost", "a domain name such as example.org (no user, no port, no path)",
            value => Jid.TryParse(value, out var jid) && jid.Local is null && jid.IsBare)!;
        IReadOnlyList<IPNetwork> proxies = [];
        reader.Text("Xmpp:ProxyProtocol", "off", "off, or " + NetworkList.Allowed, value => value.Equals("off", StringComparison.OrdinalIgnoreCase) || NetworkList.TryRead(value, out proxies));
        return new(
            Jid.TryParse(domain, out var prepared) ? prepared.Domain : domain,
            Address(reader, "Xmpp:Bind", "*"),
            reader.Port("Xmpp:ClientPort", 5222),
            reader.Port("Xmpp:DirectTlsPort", 5223),
            reader.Flag("Xmpp:AllowPlaintextLogin", false),
            proxies);
    }

    internal static IPAddress Address(SettingReader reader, string key, string defaultValue)
    {
        var address = IPAddress.None;
        reader.Text(key, defaultValue, "an IP address, localhost, or * for all addresses", value => TryAddress(value, out address));
        return address.Equals(IPAddress.None) && TryAddress(defaultValue, out var standing) ? standing : address;
    }

    private static bool TryAddress(string value, out IPAddress address)
    {
        address = value switch
        {
            "*" => IPAddress.IPv6Any,
            _ when value.Equals("localhost", StringComparison.OrdinalIgnoreCase) => IPAddress.Loopback,
            _ => IPAddress.TryParse(value, out var parsed) ? parsed : IPAddress.None,
        };
        return !address.Equals(IPAddress.None);
    }

    private static TlsSection Tls(SettingReader reader, string workingDirectory)
    {
        var certificate = ExistingFile(reader, "Tls:CertificatePath", workingDirectory);
        var key = ExistingFile(reader, "Tls:KeyPath", workingDirectory);
        if (reader.IsSet("Tls:KeyPath") && !reader.IsSet("Tls:CertificatePath"))
        {
            reader.Fail("Tls:KeyPath", "needs Tls:CertificatePath beside it; leave both away for a self-signed certificate");
        }

        var minimum = reader.OneOf("Tls:MinimumVersion", "1.2", "1.2", "1.3") == "1.3" ? SslProtocols.Tls13 : SslProtocols.Tls12;
        return new(certificate, key, minimum);
    }

    private static string? ExistingFile(SettingReader reader, string key, string workingDirectory)
    {
        var path = reader.Text(key, null, "the path of a PEM file that exists", value => value.Length > 0 && File.Exists(Path.GetFullPath(value, workingDirectory)));
        return path is null ? null : Path.GetFullPath(path, workingDirectory);
    }

    private static string Data(SettingReader reader, string workingDirectory)
    {
        var path = reader.Text("Data:Directory", "./data", "the path of a directory (made if it is not there)",
            value => value.Length > 0 && !File.Exists(Path.GetFullPath(value, workingDirectory)))!;
        return Path.GetFullPath(path, workingDirectory);
    }

    private static string AdminSocket(SettingReader reader, string data, string workingDirectory)
    {
        const string Key = "Admin:Socket";
        var said = reader.Text(Key, null, "the path of a Unix socket to be made", value => value.Length > 0 && !Directory.Exists(Path.GetFullPath(value, workingDirectory)));
        var path = said is null ? Path.Combine(data, "admin.sock") : Path.GetFullPath(said, workingDirectory);
        if (Encoding.UTF8.GetByteCount(path) > MaxSocketPathBytes)
        {
            reader.Fail(Key, $"{path} is too long for a Unix socket; allowed are {MaxSocketPathBytes} bytes, so name a shorter path here");
        }

        return path;
    }

    private static IReadOnlyList<string> Administrators(SettingReader reader, string domain)
    {
        var accounts = new List<string>();
        foreach (var index in reader.Indexes("Admin:Accounts", MaxAdministrators))
        {
            reader.Text($"Admin:Accounts:{index}", null, $"the address of an account of this node, such as admin@{domain}", value =>
            {
                var allowed = Jid.TryParse(value, out var jid) && jid.Local is not null && jid.IsBare && jid.Domain == domain;
                if (allowed)
                {
                    accounts.Add(jid!.ToString());
                }

                return allowed;
            });
        }

        return accounts;
    }

    private static SessionsSection Sessions(SettingReader reader)
    {
        TimeSpan Time(string key, TimeSpan value, TimeSpan most) => reader.Duration("Sessions:" + key, value, TimeSpan.Zero, most);
        return new(
            AwayAfter: Time("AwayAfter", TimeSpan.FromSeconds(15), Day),
            AwayWhenSuspended: reader.Flag("Sessions:AwayWhenSuspended", true),
            LifeWithPush: Time("LifeWithPush", 14 * Day, 365 * Day),
            LifeWithoutPush: Time("LifeWithoutPush", TimeSpan.FromMinutes(10), 365 * Day),
            MaxQueuedStanzas: reader.Count("Sessions:MaxQueuedStanzas", 10_000, 1, 1_000_000),
            MaxQueuedBytes: reader.Bytes("Sessions:MaxQueuedBytes", 16 << 20, 64 << 10, 1 << 30),
            MaxSessions: reader.Count("Sessions:MaxSessions", 20, 1, 1000),
            PushUnackedAfter: Time("PushUnackedAfter", TimeSpan.FromSeconds(5), Day),
            DesktopIdle: Time("DesktopIdle", TimeSpan.FromSeconds(300), Day),
            IqWait: Time("IqWait", TimeSpan.FromSeconds(30), Day),
            ResumeSettle: Time("ResumeSettle", TimeSpan.FromSeconds(5), Day),
            AckDelay: Time("AckDelay", TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(1)),
            SendWindowBytes: reader.Bytes("Sessions:SendWindowBytes", 1 << 20, 16 << 10, 256 << 20),
            MaxRosterItems: reader.Count("Sessions:MaxRosterItems", 5_000, 1, 100_000),
            MaxIdleUsers: reader.Count("Sessions:MaxIdleUsers", 2_000, 0, 10_000_000));
    }

    private static List<PushSink> Sinks(SettingReader reader, string workingDirectory)
    {
        var sinks = new List<PushSink>();
        foreach (var index in reader.Indexes("Push:Sinks", MaxSinks))
        {
            var key = $"Push:Sinks:{index}";
            var kind = reader.OneOf(key + ":Kind", "", "console", "jsonl");
            var path = reader.Text(key + ":Path", null, "the path of a file, for Kind jsonl only", value => value.Length > 0 && kind != "console");
            if (kind.Length == 0 && !reader.IsSet(key + ":Kind"))
            {
                reader.Fail(key + ":Kind", "is missing; allowed is console or jsonl");
            }
            else if (kind == "jsonl" && !reader.IsSet(key + ":Path"))
            {
                reader.Fail(key + ":Path", "is missing; Kind jsonl needs the path of a file");
            }

            sinks.Add(new(kind, path is null ? null : Path.GetFullPath(path, workingDirectory)));
        }

        return sinks;
    }

    private static RegistrationSection Registration(SettingReader reader) => new(
        reader.Flag("Registration:InBand", false),
        reader.Count("Registration:PerAddress", 5, 0, 1_000_000),
        reader.Duration("Registration:Window", TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), 30 * Day),
        reader.Count("Registration:KeyIterations", 10_000, 4096, 1_000_000));

    private static LimitsSection Limits(SettingReader reader)
    {
        TimeSpan Time(string key, TimeSpan value, TimeSpan least, TimeSpan most) => reader.Duration("Limits:" + key, value, least, most);
        var after = reader.Bytes("Limits:MaxStanzaBytes", 256 << 10, 10_000, 16 << 20);
        var before = reader.Bytes("Limits:MaxStanzaBytesBeforeLogin", 10_000, 10_000, 16 << 20);
        if (before > after)
        {
            reader.Fail("Limits:MaxStanzaBytesBeforeLogin", $"allowed is at most Limits:MaxStanzaBytes, which is {Quantities.Bytes(after)}");
        }

        var second = TimeSpan.FromSeconds(1);
        return new(
            after, before,
            reader.Count("Limits:MaxDepth", 64, 8, 1000),
            reader.Count("Limits:MaxAttributes", 64, 8, 1000),
            reader.Bytes("Limits:MaxNameBytes", 256, 64, 4096),
            reader.Count("Limits:MaxConnections", 100_000, 1, 10_000_000),
            reader.Count("Limits:ConnectionsPerAddress", 1_000, 0, 10_000_000),
            reader.Bytes("Limits:MaxWriteBufferBytes", 4 << 20, 64 << 10, 1 << 30),
            Time("LoginTimeout", TimeSpan.FromSeconds(30), second, Day),
            Time("IdleTimeout", TimeSpan.Zero, TimeSpan.Zero, 30 * Day),
            Time("AckTimeout", TimeSpan.FromMinutes(10), TimeSpan.Zero, 30 * Day),
            Time("SendTimeout", TimeSpan.FromMinutes(2), second, Day),
            Time("KeepAlive", TimeSpan.FromMinutes(1), TimeSpan.Zero, Day),
            Time("InactiveKeepAlive", TimeSpan.FromMinutes(5), TimeSpan.Zero, Day))
        {
            MaxQueuedBytesPerUser = reader.Bytes("Limits:MaxQueuedBytesPerUser", 64 << 20, 0, 1 << 30),
            Rates = new(
                reader.Count("Limits:StanzasPerSecond", 1_000, 0, 1_000_000),
                reader.Bytes("Limits:BytesPerSecond", 1 << 20, 0, 1 << 30),
                reader.Count("Limits:UserStanzasPerSecond", 2_000, 0, 1_000_000),
                reader.Bytes("Limits:UserBytesPerSecond", 4 << 20, 0, 1 << 30),
                Time("RateBurst", TimeSpan.FromSeconds(10), second, TimeSpan.FromHours(1)),
                Time("FloodTimeout", TimeSpan.FromMinutes(1), TimeSpan.Zero, Day)),
        };
    }

    private static LoggingSection Logging(SettingReader reader)
    {
        const string Levels = "Logging:LogLevel";
        var levels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in reader.Below(Levels))
        {
            levels[setting.Key[(Levels.Length + 1)..]] =
                reader.OneOf(setting.Key, "information", "trace", "debug", "information", "warning", "error", "critical", "none");
        }

        return new(reader.OneOf("Logging:Format", "simple", "simple", "json"), levels);
    }

    private static void CheckPorts(SettingReader reader, NodeOptions options)
    {
        if (options.Xmpp is { ClientPort: null, DirectTlsPort: null })
        {
            reader.Fail("Xmpp:ClientPort", "may not be off when Xmpp:DirectTlsPort is off too: nobody could connect");
        }

        (string Key, IPAddress Bind, int? Port)[] ports =
        [
            ("Xmpp:ClientPort", options.Xmpp.Bind, options.Xmpp.ClientPort),
            ("Xmpp:DirectTlsPort", options.Xmpp.Bind, options.Xmpp.DirectTlsPort),
            ("Http:Port", options.Http.Bind, options.Http.Port),
            ("Xmpp:ComponentPort", options.Components.Bind, options.Components.Components.Count > 0 ? options.Components.Port : null),
            ("Web:TlsPort", options.Web.Bind, options.Web.TlsPort),
        ];
        for (var later = 1; later < ports.Length; later++)
        {
            foreach (var earlier in ports[..later])
            {
                if (ports[later].Port is > 0 and var port && earlier.Port == port && Overlap(ports[later].Bind, earlier.Bind))
                {
                    reader.Fail(ports[later].Key, $"port {port} is also {earlier.Key}; each needs a port of its own");
                }
            }
        }
    }

    private static bool Overlap(IPAddress a, IPAddress b) =>
        a.Equals(b) || IsAny(a, b) || IsAny(b, a);

    private static bool IsAny(IPAddress any, IPAddress other) =>
        any.Equals(IPAddress.IPv6Any) || (any.Equals(IPAddress.Any) && other.AddressFamily == AddressFamily.InterNetwork);
}

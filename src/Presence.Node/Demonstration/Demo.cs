using System.Net;
using Presence.Actors.Admin;
using Presence.Node.Checks;
using Presence.Node.Composition;
using Presence.Node.Configuration;
using Presence.Node.Endpoints;
using Presence.Protocol.Addressing;
using Presence.Routing;

namespace Presence.Node.Demonstration;

/// <summary>
/// <c>--demo</c>: defaults that need no decision, two accounts and a text that tells a newcomer what to try. Whatever is configured elsewhere wins over these defaults;
/// a demo is an ordinary node in all else.
/// </summary>
internal sealed class Demo : IDisposable
{
    private const string Source = "--demo";

    // Without letters and digits that look alike.
    private const string PasswordLetters = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int PasswordLength = 8;

    private static readonly string[] Names = ["alice", "bob"];

    private readonly DirectoryInfo? _temporary;
    private readonly List<string> _notes = [];

    private Demo(DirectoryInfo? temporary) => _temporary = temporary;

    /// <summary>Adds the demo's defaults to what was configured.</summary>
    public static Demo Prepare(GatheredSettings gathered)
    {
        var demo = new Demo(gathered.Values.ContainsKey("Data:Directory") ? null : Directory.CreateTempSubdirectory("presence-demo-"));
        if (demo._temporary is { } folder)
        {
            gathered.AddDefault("Data:Directory", folder.FullName, Source);
        }

        gathered.AddDefault("Xmpp:Domain", "localhost", Source);
        gathered.AddDefault("Xmpp:Bind", "127.0.0.1", Source);
        gathered.AddDefault("Registration:InBand", "true", Source);
        gathered.AddDefault("Logging:LogLevel:Default", "warning", Source);
        if (!gathered.Values.Keys.Any(key => key.StartsWith("Push:Sinks:", StringComparison.OrdinalIgnoreCase)))
        {
            gathered.AddDefault("Push:Sinks:0:Kind", "console", Source);
        }

        demo.PreferPort(gathered, "Xmpp:ClientPort", 5222);
        demo.PreferPort(gathered, "Xmpp:DirectTlsPort", 5223);
        demo.PreferPort(gathered, "Http:Port", 5280);
        demo.PreferPort(gathered, "Web:TlsPort", 5443);

        // The browser runs on this machine: what it sends over loopback nobody else reads.
        gathered.AddDefault("Web:Bind", "127.0.0.1", Source);
        gathered.AddDefault("Web:TrustedProxies", "127.0.0.1, ::1", Source);
        return demo;
    }

    /// <summary>Makes the two accounts and tells the story.</summary>
    /// <exception cref="StartException">An account could not be made.</exception>
    public async Task TellAsync(NodeHost host, NodeOptions options, TextWriter output, bool colour, CancellationToken cancellation)
    {
        var accounts = new List<(string Jid, string Password)>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            foreach (var name in Names)
            {
                accounts.Add(await MakeAccountAsync(host.Admin, name, either.Token).ConfigureAwait(false));
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new StartException("the demo's accounts could not be made within 20 s; the log says why", e);
        }

        output.WriteLine(new DemoText(options, host.Ports, accounts, _notes, _temporary is not null, colour).Write());
        output.Flush();
    }

    /// <summary>Takes the temporary directory away again.</summary>
    public void Dispose()
    {
        try
        {
            _temporary?.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The system clears its temporary directory by itself.
        }
    }

    private static async Task<(string Jid, string Password)> MakeAccountAsync(AdminBackend admin, string name, CancellationToken cancellation)
    {
        var text = $"{name}@{admin.Domain}";
        if (!Jid.TryParse(text, out var jid))
        {
            throw new StartException($"{text} is not an address");
        }

        var password = System.Security.Cryptography.RandomNumberGenerator.GetString(PasswordLetters, PasswordLength);
        var keys = admin.Keys.TryDerive(password, out var deriving) ? await deriving.WaitAsync(cancellation).ConfigureAwait(false) : null;
        if (keys is null)
        {
            throw new StartException($"the keys of {jid} could not be made: the node is stopping");
        }

        var reply = await admin.Ask(new CreateAccountRequest(ShardKey.UserId(jid.ToString()), jid.ToString(), keys), cancellation).ConfigureAwait(false);
        return reply.Status switch
        {
            AdminStatus.Done => (jid.ToString(), password),
            AdminStatus.AlreadyExists => (jid.ToString(), DemoText.AsBefore),
            _ => throw new StartException($"the account {jid} could not be made: {reply.Status}"),
        };
    }

    private void PreferPort(GatheredSettings gathered, string key, int port)
    {
        if (gathered.Values.ContainsKey(key))
        {
            return;
        }

        if (PortCheck.TryListen(IPAddress.Loopback, port, out var reason))
        {
            gathered.AddDefault(key, port.ToString(System.Globalization.CultureInfo.InvariantCulture), Source);
        }
        else
        {
            gathered.AddDefault(key, "0", Source);
            _notes.Add($"Port {port} cannot be used ({reason}), so another one was taken.");
        }
    }
}

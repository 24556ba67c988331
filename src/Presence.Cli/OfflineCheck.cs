using System.Globalization;
using System.Net;
using Presence.Node.Checks;
using Presence.Node.Configuration;
using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;

namespace Presence.Cli;

/// <summary>
/// What can be judged while no node runs: the configuration by the node's own rules, and what it names. Opens the store for reading only and changes nothing.
/// </summary>
internal static class OfflineCheck
{
    private const string SelfSignedFile = "tls-selfsigned.pem";

    public static IReadOnlyList<CheckResult> Run(IReadOnlyList<string> settings, Terminal terminal, string socketPath)
    {
        var gathered = GatheredSettings.From(settings, terminal.Environment, AppContext.BaseDirectory, terminal.WorkingDirectory);
        if (OptionsValidation.TryRead(gathered, terminal.WorkingDirectory, out var problems) is not { } options)
        {
            return [.. problems.Select(p => CheckResult.Failed("configuration", p.Message))];
        }

        var checks = new List<CheckResult> { CheckResult.Ok("configuration", $"valid, for {options.Xmpp.Domain}"), Certificate(options, terminal.Clock.GetUtcNow()) };
        Port(checks, "client port", "Xmpp:ClientPort", options.Xmpp.Bind, options.Xmpp.ClientPort);
        Port(checks, "direct TLS port", "Xmpp:DirectTlsPort", options.Xmpp.Bind, options.Xmpp.DirectTlsPort);
        Port(checks, "http port", "Http:Port", options.Http.Bind, options.Http.Port);
        Port(checks, "web port", "Web:TlsPort", options.Web.Bind, options.Web.TlsPort);
        checks.AddRange(ProxyCheck.Run(options.Xmpp.ProxyProtocol));
        checks.AddRange(Data(options));
        if (options.AdminSocket != socketPath)
        {
            checks.Add(CheckResult.Warning("admin socket", $"the configuration says {options.AdminSocket}; name it with --admin to reach that node"));
        }

        return checks;
    }

    private static CheckResult Certificate(NodeOptions options, DateTimeOffset now)
    {
        if (options.Tls.CertificatePath is { } configured)
        {
            return CertificateCheck.Run(configured, options.Tls.KeyPath, options.Xmpp.Domain, now, selfSigned: false);
        }

        var own = Path.Combine(options.DataDirectory, SelfSignedFile);
        return File.Exists(own)
            ? CertificateCheck.Run(own, null, options.Xmpp.Domain, now, selfSigned: true)
            : CheckResult.Warning(CertificateCheck.Name, "none is configured (Tls:CertificatePath): a self-signed one will be made at the first start");
    }

    private static void Port(List<CheckResult> checks, string name, string key, IPAddress bind, int? port)
    {
        if (port is { } number)
        {
            checks.Add(PortCheck.IsFree(name, key, bind, number));
        }
    }

    private static IEnumerable<CheckResult> Data(NodeOptions options)
    {
        foreach (var result in options.Store.ConnectionString is { } connection ? DatabaseCheck.Run(connection) : [])
        {
            yield return result;
        }

        var directory = options.DataDirectory;
        if (!Directory.Exists(directory))
        {
            yield return CheckResult.Ok("data", $"{directory} does not exist yet; it will be made");
            yield break;
        }

        yield return Writable(directory);
        if (options.Store.ConnectionString is null)
        {
            yield return Store(directory);
        }

        yield return DiskCheck.Run(directory);
    }

    private static CheckResult Writable(string directory)
    {
        try
        {
            var probe = Path.Combine(directory, ".presencectl-check");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return CheckResult.Ok("data", $"{directory} can be written");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CheckResult.Failed("data", $"{directory} cannot be written by this user: {e.Message}");
        }
    }

    private static CheckResult Store(string directory)
    {
        const string Name = "store";
        try
        {
            var found = StoreInspection.Of(directory);
            return CheckResult.Ok(Name, found.Exists ? string.Create(CultureInfo.InvariantCulture, $"can be read, {found.Accounts} accounts") : "empty; it will be made at the first start");
        }
        catch (StoreException e)
        {
            return CheckResult.Failed(Name, e.Message);
        }
    }
}

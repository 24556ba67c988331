using System.Net;
using Presence.Node.Checks;
using Presence.Node.Configuration;

namespace Presence.Node.Composition;

/// <summary>What a running node finds when it looks at itself. It changes nothing and sends nothing but a connection attempt to its own ports.</summary>
internal sealed class RunningCheck(NodeOptions options, NodePorts ports, string place, StoreHealth store, TimeProvider clock)
{
    private const string SelfSignedFile = "tls-selfsigned.pem";

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancellation)
    {
        var checks = new List<CheckResult>
        {
            CheckResult.Ok("configuration", $"valid, for {options.Xmpp.Domain}"),
            Certificate(),
        };
        await PortAsync(checks, "client port", options.Xmpp.Bind, ports.Client, cancellation).ConfigureAwait(false);
        await PortAsync(checks, "direct TLS port", options.Xmpp.Bind, ports.DirectTls, cancellation).ConfigureAwait(false);
        await PortAsync(checks, "component port", options.Components.Bind, ports.Component, cancellation).ConfigureAwait(false);
        await PortAsync(checks, "http port", options.Http.Bind, ports.Http, cancellation).ConfigureAwait(false);
        await PortAsync(checks, "web port", options.Web.Bind, ports.Web, cancellation).ConfigureAwait(false);
        checks.AddRange(ProxyCheck.Run(options.Xmpp.ProxyProtocol));
        checks.Add(store.Trouble is { } trouble ? CheckResult.Failed("store", trouble) : CheckResult.Ok("store", $"commits go through, {place}"));
        if (options.Store.ConnectionString is { } connection)
        {
            checks.AddRange(await Task.Run(() => DatabaseCheck.Run(connection), cancellation).ConfigureAwait(false));
        }

        checks.Add(DiskCheck.Run(options.DataDirectory));
        checks.Add(options.PushSinks.Count > 0
            ? CheckResult.Ok("push", string.Join(", ", options.PushSinks.Select(s => s.Path is null ? s.Kind : $"{s.Kind} {s.Path}")))
            : options.Components.Components.Count > 0
            ? CheckResult.Ok("push", "to app servers behind components only; no sink is configured (Push:Sinks)")
            : CheckResult.Warning("push", "no sink is configured (Push:Sinks): no phone will be woken"));
        if (options.Xmpp.AllowPlaintextLogin)
        {
            checks.Add(CheckResult.Warning("log-in", "Xmpp:AllowPlaintextLogin is on: for load tests on loopback only"));
        }

        return checks;
    }

    private CheckResult Certificate() => options.Tls.CertificatePath is { } path
        ? CertificateCheck.Run(path, options.Tls.KeyPath, options.Xmpp.Domain, clock.GetUtcNow(), selfSigned: false)
        : CertificateCheck.Run(Path.Combine(options.DataDirectory, SelfSignedFile), null, options.Xmpp.Domain, clock.GetUtcNow(), selfSigned: true);

    private async Task PortAsync(List<CheckResult> checks, string name, IPAddress bind, int port, CancellationToken cancellation)
    {
        if (port != 0)
        {
            checks.Add(await PortCheck.AnswersAsync(name, bind, port, clock, cancellation).ConfigureAwait(false));
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// A real haproxy before the client ports of a node, as docs/operations/deploy.md sets it up: it connects from an address of its own, sends headers of the PROXY
/// protocol and checks the node's ports. It must never outlive its test.
/// </summary>
public sealed class Haproxy : IAsyncDisposable
{
    /// <summary>Where it connects to the node from.</summary>
    public static readonly IPAddress Source = IPAddress.Parse("127.0.0.2");

    // Debian puts it where the PATH of ordinary users does not lead.
    private const string Program = "/usr/sbin/haproxy";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly Process process;
    private readonly OutputTail output = new();
    private readonly string configuration = Path.GetTempFileName();

    private Haproxy(NodePorts node)
    {
        (Client, DirectTls) = FreePorts();
        File.WriteAllText(configuration, $"""
            defaults
              mode tcp
              timeout connect 5s
              timeout client 1h
              timeout server 1h
              source {Source}
            listen xmpp
              bind {Client}
              server node 127.0.0.1:{Number(node.Client)} send-proxy-v2 check inter 100ms
            listen xmpps
              bind {DirectTls}
              server node 127.0.0.1:{Number(node.DirectTls)} send-proxy-v2 check inter 100ms

            """);
        process = new Process
        {
            StartInfo = new ProcessStartInfo(Program, ["-db", "-f", configuration]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.OutputDataReceived += (_, e) => output.Add(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => output.Add(e.Data ?? "");
        AppDomain.CurrentDomain.ProcessExit += OnTestsExit;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Leads to the node's port for STARTTLS.</summary>
    public IPEndPoint Client { get; }

    public IPEndPoint DirectTls { get; }

    /// <exception cref="InvalidOperationException">It ended or did not listen in time; the message holds its output.</exception>
    public static async Task<Haproxy> StartAsync(NodePorts node)
    {
        var haproxy = new Haproxy(node);
        using var limit = new CancellationTokenSource(StartLimit);
        while (!await haproxy.ListensAsync())
        {
            if (haproxy.process.HasExited || limit.IsCancellationRequested)
            {
                await haproxy.DisposeAsync();
                throw new InvalidOperationException($"haproxy does not listen; its output:\n{haproxy.output}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }

        return haproxy;
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnTestsExit;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        File.Delete(configuration);
    }

    private void OnTestsExit(object? sender, EventArgs e) => process.Kill();

    private async Task<bool> ListensAsync()
    {
        using var tcp = new TcpClient();
        try
        {
            await tcp.ConnectAsync(DirectTls);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // On an address that nothing else here listens on: the ports are free until haproxy takes them.
    private static (IPEndPoint First, IPEndPoint Second) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Parse("127.0.0.3"), 0);
        using var second = new TcpListener(IPAddress.Parse("127.0.0.3"), 0);
        first.Start();
        second.Start();
        return ((IPEndPoint)first.LocalEndpoint, (IPEndPoint)second.LocalEndpoint);
    }

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);
}

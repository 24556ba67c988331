using System.Globalization;
using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>A node that clients reach through <see cref="Haproxy"/>, two connections from each address; otherwise as <see cref="PlayNode"/>.</summary>
public sealed class ProxiedNode : PlayNode
{
    public const int PerAddress = 2;

    private Haproxy? proxy;

    public Haproxy Proxy => proxy!;

    protected override NodeSettings Settings => new()
    {
        Options = new Dictionary<string, string>
        {
            ["Xmpp:ProxyProtocol"] = Haproxy.Source.ToString(),
            ["Limits:ConnectionsPerAddress"] = PerAddress.ToString(CultureInfo.InvariantCulture),
        },
    };

    protected override (string Host, int Client, int DirectTls) Way =>
        (Proxy.Client.Address.ToString(), Proxy.Client.Port, Proxy.DirectTls.Port);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        proxy = await Haproxy.StartAsync(Node.Ports);
    }

    public override async ValueTask DisposeAsync()
    {
        if (proxy is not null)
        {
            await proxy.DisposeAsync();
        }

        await base.DisposeAsync();
    }
}

using Presence.Protocol.Addressing;

namespace Presence.Edge.Components;

/// <summary>An external component that may connect (XEP-0114): its domain, and the secret it has to know. It must never show the secret.</summary>
public sealed class ComponentAccount(Jid domain, string secret)
{
    public Jid Domain { get; } = domain;

    internal string Secret { get; } = secret;

    public override string ToString() => Domain.ToString();
}

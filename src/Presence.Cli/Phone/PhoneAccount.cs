using Presence.Cli.Clients;
using Presence.Protocol.Addressing;

namespace Presence.Cli.Phone;

/// <summary>Who the phone is and where its server is. Values only.</summary>
/// <param name="Jid">Bare address.</param>
/// <param name="TrustAny">Takes any certificate.</param>
public sealed record PhoneAccount(Jid Jid, string Password, string Resource, string Host, int Port, bool TrustAny)
{
    /// <summary>Direct TLS, which needs no word before it.</summary>
    public ServerAddress Server => new(Host, Port, Jid.Domain, LineSecurity.DirectTls, TrustAny);

    /// <summary>The service the phone registers with for pushes: one that nobody runs, since the demo shows pushes instead of delivering them.</summary>
    public string PushService => "push." + Jid.Domain;

    /// <summary>The device address.</summary>
    public string PushNode => "played-" + Resource;
}

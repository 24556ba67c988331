using System.Collections.Frozen;
using System.Net;
using Presence.Actors.Users.Features;
using Presence.Edge;
using Presence.Edge.Listening;
using Presence.Node.Configuration;
using Presence.Protocol.Addressing;
using Presence.Protocol.Xml;

namespace Presence.Node.Composition;

/// <summary>Hands each part of the node what the operator decided about it. It decides nothing: defaults and bounds are in the validation.</summary>
internal static class OptionsMapping
{
    public static Actors.SessionOptions Sessions(NodeOptions options) => Sessions(options.Sessions) with { MaxQueuedBytesPerUser = options.Limits.MaxQueuedBytesPerUser };

    public static Actors.ServiceOptions Services(NodeOptions options) => new()
    {
        MaxVCardBytes = options.Storage.MaxVCardBytes,
        MaxPrivateBytes = options.Storage.MaxPrivateBytes,
        MaxEventItemBytes = options.Storage.MaxEventItemBytes,
        MaxEventBytes = options.Storage.MaxEventBytes,
        Administrators = options.Administrators.ToFrozenSet(),
        External =
        [
            .. options.ExternalServices.Select(s => new Actors.ExternalService(
                s.Type, s.Host, s.Port, s.Transport, s.Name, s.Username, s.Password, s.Secret, s.Lifetime)),
        ],
    };

    public static EdgeOptions Edge(NodeOptions options, Jid domain)
    {
        var limits = options.Limits;
        return new EdgeOptions
        {
            Domain = domain,
            Listeners = [.. Listeners(options.Xmpp)],
            DataDirectory = options.DataDirectory,
            CertificateFile = options.Tls.CertificatePath,
            KeyFile = options.Tls.KeyPath,
            MinimumTlsVersion = options.Tls.MinimumVersion,
            AllowPlaintextLogin = options.Xmpp.AllowPlaintextLogin,
            AllowRegistration = options.Registration.InBand,
            RegistrationsPerAddress = options.Registration.PerAddress,
            RegistrationWindow = options.Registration.Window,
            KeyIterations = options.Registration.KeyIterations,
            CapsNode = ServerCaps.Node,
            CapsVerification = ServerCaps.Verification,
            MaxConnections = limits.MaxConnections,
            MaxConnectionsPerAddress = limits.ConnectionsPerAddress,
            TrustedProxies = options.Xmpp.ProxyProtocol,
            MaxWriteBufferBytes = limits.MaxWriteBufferBytes,
            LoginTimeout = limits.LoginTimeout,
            IdleTimeout = limits.IdleTimeout,
            AckTimeout = limits.AckTimeout,
            SendTimeout = limits.SendTimeout,
            KeepAliveInterval = limits.KeepAlive,
            InactiveKeepAliveInterval = limits.InactiveKeepAlive,
            ConnectionRate = new(limits.Rates.StanzasPerSecond, limits.Rates.BytesPerSecond),
            UserRate = new(limits.Rates.UserStanzasPerSecond, limits.Rates.UserBytesPerSecond),
            RateBurst = limits.Rates.Burst,
            FloodTimeout = limits.Rates.FloodTimeout,
            LimitsBeforeLogin = Xml(XmlLimits.BeforeLogin, limits, limits.MaxStanzaBytesBeforeLogin),
            LimitsAfterLogin = Xml(XmlLimits.AfterLogin, limits, limits.MaxStanzaBytes),
        };
    }

    private static IEnumerable<ListenerOptions> Listeners(XmppSection xmpp)
    {
        var address = xmpp.Bind.Equals(IPAddress.IPv6Any) ? null : xmpp.Bind;
        if (xmpp.ClientPort is { } client)
        {
            yield return new ListenerOptions(ListenerKind.StartTls, client) { Address = address };
        }

        if (xmpp.DirectTlsPort is { } direct)
        {
            yield return new ListenerOptions(ListenerKind.DirectTls, direct) { Address = address };
        }
    }

    private static Actors.SessionOptions Sessions(SessionsSection s) => new()
    {
        AwayAfter = s.AwayAfter,
        AwayWhenSuspended = s.AwayWhenSuspended,
        LifeWithPush = s.LifeWithPush,
        LifeWithoutPush = s.LifeWithoutPush,
        MaxQueuedStanzas = s.MaxQueuedStanzas,
        MaxQueuedBytes = s.MaxQueuedBytes,
        MaxSessions = s.MaxSessions,
        PushUnackedAfter = s.PushUnackedAfter,
        DesktopIdle = s.DesktopIdle,
        IqWait = s.IqWait,
        ResumeSettle = s.ResumeSettle,
        AckDelay = s.AckDelay,
        SendWindowBytes = s.SendWindowBytes,
        MaxRosterItems = s.MaxRosterItems,
        MaxIdleUsers = s.MaxIdleUsers,
    };

    private static XmlLimits Xml(XmlLimits limits, LimitsSection said, int stanzaBytes) => limits with
    {
        MaxStanzaBytes = stanzaBytes, MaxDepth = said.MaxDepth, MaxAttributes = said.MaxAttributes, MaxNameBytes = said.MaxNameBytes,
    };
}

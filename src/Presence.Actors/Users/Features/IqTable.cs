using System.Collections.Frozen;
using Presence.Actors.Users.Eventing;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>Answers a request that a session of this user made.</summary>
/// <param name="iq">Of type get or set, with exactly one child.</param>
/// <param name="payload">That child.</param>
public delegate void IqHandler(SessionState session, Stanza iq, XmlElement payload, Turn turn);

/// <summary>Answers a request that somebody else made of this user's account; the account may not exist. Also a component's of the domain.</summary>
public delegate void ForeignIqHandler(Stanza iq, Jid asker, XmlElement payload, Turn turn);

/// <summary>
/// Every request the server answers itself, in one list. To add one, add a row here and its feature follows in service discovery. It must never
/// change at run time.
/// </summary>
public static class IqTable
{
    private static readonly Row[] s_account =
    [
        new(Namespaces.DiscoInfo, "query", StanzaType.Get, DiscoFeature.OwnAccountInfo),
        new(Namespaces.DiscoItems, "query", StanzaType.Get, DiscoFeature.Items),
        new(Namespaces.Ping, "ping", StanzaType.Get, ServiceFeature.Ping),
        new(Namespaces.Roster, "query", StanzaType.Get, RosterFeature.Get),
        new(Namespaces.Roster, "query", StanzaType.Set, RosterFeature.Set),
        new(Namespaces.Carbons, "enable", StanzaType.Set, CarbonsFeature.Enable),
        new(Namespaces.Carbons, "disable", StanzaType.Set, CarbonsFeature.Disable),
        new(Namespaces.Blocking, "blocklist", StanzaType.Get, BlockingFeature.List),
        new(Namespaces.Blocking, "block", StanzaType.Set, BlockingFeature.Block),
        new(Namespaces.Blocking, "unblock", StanzaType.Set, BlockingFeature.Unblock),
        new(Namespaces.Mam, "query", StanzaType.Set, ArchiveFeature.Query),
        new(Namespaces.Mam, "query", StanzaType.Get, ArchiveFeature.Form),
        new(Namespaces.Mam, "metadata", StanzaType.Get, ArchiveFeature.Metadata),
        new(Namespaces.Mam, "prefs", StanzaType.Get, ArchivePreferencesFeature.Get),
        new(Namespaces.Mam, "prefs", StanzaType.Set, ArchivePreferencesFeature.Set),
        new(Namespaces.PrivateStorage, "query", StanzaType.Get, PrivateStorageFeature.Get),
        new(Namespaces.PrivateStorage, "query", StanzaType.Set, PrivateStorageFeature.Set),
        new(Namespaces.VCard, "vCard", StanzaType.Get, VCardFeature.Get),
        new(Namespaces.VCard, "vCard", StanzaType.Set, VCardFeature.Set),
        new(Namespaces.PubSub, "pubsub", StanzaType.Get, EventingFeature.Get),
        new(Namespaces.PubSub, "pubsub", StanzaType.Set, EventingFeature.Set),
        new(Namespaces.PubSubOwner, "pubsub", StanzaType.Get, EventingFeature.OwnerGet, Told: false),
        new(Namespaces.PubSubOwner, "pubsub", StanzaType.Set, EventingFeature.OwnerSet, Told: false),
        new(Namespaces.Push, "enable", StanzaType.Set, PushRegistrationFeature.Enable),
        new(Namespaces.Push, "disable", StanzaType.Set, PushRegistrationFeature.Disable),
        new(Namespaces.Register, "query", StanzaType.Get, RegistrationFeature.Form, Told: false),
        new(Namespaces.Register, "query", StanzaType.Set, RegistrationFeature.Cancel, Told: false),
        new(Namespaces.Session, "session", StanzaType.Set, ServiceFeature.Session, Told: false),
    ];

    private static readonly Row[] s_server =
    [
        new(Namespaces.DiscoInfo, "query", StanzaType.Get, DiscoFeature.ServerInfo),
        new(Namespaces.DiscoItems, "query", StanzaType.Get, DiscoFeature.ServerItems),
        new(Namespaces.Ping, "ping", StanzaType.Get, ServiceFeature.Ping),
        new(Namespaces.Version, "query", StanzaType.Get, ServiceFeature.Version),
        new(Namespaces.EntityTime, "time", StanzaType.Get, ServiceFeature.Time),
        new(Namespaces.VCard, "vCard", StanzaType.Get, VCardFeature.OfServer),
        new(Namespaces.ExternalServices, "services", StanzaType.Get, ExternalServicesFeature.Services),
        new(Namespaces.Commands, "command", StanzaType.Set, CommandsFeature.Execute, Told: false),
        new(Namespaces.ExternalServices, "credentials", StanzaType.Get, ExternalServicesFeature.Credentials),
        new(Namespaces.Register, "query", StanzaType.Get, RegistrationFeature.Form),
        new(Namespaces.Register, "query", StanzaType.Set, RegistrationFeature.Cancel),
        new(Namespaces.Session, "session", StanzaType.Set, ServiceFeature.Session, Told: false),
    ];

    private static readonly ForeignRow[] s_foreign =
    [
        new(Namespaces.DiscoInfo, "query", StanzaType.Get, DiscoFeature.ForeignInfo),
        new(Namespaces.DiscoItems, "query", StanzaType.Get, DiscoFeature.ForeignItems),
        new(Namespaces.VCard, "vCard", StanzaType.Get, VCardFeature.GetOfOther),
        new(Namespaces.VCard, "vCard", StanzaType.Set, VCardFeature.SetOfOther),
        new(Namespaces.PubSub, "pubsub", StanzaType.Get, EventingFeature.GetOfOther),
        new(Namespaces.PubSub, "pubsub", StanzaType.Set, EventingFeature.SetOfOther),
        new(Namespaces.PubSubOwner, "pubsub", StanzaType.Get, EventingFeature.OwnerOnly, Told: false),
        new(Namespaces.PubSubOwner, "pubsub", StanzaType.Set, EventingFeature.OwnerOnly, Told: false),
    ];

    private static readonly ForeignRow[] s_foreignServer =
    [
        new(Namespaces.DiscoInfo, "query", StanzaType.Get, DiscoFeature.ForeignServerInfo),
        new(Namespaces.DiscoItems, "query", StanzaType.Get, DiscoFeature.ForeignServerItems),
        new(Namespaces.Ping, "ping", StanzaType.Get, ServiceFeature.ForeignPing),
        new(Namespaces.Version, "query", StanzaType.Get, ServiceFeature.ForeignVersion),
    ];

    /// <summary>Asked of an account by its own sessions.</summary>
    public static Requests AccountRequests { get; } = new(s_account);

    /// <summary>Asked of the domain.</summary>
    public static Requests ServerRequests { get; } = new(s_server);

    /// <summary>What an account's owner is told it can do (XEP-0030), in octet order. Beside the table: paging, stable ids, richer archive queries, tombstones,
    /// conversion of avatars, and what of publish-subscribe there is.</summary>
    public static IReadOnlyList<string> AccountFeatures { get; } =
        Features(
        [.. AccountRequests.Told, Namespaces.Rsm, Namespaces.StanzaIds, Namespaces.MamExtended, Namespaces.MessageRetract1, Namespaces.RetractionTombstones,
            Namespaces.AvatarConversion, .. EventingFeature.Features]);

    /// <summary>
    /// What the server is said to do. Some extensions have their support asked of the server though the account answers (XEP-0191 §3.1,
    /// XEP-0280 §3); offline storage is no request at all (XEP-0160). Private storage was asked of the server by the clients that used to have it (XEP-0049).
    /// That retractions are archived is told by the server (XEP-0424 §2).
    /// </summary>
    public static IReadOnlyList<string> ServerFeatures { get; } =
        Features([.. ServerRequests.Told, Namespaces.Carbons, Namespaces.Blocking, Namespaces.OfflineFeature, Namespaces.PrivateStorage, Namespaces.MessageRetract1]);

    /// <summary>What contacts with a subscription are told.</summary>
    public static IReadOnlyList<string> ForeignFeatures { get; } = Features([.. s_foreign.Where(r => r.Told).Select(r => r.Namespace), .. EventingFeature.Features]);

    /// <summary>Asked of an account by others than its owner.</summary>
    public static ForeignIqHandler? FindForOthers(XmlElement payload, StanzaType type) => Find(s_foreign, payload, type);

    /// <summary>Asked of the domain by external components.</summary>
    public static ForeignIqHandler? FindForComponents(XmlElement payload, StanzaType type) => Find(s_foreignServer, payload, type);

    private static ForeignIqHandler? Find(ForeignRow[] rows, XmlElement payload, StanzaType type)
    {
        foreach (var row in rows)
        {
            if (row.Type == type && row.Name == payload.Name && row.Namespace == payload.Namespace)
            {
                return row.Handler;
            }
        }

        return null;
    }

    private static string[] Features(IEnumerable<string> namespaces) => [.. namespaces.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The requests of one place, by what they ask.</summary>
    public sealed class Requests
    {
        private readonly FrozenDictionary<(string Namespace, string Name, StanzaType Type), IqHandler> _handlers;
        private readonly FrozenSet<string> _namespaces;

        internal Requests(IReadOnlyList<Row> rows)
        {
            _handlers = rows.ToFrozenDictionary(r => (r.Namespace, r.Name, r.Type), r => r.Handler);
            _namespaces = rows.Select(r => r.Namespace).ToFrozenSet();
            Told = [.. rows.Where(r => r.Told).Select(r => r.Namespace)];
        }

        internal IReadOnlyList<string> Told { get; }

        public IqHandler? Find(XmlElement payload, StanzaType type) => _handlers.GetValueOrDefault((payload.Namespace, payload.Name, type));

        /// <summary>Whether anything of this namespace can be asked here.</summary>
        public bool Knows(string ns) => _namespaces.Contains(ns);
    }

    /// <param name="Told">Whether the namespace is a feature for service discovery.</param>
    internal sealed record Row(string Namespace, string Name, StanzaType Type, IqHandler Handler, bool Told = true);

    private sealed record ForeignRow(string Namespace, string Name, StanzaType Type, ForeignIqHandler Handler, bool Told = true);
}

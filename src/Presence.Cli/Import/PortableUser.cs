using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Presence.Node.Transfer;

namespace Presence.Cli.Import;

/// <summary>
/// What a portable file says of a user besides messages: keys, contacts, requests of strangers, blocked addresses, documents. It never reads the archive.
/// </summary>
internal sealed class PortableUser(Action<string> ignore)
{
    private const int Sha1Length = 20;
    private const int Sha256Length = 32;

    private readonly Dictionary<string, ContactRecord> _contacts = [];
    private readonly List<string> _blocked = [];
    private readonly List<string> _private = [];
    private readonly List<string> _nodes = [];
    private readonly List<string> _items = [];
    private string? _vcard;
    private string? _preferences;
    private ScramFields? _sha1;
    private ScramFields? _sha256;

    /// <summary>The first record of the user has been made; what comes later goes into the last.</summary>
    public bool IsSent { get; private set; }

    /// <summary>Characters of what waits to be sent, as far as there is no other bound to them.</summary>
    public int Characters { get; private set; }

    public bool HasKeys => _sha1 is not null || _sha256 is not null;

    public void Take(XElement element)
    {
        switch (element.Name.NamespaceName, element.Name.LocalName)
        {
            case ("urn:xmpp:pie:0#scram", "scram-credentials"): Keys(element); break;
            case ("jabber:iq:roster", "query"): Roster(element); break;
            case ("jabber:client", "presence"): Request(element); break;
            case ("jabber:iq:privacy", "query"): Privacy(element); break;
            case ("urn:xmpp:blocking", "blocklist"): _blocked.AddRange(element.Elements().Select(e => (string?)e.Attribute("jid")).OfType<string>()); break;
            case ("vcard-temp", "vCard"): Document(element, xml => _vcard = xml); break;
            case ("urn:xmpp:mam:2", "prefs"): Document(element, xml => _preferences = xml); break;
            case ("jabber:iq:private", "query"): Private(element); break;
            case ("http://jabber.org/protocol/pubsub#owner", "pubsub"): Nodes(element, "configure", _nodes); break;
            case ("http://jabber.org/protocol/pubsub", "pubsub"): Nodes(element, "items", _items); break;
            default: ignore($"{element.Name.LocalName} ({element.Name.NamespaceName})"); break;
        }
    }

    public UserRecord Send(string jid, IReadOnlyList<MessageRecord> messages)
    {
        ScramFields.TryJoin(_sha1, _sha256, out var keys);
        var record = new UserRecord(jid) { Keys = IsSent ? null : keys, Contacts = [.. _contacts.Values.Select(Settled)], Blocked = [.. _blocked], Messages = messages };
        record = record with { VCard = _vcard, Private = [.. _private], ArchivePreferences = _preferences, Nodes = [.. _nodes], NodeItems = [.. _items] };
        _contacts.Clear();
        _blocked.Clear();
        _private.Clear();
        _nodes.Clear();
        _items.Clear();
        (_vcard, _preferences, Characters) = (null, null, 0);
        IsSent = true;
        return record;
    }

    /// <summary>Keys are what the user logs in with already; a password beside them says the same.</summary>
    public string? PasswordIfNeeded(string? password) => HasKeys ? null : password;

    /// <summary>Prosody keeps a request after it was granted; who sees the user already asks for nothing.</summary>
    private static ContactRecord Settled(ContactRecord contact) => contact.Subscription is "from" or "both" ? contact with { Request = null } : contact;

    private void Keys(XElement element)
    {
        string? Text(string name) => element.Element(element.Name.Namespace + name)?.Value.Trim();
        var mechanism = (string?)element.Attribute("mechanism");
        var length = mechanism switch { "SCRAM-SHA-1" => Sha1Length, "SCRAM-SHA-256" => Sha256Length, _ => 0 };
        if (length == 0)
        {
            ignore($"keys for {mechanism}");
            return;
        }

        var (stored, twice) = Decode(Text("stored-key"), length);
        var (server, _) = Decode(Text("server-key"), length);
        var salt = Base64(Text("salt"));
        salt = twice && salt is not null ? Base64(Encoding.ASCII.GetString(salt)) : salt;
        if (stored is null || server is null || salt is null || !int.TryParse(Text("iter-count"), NumberStyles.None, CultureInfo.InvariantCulture, out var iterations))
        {
            ignore($"unreadable keys for {mechanism}");
            return;
        }

        var fields = new ScramFields(salt, iterations, stored, server);
        (_sha1, _sha256) = length == Sha1Length ? (fields, _sha256) : (_sha1, fields);
    }

    /// <summary>COMPAT(ejabberd 23.01, until nobody comes from there): it encodes in base64 what it keeps in base64. The length of a key tells.</summary>
    private static (byte[]? Key, bool Twice) Decode(string? text, int length) => Base64(text) switch
    {
        { } key when key.Length == length => (key, false),
        { } encoded when Base64(Encoding.ASCII.GetString(encoded)) is { } key && key.Length == length => (key, true),
        _ => (null, false),
    };

    private static byte[]? Base64(string? text)
    {
        var bytes = new byte[text?.Length ?? 0];
        return text is { Length: > 0 } && Convert.TryFromBase64String(text, bytes, out var written) ? bytes[..written] : null;
    }

    private void Roster(XElement query)
    {
        foreach (var item in query.Elements(query.Name.Namespace + "item"))
        {
            if ((string?)item.Attribute("jid") is not { Length: > 0 } jid)
            {
                ignore("contact without address");
                continue;
            }

            _contacts[jid] = new ContactRecord(
                jid, (string?)item.Attribute("name"), (string?)item.Attribute("subscription") ?? "none", (string?)item.Attribute("ask") == "subscribe",
                (string?)item.Attribute("approved") is "true" or "1", [.. item.Elements(query.Name.Namespace + "group").Select(g => g.Value).Where(g => g.Length > 0).Distinct()],
                _contacts.GetValueOrDefault(jid)?.Request);
        }
    }

    private void Request(XElement presence)
    {
        if ((string?)presence.Attribute("type") != "subscribe" || (string?)presence.Attribute("from") is not { } from || !PortableXml.TryText(presence, out var xml))
        {
            ignore("presence that is no request");
            return;
        }

        var jid = from.Split('/')[0];
        _contacts[jid] = _contacts.TryGetValue(jid, out var known)
            ? known with { Request = xml } : new ContactRecord(jid, null, "none", Ask: false, Approved: false, [], xml);
    }

    private void Private(XElement query)
    {
        foreach (var element in query.Elements())
        {
            Document(element, _private.Add);
        }
    }

    /// <summary>Personal eventing (§4.9): how nodes behave, or what they hold. Members and subscribers by hand are known to no node here.</summary>
    private void Nodes(XElement pubsub, string name, List<string> into)
    {
        foreach (var element in pubsub.Elements())
        {
            if (element.Name == pubsub.Name.Namespace + name)
            {
                Document(element, into.Add);
            }
            else
            {
                ignore($"{element.Name.LocalName} of a node of personal eventing");
            }
        }
    }

    private void Document(XElement element, Action<string> take)
    {
        if (PortableXml.TryText(element, out var xml))
        {
            take(xml);
            Characters += xml.Length;
        }
        else
        {
            ignore($"{element.Name.LocalName} ({element.Name.NamespaceName}) that is too large or nested too deeply");
        }
    }

    /// <summary>Of privacy lists (XEP-0016) the one in use, and of it what blocks an address altogether: that is what XEP-0191 has made of them.</summary>
    private void Privacy(XElement query)
    {
        var ns = query.Name.Namespace;
        var active = (string?)query.Element(ns + "default")?.Attribute("name");
        foreach (var list in query.Elements(ns + "list"))
        {
            foreach (var item in list.Elements(ns + "item"))
            {
                if ((string?)list.Attribute("name") == active && (string?)item.Attribute("type") == "jid" && (string?)item.Attribute("action") == "deny" && !item.HasElements
                    && (string?)item.Attribute("value") is { } jid)
                {
                    _blocked.Add(jid);
                }
                else
                {
                    ignore("rule of a privacy list");
                }
            }
        }
    }
}

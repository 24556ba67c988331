using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>The part of an <see cref="OpenStep"/> that holds accounts, rosters, blocking and documents. See there for what is taken and what is refused.</summary>
internal sealed class AccountChanges
{
    private readonly Dictionary<long, NewAccount> _created = [];
    private readonly Dictionary<long, AccountKeys> _keys = [];
    private readonly Dictionary<long, AccountPreferences> _preferences = [];
    private readonly Dictionary<long, AccountCursors> _cursors = [];
    private readonly Dictionary<long, RosterVersion> _versions = [];
    private readonly HashSet<UserText> _removedContacts = [];
    private readonly Dictionary<UserText, StoredRosterItem> _contacts = [];
    private readonly HashSet<UserText> _unblocked = [];
    private readonly HashSet<UserText> _blocked = [];
    private readonly HashSet<DocumentKey> _removedDocuments = [];
    private readonly Dictionary<DocumentKey, StoredDocument> _documents = [];

    /// <param name="user">Whose rows are written and not only deleted.</param>
    public bool TryAdd(StoreEvent happened, int shard, out long? user)
    {
        user = null;
        switch (happened)
        {
            case AccountCreated e: return TryCreate(e.Account, shard, out user);
            case CredentialsChanged e: return Keys(user = e.UserId, e.Credentials);
            case ArchivePreferencesChanged e: return Prefer(user = e.UserId, e.Preferences);
            case AccountCursorsMoved e: return Move(user = e.UserId, e.DeliveredAny, e.LastId);
            case RosterItemStored e: return Store(user = e.Item.UserId, e.Item, e.Version);
            case RosterItemRemoved e: return TryRemove(user = e.UserId, e.Contact, e.Version);
            case JidBlocked e:
                user = e.UserId;
                _blocked.Add(new(e.UserId, e.Jid));
                return true;
            case JidUnblocked e: return TryUnblock(new(e.UserId, e.Jid));
            case DocumentStored e: return Store(user = e.Document.UserId, e.Document);
            case DocumentRemoved e: return TryRemove(new(e.UserId, (int)e.Kind, e.Name));
            default: return false;
        }
    }

    public WriteStep Into(WriteStep step) => step with
    {
        Accounts = Rows.Array(_created.Values),
        Keys = Rows.Array(_keys.Values),
        Preferences = Rows.Array(_preferences.Values),
        Cursors = Rows.Array(_cursors.Values),
        RosterVersions = Rows.Array(_versions.Values),
        RemovedContacts = Rows.Array(_removedContacts),
        Contacts = Rows.Array(_contacts.Values),
        Unblocked = Rows.Array(_unblocked),
        Blocked = Rows.Array(_blocked),
        RemovedDocuments = Rows.Array(_removedDocuments),
        Documents = Rows.Array(_documents.Values),
    };

    /// <summary>A row with its name, and the rest by the same updates as later changes: refused when such a change of the user is there, which was another account's.</summary>
    private bool TryCreate(AccountRow a, int shard, out long? user)
    {
        user = a.UserId;
        var known = _keys.ContainsKey(a.UserId) || _preferences.ContainsKey(a.UserId) || _cursors.ContainsKey(a.UserId) || _versions.ContainsKey(a.UserId);
        if (known)
        {
            return false;
        }

        _created.Add(a.UserId, new(a.UserId, a.Jid, shard));
        _versions[a.UserId] = new(a.UserId, a.RosterVersion);
        return Keys(a.UserId, a.Credentials) && Move(a.UserId, a.DeliveredAny, a.LastId) && (a.Archive is not { } archive || Prefer(a.UserId, archive));
    }

    private bool Keys(long? user, CredentialRow k)
    {
        _keys[user!.Value] = new(user.Value, k.Salt, k.Iterations, k.StoredKeySha1, k.ServerKeySha1, k.StoredKeySha256, k.ServerKeySha256);
        return true;
    }

    private bool Prefer(long? user, ArchivePreferences p)
    {
        _preferences[user!.Value] = new(user.Value, (int)p.Default, [.. p.Always], [.. p.Never]);
        return true;
    }

    private bool Move(long? user, long deliveredAny, long lastId)
    {
        _cursors[user!.Value] = new(user.Value, deliveredAny, lastId);
        return true;
    }

    private bool Store(long? user, RosterRow r, long version)
    {
        _contacts[new(r.UserId, r.Contact)] = new(
            r.UserId, r.Contact, (int)r.Subscription, r.Ask, r.PendingIn, r.Approved, r.Name, [.. r.Groups], r.PendingStanza, version);
        _versions[user!.Value] = new(user.Value, version);
        return true;
    }

    private bool TryRemove(long? user, string contact, long version)
    {
        var key = new UserText(user!.Value, contact);
        if (_contacts.ContainsKey(key))
        {
            return false;
        }

        _removedContacts.Add(key);
        _versions[user.Value] = new(user.Value, version);
        return true;
    }

    private bool TryUnblock(UserText key)
    {
        if (_blocked.Contains(key))
        {
            return false;
        }

        _unblocked.Add(key);
        return true;
    }

    private bool Store(long? user, DocumentRow d)
    {
        _documents[new(user!.Value, (int)d.Kind, d.Name)] = new(d.UserId, (int)d.Kind, d.Name, d.Mark, d.Body);
        return true;
    }

    private bool TryRemove(DocumentKey key)
    {
        if (_documents.ContainsKey(key))
        {
            return false;
        }

        _removedDocuments.Add(key);
        return true;
    }
}

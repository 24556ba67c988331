using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Projects account, roster and blocking events to rows. Runs inside the guarded transaction and never begins or ends one.
/// </summary>
internal sealed class AccountProjection(Connection connection)
{
    // A plain INSERT: an account that exists already must refuse the batch, not be overwritten.
    private readonly Statement _create = connection.Prepare("""
        INSERT INTO account (user_id, jid, shard, salt, iterations, stored_key_sha1, server_key_sha1, stored_key_sha256, server_key_sha256,
            roster_version, delivered_any, last_id, archive_default, archive_always, archive_never) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _credentials = connection.Prepare("""
        UPDATE account SET salt = ?2, iterations = ?3, stored_key_sha1 = ?4, server_key_sha1 = ?5, stored_key_sha256 = ?6, server_key_sha256 = ?7
        WHERE user_id = ?1
        """);

    private readonly Statement _preferences = connection.Prepare(
        "UPDATE account SET archive_default = ?2, archive_always = ?3, archive_never = ?4 WHERE user_id = ?1");

    private readonly Statement _cursors = connection.Prepare("UPDATE account SET delivered_any = ?2, last_id = ?3 WHERE user_id = ?1");

    private readonly Statement _rosterVersion = connection.Prepare("UPDATE account SET roster_version = ?2 WHERE user_id = ?1");

    private readonly Statement _storeItem = connection.Prepare("""
        INSERT INTO roster (user_id, contact, subscription, ask, pending_in, approved, name, groups, pending_stanza, version)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id, contact) DO UPDATE SET subscription = excluded.subscription, ask = excluded.ask, pending_in = excluded.pending_in,
            approved = excluded.approved, name = excluded.name, groups = excluded.groups, pending_stanza = excluded.pending_stanza,
            version = excluded.version
        """);

    private readonly Statement _removeItem = connection.Prepare("DELETE FROM roster WHERE user_id = ? AND contact = ?");

    private readonly Statement _block = connection.Prepare("INSERT INTO blocked (user_id, jid) VALUES (?, ?) ON CONFLICT DO NOTHING");

    private readonly Statement _unblock = connection.Prepare("DELETE FROM blocked WHERE user_id = ? AND jid = ?");

    private readonly Statement[] _remove = [.. UserTables.Live.Select(table => connection.Prepare($"DELETE FROM {table} WHERE user_id = ?"))];

    private readonly Statement _erase = connection.Prepare("INSERT INTO erasing (user_id) VALUES (?) ON CONFLICT DO NOTHING");

    public void Create(AccountRow account, int shard)
    {
        _create.Start().Add(account.UserId).Add(account.Jid).Add(shard);
        Preferences(Keys(_create, account.Credentials).Add(account.RosterVersion).Add(account.DeliveredAny).Add(account.LastId), account.Archive).Run();
    }

    public void ChangeCredentials(long userId, CredentialRow keys) => Keys(_credentials.Start().Add(userId), keys).Run();

    public void Prefer(long userId, ArchivePreferences preferences) => Preferences(_preferences.Start().Add(userId), preferences).Run();

    public void MoveCursors(long userId, long deliveredAny, long lastId) => _cursors.Start().Add(userId).Add(deliveredAny).Add(lastId).Run();

    public void Remove(long userId)
    {
        foreach (var statement in _remove)
        {
            statement.Start().Add(userId).Run();
        }

        _erase.Start().Add(userId).Run();
    }

    public void StoreItem(RosterRow item, long version)
    {
        _storeItem.Start().Add(item.UserId).Add(item.Contact).Add((long)item.Subscription).Add(item.Ask).Add(item.PendingIn).Add(item.Approved)
            .Add(item.Name).Add(TextList.Write(item.Groups)).Add(item.PendingStanza).Add(version).Run();
        _rosterVersion.Start().Add(item.UserId).Add(version).Run();
    }

    public void RemoveItem(long userId, string contact, long version)
    {
        _removeItem.Start().Add(userId).Add(contact).Run();
        _rosterVersion.Start().Add(userId).Add(version).Run();
    }

    public void Block(long userId, string jid) => _block.Start().Add(userId).Add(jid).Run();

    public void Unblock(long userId, string jid) => _unblock.Start().Add(userId).Add(jid).Run();

    private static Statement Preferences(Statement statement, ArchivePreferences? preferences) => statement
        .Add(preferences is null ? null : (long)preferences.Default)
        .Add(preferences is null ? null : TextList.Write(preferences.Always)).Add(preferences is null ? null : TextList.Write(preferences.Never));

    private static Statement Keys(Statement statement, CredentialRow keys) => statement
        .Add(keys.Salt).Add(keys.Iterations).Add(keys.StoredKeySha1).Add(keys.ServerKeySha1).Add(keys.StoredKeySha256).Add(keys.ServerKeySha256);
}

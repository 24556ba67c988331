using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>Projects documents to rows. Runs inside the guarded transaction and never begins or ends one.</summary>
internal sealed class DocumentProjection(Connection connection)
{
    private readonly Statement _store = connection.Prepare("""
        INSERT INTO document (user_id, kind, name, mark, body) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (user_id, kind, name) DO UPDATE SET mark = excluded.mark, body = excluded.body
        """);

    private readonly Statement _remove = connection.Prepare("DELETE FROM document WHERE user_id = ? AND kind = ? AND name = ?");

    public void Store(DocumentRow d) => _store.Start().Add(d.UserId).Add((long)d.Kind).Add(d.Name).Add(d.Mark).Add(d.Body).Run();

    public void Remove(long userId, DocumentKind kind, string name) => _remove.Start().Add(userId).Add((long)kind).Add(name).Run();
}

using System.Collections.Immutable;
using Presence.Storage.Contracts;

namespace Presence.Tests.Shared;

/// <summary>
/// Archive pages written as plainly as the contract says them: filter, then cut. Serves as the oracle for stores that page by index;
/// never tries to be fast.
/// </summary>
public static class MemoryArchive
{
    public static ArchivePage Page(ImmutableSortedDictionary<long, MessageRow> messages, ArchiveQuery q)
    {
        bool Missing(long? id) => id is { } known && (known > q.Snapshot || !messages.ContainsKey(known));
        if (Missing(q.AfterId) || Missing(q.BeforeId))
        {
            return new ArchivePage([], false, 0, 0, true);
        }

        var filtered = messages.Values.Where(m => Matches(m, q)).ToList();
        var window = filtered.Where(m => !(m.Id <= q.AfterId) && !(m.Id >= q.BeforeId)).ToList();
        var page = q.Backwards ? window.TakeLast(q.Max).ToList() : [.. window.Take(q.Max)];
        var first = page.Count == 0 ? 0 : filtered.IndexOf(page[0]);
        return new ArchivePage(page, window.Count <= q.Max, filtered.Count, first, false);
    }

    public static IReadOnlyList<MessageRow> Search(
        ImmutableSortedDictionary<long, MessageRow> messages, string peer, long beforeId, byte[] text, int look, int limit) =>
        [.. messages.Values.Reverse().Where(m => m.Flags.HasFlag(MessageFlags.Visible) && m.Peer == peer && m.Id < beforeId).Take(look)
            .Where(m => m.Body.AsSpan().IndexOf(text) >= 0).Take(limit)];

    private static bool Matches(MessageRow m, ArchiveQuery q) =>
        m.Flags.HasFlag(MessageFlags.Visible) && m.Id <= q.Snapshot && !(m.Id < q.StartId) && !(m.Id > q.EndId)
        && (q.With is null || (m.Peer == q.With && (q.WithResource is null || m.PeerResource == q.WithResource)));
}

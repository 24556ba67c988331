using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Puts a client's archive query to the store; runs on a reader thread, after the commit of everything the query may see. It must never hold
/// state, and never returns more bytes than asked for but for a single row.
/// </summary>
internal static class ArchiveReading
{
    /// <summary>A page, or null if the store cannot be read.</summary>
    /// <param name="snapshot">Rows above it are not seen.</param>
    /// <param name="maxBytes">Bodies past this are left to the next page.</param>
    public static ArchivePage? Page(IStore store, long userId, ArchiveQueryForm form, long snapshot, int maxBytes)
    {
        try
        {
            if (!AllThere(store, userId, form.Known, snapshot))
            {
                return Unknown();
            }

            var page = form.Ids is null ? store.ReadArchive(QueryOf(userId, form, snapshot)) : Chosen(store, userId, form, snapshot);
            return Cut(page, form.Backwards, maxBytes);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>First and last row, the same twice if there is but one, none in an empty archive; null if the store cannot be read.</summary>
    public static ArchivePage? Ends(IStore store, long userId, long snapshot)
    {
        try
        {
            var query = new ArchiveQuery(userId, null, null, null, null, null, null, false, 1, snapshot);
            var first = store.ReadArchive(query);
            var last = store.ReadArchive(query with { Backwards = true });
            return first with { Rows = [.. first.Rows, .. last.Rows] };
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static ArchiveQuery QueryOf(long userId, ArchiveQueryForm form, long snapshot) => new(
        userId, form.With?.Bare.ToString(), form.With?.Resource, form.StartId == 0 ? null : form.StartId, form.EndId == long.MaxValue ? null : form.EndId,
        form.AfterId, form.BeforeId, form.Backwards, form.Max, snapshot);

    private static bool AllThere(IStore store, long userId, IReadOnlyList<long> ids, long snapshot) =>
        ids.Count == 0 || store.ReadMessages(userId, [.. ids.Distinct()]).Count(r => IsShown(r, snapshot)) == ids.Distinct().Count();

    private static ArchivePage Chosen(IStore store, long userId, ArchiveQueryForm form, long snapshot)
    {
        var rows = store.ReadMessages(userId, form.Ids!).Where(r => IsShown(r, snapshot)).OrderBy(r => r.Id).ToList();
        long[] bounds = [.. new[] { form.AfterId, form.BeforeId }.OfType<long>()];
        if (rows.Count != form.Ids!.Count || !AllThere(store, userId, bounds, snapshot))
        {
            return Unknown();
        }

        var matching = rows.FindAll(r => Matches(r, form));
        var window = matching.FindAll(r => !(r.Id <= form.AfterId) && !(r.Id >= form.BeforeId));
        var page = form.Backwards ? window.TakeLast(form.Max).ToList() : window.Take(form.Max).ToList();
        return new ArchivePage(page, window.Count <= form.Max, matching.Count, page.Count == 0 ? 0 : matching.IndexOf(page[0]), false);
    }

    private static bool Matches(MessageRow row, ArchiveQueryForm form) =>
        row.Id >= form.StartId && row.Id <= form.EndId
        && (form.With is not { } with || (row.Peer == with.Bare.ToString() && (with.Resource is null || row.PeerResource == with.Resource)));

    private static bool IsShown(MessageRow row, long snapshot) => (row.Flags & MessageFlags.Visible) != 0 && row.Id <= snapshot;

    /// <summary>Leaves out what is too much, at the end that the next page begins with.</summary>
    private static ArchivePage Cut(ArchivePage page, bool backwards, int maxBytes)
    {
        var rows = page.Rows;
        var (kept, bytes) = (0, 0L);
        while (kept < rows.Count)
        {
            bytes += rows[backwards ? rows.Count - 1 - kept : kept].Body.Length;
            if (kept > 0 && bytes > maxBytes)
            {
                break;
            }

            kept++;
        }

        if (kept == rows.Count)
        {
            return page;
        }

        var skipped = backwards ? rows.Count - kept : 0;
        return page with { Rows = [.. rows.Skip(skipped).Take(kept)], Complete = false, FirstIndex = page.FirstIndex + skipped };
    }

    private static ArchivePage Unknown() => new([], false, 0, 0, true);
}

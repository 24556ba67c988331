using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// Gathers events into one <see cref="WriteStep"/> for as long as carrying them out by kind, in the step's order, leaves the same rows as carrying them out one by one.
/// An event for which that is not so is refused, and the caller begins the next step with it. It never drops an event but one that a later one of the same key replaces.
/// </summary>
internal sealed class OpenStep
{
    private readonly SessionChanges _sessions = new();
    private readonly AccountChanges _accounts = new();
    private readonly MessageChanges _messages = new();

    /// <summary>Users of whom something but an end or a deletion was gathered: their removal has to come after it.</summary>
    private readonly HashSet<long> _written = [];

    private readonly HashSet<long> _removed = [];

    /// <summary>The steps of all parts, in order. An event kind without a projection is a defect and throws; it is never passed over.</summary>
    public static WriteStep[] Fold(IReadOnlyList<ShardWrite> writes)
    {
        var steps = new List<WriteStep>(1);
        var open = new OpenStep();
        var empty = true;
        foreach (var part in writes)
        {
            foreach (var happened in part.Events)
            {
                if (!open.TryAdd(happened, part.Shard))
                {
                    steps.Add(open.Close());
                    open = new OpenStep();
                    if (!open.TryAdd(happened, part.Shard))
                    {
                        throw new InvalidOperationException($"No projection for {happened.GetType().Name}.");
                    }
                }

                empty = false;
            }
        }

        if (!empty)
        {
            steps.Add(open.Close());
        }

        return [.. steps];
    }

    private bool TryAdd(StoreEvent happened, int shard)
    {
        if (happened is AccountRemoved removed)
        {
            if (_written.Contains(removed.UserId))
            {
                return false;
            }

            _removed.Add(removed.UserId);
            return true;
        }

        if (happened is SessionEnded ended)
        {
            return !_removed.Contains(ended.UserId) && _sessions.TryEnd(ended);
        }

        if (!_messages.TryAdd(happened, out var user) && !_sessions.TryAdd(happened, out user) && !_accounts.TryAdd(happened, shard, out user))
        {
            return false;
        }

        if (user is { } written)
        {
            _written.Add(written);
        }

        return true;
    }

    private WriteStep Close() => _messages.Into(_accounts.Into(_sessions.Into(new WriteStep { RemovedAccounts = Rows.Array(_removed) })));
}

using System.Collections.Immutable;
using Presence.Storage.Contracts;

namespace Presence.Tests.Shared;

/// <summary>One shard's row in the memory store.</summary>
public readonly record struct MemoryShard(long Epoch, Incarnation? Owner, long Committed, Guid LastBatch);

/// <summary>
/// Everything a memory store has committed, as one immutable value: what survives when the owner is dropped. Projects parts of a batch to the next state;
/// never changes in place.
/// </summary>
public sealed record MemoryState(
    ImmutableArray<MemoryShard> Shards,
    ImmutableSortedDictionary<long, MemoryUser> Users,
    ImmutableSortedDictionary<string, long> Jids,
    ImmutableSortedDictionary<(int From, int To, long Sequence), OutboxRow> Outbox,
    ImmutableSortedDictionary<(int Shard, int From), OutboxAccepted> Cursors)
{
    public static MemoryState Create(int shardCount) => new(
        [.. Enumerable.Repeat(default(MemoryShard), shardCount)],
        ImmutableSortedDictionary<long, MemoryUser>.Empty,
        ImmutableSortedDictionary.Create<string, long>(Utf8Order.Instance),
        ImmutableSortedDictionary<(int, int, long), OutboxRow>.Empty,
        ImmutableSortedDictionary<(int, int), OutboxAccepted>.Empty);

    /// <summary>The state after the events; null if one of them would violate a constraint.</summary>
    public MemoryState? After(IEnumerable<StoreEvent> events)
    {
        var state = this;
        foreach (var happened in events)
        {
            if (state.After(happened) is not { } next)
            {
                return null;
            }

            state = next;
        }

        return state;
    }

    private MemoryState? After(StoreEvent happened)
    {
        switch (happened)
        {
            case OutboxAppended e:
                return this with { Outbox = Outbox.SetItem((e.Item.FromShard, e.Item.ToShard, e.Item.Sequence), e.Item) };
            case OutboxTrimmed e:
                return this with
                {
                    Outbox = Outbox.RemoveRange(Outbox.Keys.Where(k => k.From == e.FromShard && k.To == e.ToShard && k.Sequence <= e.UpTo)),
                };
            case OutboxAccepted e:
                return this with { Cursors = Cursors.SetItem((e.Shard, e.FromShard), e) };
            default:
                return AfterUser(happened, UserOf(happened));
        }
    }

    private MemoryState? AfterUser(StoreEvent happened, long userId)
    {
        var user = Users.GetValueOrDefault(userId, MemoryUser.Empty);
        var jids = Jids;
        if (happened is AccountCreated created)
        {
            if (jids.ContainsKey(created.Account.Jid))
            {
                return null;
            }

            jids = jids.Add(created.Account.Jid, userId);
        }
        else if (happened is AccountRemoved && user.Account is { } account)
        {
            jids = jids.Remove(account.Jid);
        }

        if (user.After(happened) is not { } next)
        {
            return null;
        }

        return this with { Jids = jids, Users = happened is AccountRemoved ? Users.Remove(userId) : Users.SetItem(userId, next) };
    }

    private static long UserOf(StoreEvent happened) => happened switch
    {
        AccountCreated e => e.Account.UserId,
        CredentialsChanged e => e.UserId,
        AccountRemoved e => e.UserId,
        ArchivePreferencesChanged e => e.UserId,
        AccountCursorsMoved e => e.UserId,
        SessionStored e => e.Session.UserId,
        SessionDocStored e => e.Doc.UserId,
        SessionEnded e => e.UserId,
        MessageStored e => e.Message.UserId,
        MessageRewritten e => e.UserId,
        MessageImported e => e.Message.UserId,
        MessagesDropped e => e.UserId,
        DeliveryNumbered e => e.Delivery.UserId,
        DeliveryAcknowledged e => e.UserId,
        DeliveryCleared e => e.UserId,
        PushRegistered e => e.Registration.UserId,
        PushUnregistered e => e.UserId,
        PushScheduled e => e.Push.UserId,
        PushRemoved e => e.UserId,
        RosterItemStored e => e.Item.UserId,
        RosterItemRemoved e => e.UserId,
        JidBlocked e => e.UserId,
        JidUnblocked e => e.UserId,
        DocumentStored e => e.Document.UserId,
        DocumentRemoved e => e.UserId,
        _ => throw new InvalidOperationException($"No projection for {happened.GetType().Name}."),
    };
}

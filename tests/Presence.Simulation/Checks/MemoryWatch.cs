using Presence.Actors.Shards;
using Presence.Actors.Users;
using Presence.Simulation.Clients;
using Presence.Simulation.Engine;
using Presence.Simulation.Servers;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;

namespace Presence.Simulation.Checks;

/// <summary>
/// S5: an owner with nothing under way believes exactly what is committed. Compares users and shards in memory with what a load would give now, but for
/// what is written late on purpose (acknowledgements).
/// </summary>
public sealed class MemoryWatch(World world)
{
    private readonly HashSet<SimExecutor> _ran = [];

    public void Ran(SimExecutor executor) => _ran.Add(executor);

    /// <summary>Looks at the executors that did something since the last time and have come to rest.</summary>
    public void Check()
    {
        foreach (var executor in world.Node.Executors)
        {
            if (executor.AtRest && _ran.Remove(executor) && world.Settings.CompareMemory)
            {
                foreach (var shard in executor.Executor.Shards)
                {
                    Shard(shard);
                }

                foreach (var user in executor.Executor.LoadedUsers)
                {
                    if (user.Exists)
                    {
                        User(user);
                    }
                }
            }
        }
    }

    private void Shard(ShardState shard)
    {
        var state = world.Store.Inner.State;
        Same(shard.Committed, state.Shards[shard.Id].Committed, $"committed of shard {shard.Id}");
        for (var other = 0; other < state.Shards.Length; other++)
        {
            Same(shard.TakenFrom(other), state.Cursors.GetValueOrDefault((shard.Id, other))?.Sequence ?? 0, $"cursor of shard {shard.Id} for {other}");
            var kept = state.Outbox.Keys.Where(k => k.From == shard.Id && k.To == other).Select(k => k.Sequence).DefaultIfEmpty(0).Max();
            var taken = state.Cursors.GetValueOrDefault((other, shard.Id))?.Sequence ?? 0;
            Same(shard.SentTo(other), Math.Max(kept, taken), $"last item of shard {shard.Id} for {other}");
        }

        foreach (var (to, pair) in shard.To)
        {
            var unconfirmed = pair.Unconfirmed.Select(i => i.Sequence).ToHashSet();
            var taken = state.Cursors.GetValueOrDefault((to, shard.Id))?.Sequence ?? 0;
            var rows = state.Outbox.Keys.Where(k => k.From == shard.Id && k.To == to).Select(k => k.Sequence).ToHashSet();
            True(unconfirmed.IsSubsetOf(rows), $"shard {shard.Id} offers {to} what is not in the store");
            True(rows.All(r => r <= taken || unconfirmed.Contains(r)), $"shard {shard.Id} has forgotten an item for {to}");
        }
    }

    private static IEnumerable<string> Nodes(UserState user) =>
        (user.Events?.All ?? []).Select(n => $"{n.Name}: {n.Configuration} {string.Join(' ', n.Items)}").Append($"{user.Events?.Bytes ?? 0} {user.Events?.Items ?? 0}");

    private void User(UserState user)
    {
        var rows = world.Store.Inner.LoadUser(user.UserId, int.MaxValue)!;
        var fresh = UserLoading.Build(user.UserId, rows, user.Jid, user.Shard, world.Now, world.Node.Environment);
        var name = user.Jid.ToString();
        Same(user.LastId, fresh.LastId, $"last id of {name}");
        Same(user.RosterVersion, fresh.RosterVersion, $"roster version of {name}");
        Same(user.DeliveredAnyStored, fresh.DeliveredAnyStored, $"cursor of {name}");
        True(user.BacklogCutAt != 0 || user.BacklogBytes == user.Backlog.Sum(m => (long)m.Size), $"bytes that wait for {name}");
        True(user.Roster.Count == fresh.Roster.Count && user.Roster.All(r => fresh.Roster.GetValueOrDefault(r.Key) == r.Value), $"roster of {name}");
        True((user.Blocked ?? []).SetEquals(fresh.Blocked ?? []), $"blocked of {name}");
        True((user.Documents ?? []).ToHashSet().SetEquals(fresh.Documents ?? []), $"documents of {name}");
        True(Nodes(user).SequenceEqual(Nodes(fresh)), $"nodes of {name}");
        True(user.Registrations.ToHashSet().SetEquals(fresh.Registrations), $"push registrations of {name}");
        True(user.Pushes.ToHashSet().SetEquals(fresh.Pushes), $"pushes of {name}");
        True(user.Tombstones.ToHashSet().SetEquals(fresh.Tombstones), $"tombstones of {name}");
        True(user.Sessions.Where(s => s.Resumable).Select(s => s.No).ToHashSet().SetEquals(fresh.Sessions.Select(s => s.No)), $"sessions of {name}");
        foreach (var stored in fresh.Sessions)
        {
            Session(user.SessionOf(stored.No)!, stored);
        }

        Log(user, world.Store.Inner.State.Users[user.UserId]);
    }

    private static void Session(SessionState session, SessionState fresh)
    {
        var name = session.FullJid.ToString();
        Same(session.FullJid, fresh.FullJid, "address");
        Same(session.SmId, fresh.SmId, $"id of {name}");
        Same(session.Stored, fresh.Stored, $"session row of {name}");
        Same(session.ConnectionNumber, fresh.ConnectionNumber, $"connection number of {name}");
        Same(session.HStored, fresh.HStored, $"stored h of {name}");
        True(session.HIn >= session.HStored && session.HCommitted <= session.HStored, $"h of {name}: {session.HIn} {session.HStored} {session.HCommitted}");
        True((session.Presence ?? []).AsSpan().SequenceEqual(fresh.Presence), $"presence of {name}");
        True((session.Directed ?? []).SetEquals(fresh.Directed ?? []), $"directed presence of {name}");
        Same(session.Carbons, fresh.Carbons, $"carbons of {name}");
        Same(session.Away, fresh.Away, $"away of {name}");
        Same(session.Since, fresh.Since, $"since of {name}");
        var numbered = Numbered(session).ToList();
        True(numbered.SequenceEqual(Numbered(fresh).Where(n => n.Number > session.Acked)), $"delivery rows of {name}");
    }

    private static IEnumerable<(long Number, long MessageId)> Numbered(SessionState session) =>
        (session.Unacked ?? []).Where(i => i.MessageId != 0).Select(i => (i.Number, i.MessageId));

    /// <summary>The tail holds what some session lacks, the backlog what nobody has acknowledged.</summary>
    private void Log(UserState user, MemoryUser rows)
    {
        if (world.Settings.MaxQueued < 1000)
        {
            // Both lists are cut at that length.
            return;
        }

        var tail = user.Tail.Select(m => m.Id).ToHashSet();
        True(tail.IsSubsetOf(rows.Messages.Keys), $"tail of {user.Jid} names rows that are gone");
        foreach (var session in user.Sessions)
        {
            True(
                rows.Messages.Values.All(m => m.Id <= session.Cursor || tail.Contains(m.Id) || MessageForms.Choose(MessageForms.RefOf(m), session) == MessageForm.None),
                $"tail of {user.Jid} lacks a row for {session.Resource}");
            // An invisible row is gone as soon as all have acknowledged it; that they did is written later.
            True(Numbered(session).All(n => tail.Contains(n.MessageId) || !rows.Messages.ContainsKey(n.MessageId)), $"tail of {user.Jid} lacks a numbered row of {session.Resource}");
        }

        var account = world.Accounts.Find(a => a.UserId == user.UserId)!;
        var backlog = user.Backlog.Select(m => m.Id).ToHashSet();
        foreach (var row in rows.Messages.Values)
        {
            if (MemoryUser.WaitsOffline(row.Flags) && !backlog.Contains(row.Id) && !Seen(account, row))
            {
                throw new ViolationException("A4", $"{user.Jid} no longer waits for {world.Ledger.Find(row.Body)}, which no device has");
            }
        }

        True(backlog.IsSubsetOf(rows.Messages.Keys), $"backlog of {user.Jid} names rows that are gone");
    }

    private bool Seen(SimAccount account, MessageRow row) => account.Careless || world.Ledger.Find(row.Body) is not { } message || account.Seen.Contains(message.Id);

    private static void Same<T>(T memory, T store, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(memory, store))
        {
            throw new ViolationException("S5", $"{what}: memory {memory}, store {store}");
        }
    }

    private static void True(bool holds, string what)
    {
        if (!holds)
        {
            throw new ViolationException("S5", what);
        }
    }
}

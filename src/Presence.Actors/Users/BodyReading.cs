using Presence.Protocol.Addressing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// Bodies from the store for a session that is behind. A row that meets a defect is left out, so that it keeps no other row from its session for ever.
/// </summary>
internal static class BodyReading
{
    /// <summary>The rows that can be read. Throws <see cref="IOException"/> if the store cannot be read at all.</summary>
    public static IReadOnlyList<MessageRow> Read(IStore store, long userId, IReadOnlyList<long> ids, Jid user, Action<ContainedDefect> met)
    {
        try
        {
            return store.ReadMessages(userId, ids);
        }
        catch (Exception e) when (e is not IOException && ContainedDefect.Is(e))
        {
            met(new ContainedDefect(DefectPlace.Read, user.ToString(), e));
            return ids.Count == 1 ? [] : [.. ids.SelectMany(id => Read(store, userId, [id], user, met))];
        }
    }
}

using Presence.Routing;
using Presence.Simulation.Engine;
using Presence.Storage.Contracts;

namespace Presence.Simulation.Checks;

/// <summary>
/// S12: a push leaves once, and once more for each answer that was lost or asked for another try; what it tells of only grows. It looks at what
/// leaves, not at why.
/// </summary>
public sealed class PushWatch(World world)
{
    private readonly Dictionary<string, int> _sent = [];
    private readonly Dictionary<string, int> _forgiven = [];
    private readonly Dictionary<(string Service, string Node, string Kind, string Conversation), (long Latest, HashSet<string> Ids)> _told = [];

    /// <summary>Newest message a registration was told of in one conversation; 0 = none.</summary>
    public long LatestOf(string service, string node, string conversation) =>
        new[] { "message", "call" }.Max(kind => _told.TryGetValue((service, node, kind, conversation), out var told) ? told.Latest : 0);

    public void Sent(PushNotification push)
    {
        var sent = _sent[push.PushId] = _sent.GetValueOrDefault(push.PushId) + 1;
        if (sent > 1 + _forgiven.GetValueOrDefault(push.PushId))
        {
            throw new ViolationException("S12", $"push {push.PushId} to {push.Node} for {push.LatestId} of {push.Conversation} left {sent} times");
        }

        var key = (push.Service, push.Node, push.Kind, push.Conversation);
        if (!_told.TryGetValue(key, out var told))
        {
            told = (0, []);
        }

        if (push.LatestId < told.Latest || (push.LatestId == told.Latest && !told.Ids.Contains(push.PushId)))
        {
            throw new ViolationException("S12", $"{push.Node} is told of {push.LatestId} of {push.Conversation} after {told.Latest}");
        }

        told.Ids.Add(push.PushId);
        _told[key] = (push.LatestId, told.Ids);
    }

    public void Answered(PushNotification push, PushOutcome outcome)
    {
        if (outcome == PushOutcome.Retry)
        {
            Forgive(push.PushId);
        }
    }

    /// <summary>An owner's memory is gone: every claim that has no committed end is an answer lost.</summary>
    public void MemoryLost()
    {
        foreach (var row in world.Store.Inner.ReadPushOutbox().Where(r => r.State == PushState.Claimed))
        {
            foreach (var ((service, node, kind, conversation), (_, ids)) in _told)
            {
                if (service == row.Service && node == row.Node && kind == row.Kind && row.Conversation.EndsWith(conversation, StringComparison.Ordinal))
                {
                    ids.ToList().ForEach(Forgive);
                }
            }
        }
    }

    private void Forgive(string id) => _forgiven[id] = _forgiven.GetValueOrDefault(id) + 1;
}

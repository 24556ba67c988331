namespace Presence.Edge.Rates;

/// <summary>
/// The allowances of users who are connected here, shared by all their connections. One lives from a user's first connection to the end of the last, so that it
/// must never outgrow the connections.
/// </summary>
internal sealed class UserAllowances(Func<Allowance> create)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, (Allowance Allowance, int Connections)> _byUser = [];

    /// <summary>Counts one connection of the user in.</summary>
    public Allowance Enter(long userId)
    {
        lock (_gate)
        {
            var (allowance, connections) = _byUser.GetValueOrDefault(userId);
            allowance ??= create();
            _byUser[userId] = (allowance, connections + 1);
            return allowance;
        }
    }

    /// <summary>Counts one connection out; call it once for each <see cref="Enter"/>.</summary>
    public void Leave(long userId)
    {
        lock (_gate)
        {
            var (allowance, connections) = _byUser[userId];
            if (connections == 1)
            {
                _byUser.Remove(userId);
            }
            else
            {
                _byUser[userId] = (allowance, connections - 1);
            }
        }
    }
}

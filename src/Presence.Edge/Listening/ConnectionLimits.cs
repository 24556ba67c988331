namespace Presence.Edge.Listening;

/// <summary>
/// Counts open sockets in all and by peer, and says whether one more may come. It must never close anything: the listener refuses, the
/// connection gives its place back when it ends.
/// </summary>
internal sealed class ConnectionLimits(int total, int perAddress)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AddressKey, int> _byAddress = [];
    private int _count;

    /// <param name="address">Null: it is not known yet whose the connection is; <see cref="TryName"/> follows.</param>
    public bool TryEnter(AddressKey? address)
    {
        lock (_gate)
        {
            if (_count >= total || (address is { } known && !TryCount(known)))
            {
                return false;
            }

            _count++;
            return true;
        }
    }

    /// <summary>Tells whose a connection is that entered without an address.</summary>
    /// <returns>False: the peer has too many already. The connection has its place in the total until it leaves, still without an address.</returns>
    public bool TryName(AddressKey address)
    {
        lock (_gate)
        {
            return TryCount(address);
        }
    }

    /// <param name="address">What the connection was counted under; null when it was in the total only.</param>
    public void Leave(AddressKey? address)
    {
        lock (_gate)
        {
            _count--;
            if (address is not { } counted)
            {
                return;
            }

            var here = _byAddress.GetValueOrDefault(counted);
            if (here <= 1)
            {
                _byAddress.Remove(counted);
            }
            else
            {
                _byAddress[counted] = here - 1;
            }
        }
    }

    private bool TryCount(AddressKey address)
    {
        var here = _byAddress.GetValueOrDefault(address);
        if (perAddress > 0 && here >= perAddress)
        {
            return false;
        }

        _byAddress[address] = here + 1;
        return true;
    }
}

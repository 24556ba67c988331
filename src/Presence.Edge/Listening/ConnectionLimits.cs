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

    public bool TryEnter(AddressKey address)
    {
        lock (_gate)
        {
            if (_count >= total)
            {
                return false;
            }

            var here = _byAddress.GetValueOrDefault(address);
            if (perAddress > 0 && here >= perAddress)
            {
                return false;
            }

            _byAddress[address] = here + 1;
            _count++;
            return true;
        }
    }

    public void Leave(AddressKey address)
    {
        lock (_gate)
        {
            var here = _byAddress.GetValueOrDefault(address);
            if (here <= 1)
            {
                _byAddress.Remove(address);
            }
            else
            {
                _byAddress[address] = here - 1;
            }

            _count--;
        }
    }
}

namespace Presence.Edge.Listening;

/// <summary>
/// Counts registrations by peer in a fixed window (XEP-0077 §7 asks for a bound). It remembers at most <see cref="MaxAddresses"/> peers;
/// when all of those are within their window, further peers are refused rather than forgotten.
/// </summary>
internal sealed class RegistrationLimit(int perAddress, TimeSpan window, TimeProvider time)
{
    public const int MaxAddresses = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<AddressKey, (long Start, int Count)> _seen = [];

    /// <summary>Takes one of the peer's registrations; false when it has none left.</summary>
    public bool TryTake(AddressKey address)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            var known = _seen.TryGetValue(address, out var entry) && time.GetElapsedTime(entry.Start, now) < window;
            if (known)
            {
                if (entry.Count >= perAddress)
                {
                    return false;
                }

                _seen[address] = (entry.Start, entry.Count + 1);
                return true;
            }

            if (_seen.Count >= MaxAddresses && !ForgetOld(now))
            {
                return false;
            }

            _seen[address] = (now, 1);
            return perAddress > 0;
        }
    }

    private bool ForgetOld(long now)
    {
        foreach (var (address, entry) in _seen)
        {
            if (time.GetElapsedTime(entry.Start, now) >= window)
            {
                _seen.Remove(address);
            }
        }

        return _seen.Count < MaxAddresses;
    }
}

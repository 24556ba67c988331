namespace Presence.Cli.Import;

/// <summary>
/// Numbers messages of the same millisecond in the order of the file, so that the same file gives the same ids each time it is read.
/// </summary>
internal sealed class MessageClock
{
    private readonly Dictionary<long, int> _seen = [];

    /// <param name="unread">Unread messages are counted apart: they may be in the archive as well.</param>
    public int Next(long at, bool unread)
    {
        var key = (at << 1) | (unread ? 1L : 0L);
        if (_seen.Count > 10_000)
        {
            // Archives are in the order of time: what is long past is not met again.
            _seen.Clear();
        }

        return _seen[key] = _seen.TryGetValue(key, out var last) ? last + 1 : 0;
    }
}

using Presence.Protocol.StreamManagement;

namespace Presence.Edge.Connections;

/// <summary>
/// Writes <c>&lt;a/&gt;</c> so that h never falls on the wire (S3): of two threads that acknowledge, the later may say less. It must never
/// decide what is acknowledged.
/// </summary>
internal sealed class HighestAck(SocketWriter writer)
{
    private readonly Lock _gate = new();
    private long _told;

    /// <returns>False: the write buffer is full.</returns>
    public bool Append(long h)
    {
        lock (_gate)
        {
            if (h < _told)
            {
                return true;
            }

            _told = h;
            return writer.Append(new SmElement(SmElementKind.Answer) { Handled = unchecked((uint)h) }.ToBytes());
        }
    }
}

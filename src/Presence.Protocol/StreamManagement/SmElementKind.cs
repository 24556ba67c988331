namespace Presence.Protocol.StreamManagement;

/// <summary>The elements of XEP-0198. It must never contain more than the names in that namespace.</summary>
public enum SmElementKind
{
    Enable = 1,
    Enabled,
    Resume,
    Resumed,
    Failed,

    /// <summary><c>r</c>: asks for an answer.</summary>
    Request,

    /// <summary><c>a</c>: how far the peer has handled.</summary>
    Answer,
}

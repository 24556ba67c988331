namespace Presence.Cli;

/// <summary>No node could be asked; the message says why and what to do.</summary>
public sealed class NoNodeException : Exception
{
    /// <summary>Nobody listens at the socket. Otherwise a node may well be there and not answer.</summary>
    public bool IsNotRunning { get; init; }

    public NoNodeException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

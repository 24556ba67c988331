namespace Presence.Cli;

/// <summary>No node could be asked; the message says why and what to do.</summary>
public sealed class NoNodeException : Exception
{
    public NoNodeException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

namespace Presence.Cli;

/// <summary>What was typed cannot be done as it stands; the message says why.</summary>
public sealed class UsageException : Exception
{
    public UsageException(string message) : base(message)
    {
    }
}

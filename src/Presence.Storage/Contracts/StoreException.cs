namespace Presence.Storage.Contracts;

/// <summary>
/// The store could not be opened or a read failed; the message tells the operator what to do. Never used for the outcome of a commit,
/// which is always an answer.
/// </summary>
public sealed class StoreException : IOException
{
    public StoreException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

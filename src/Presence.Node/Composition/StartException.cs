namespace Presence.Node.Composition;

/// <summary>The node cannot start, for a reason an operator can remove; the message says how. Shown without a stack trace.</summary>
internal sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);

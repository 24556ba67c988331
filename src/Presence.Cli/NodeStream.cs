namespace Presence.Cli;

/// <summary>A long answer of a node while it comes. Closing it before its end tells the node to stop.</summary>
public sealed class NodeStream(NodeAnswer answer, Stream content, IDisposable connection) : IDisposable
{
    /// <summary>Its status, and the words of a refusal.</summary>
    public NodeAnswer Answer { get; } = answer;

    /// <summary>Throws <see cref="IOException"/> or <see cref="HttpRequestException"/> when the node breaks off.</summary>
    public Stream Content { get; } = content;

    public void Dispose()
    {
        Content.Dispose();
        connection.Dispose();
    }
}

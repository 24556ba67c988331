namespace Presence.Chaos.Fuzz;

/// <summary>How far a connection is led before a case begins.</summary>
public enum FuzzStage
{
    /// <summary>Nothing was sent.</summary>
    Connected,

    /// <summary>Headers were exchanged.</summary>
    Opened,

    /// <summary>Logged in, nothing bound.</summary>
    Authenticated,

    /// <summary>A resource is bound.</summary>
    Bound,

    /// <summary>An HTTP request has been answered with 101; what follows are the client's frames.</summary>
    WebSocket,

    /// <summary>The same, and a resource is bound.</summary>
    WebSocketBound,

    /// <summary>Nothing was sent to the port for components.</summary>
    ComponentPort,

    /// <summary>A component has proved itself.</summary>
    Component,
}

/// <summary>What is sent next, made from everything received since the stage was reached.</summary>
/// <param name="AfterAnswer">Whether something has to have come in first.</param>
internal sealed record FuzzStep(Func<string, byte[]> Make, bool AfterAnswer = false);

/// <summary>One connection of a fuzz run, decided by seed and number alone.</summary>
/// <param name="Answers">The ids of requests that have to be answered unless the stream ends with an error.</param>
/// <param name="IsWellFormed">Nothing was mutated below the level of elements, so that a request after it has to be answered as well.</param>
/// <param name="Cuts">The connection is lost at the end, without a word.</param>
internal sealed record FuzzCase(
    int Number, FuzzStage Stage, bool Tls, IReadOnlyList<FuzzStep> Steps, IReadOnlyList<string> Answers, bool IsWellFormed, bool Cuts);

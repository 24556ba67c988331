namespace Presence.Cli;

/// <summary>What the process ends with; scripts rely on it (docs/operations/deploy.md).</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>A check failed, or the node had a defect.</summary>
    public const int Failed = 1;

    /// <summary>The command line, or a value in it, is wrong.</summary>
    public const int Usage = 2;

    /// <summary>No node answers at the admin socket.</summary>
    public const int NoNode = 3;

    /// <summary>No such user, session or message.</summary>
    public const int NotFound = 4;

    /// <summary>The account exists already.</summary>
    public const int Exists = 5;

    /// <summary>The node cannot do it now: overloaded, stopping, or its store cannot write.</summary>
    public const int Unavailable = 6;

    /// <summary>The code for an HTTP status of the admin endpoint.</summary>
    public static int Of(int httpStatus) => httpStatus switch
    {
        >= 200 and < 300 => Done,
        400 => Usage,
        404 => NotFound,
        409 => Exists,
        503 => Unavailable,
        _ => Failed,
    };
}

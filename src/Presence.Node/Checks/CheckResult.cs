namespace Presence.Node.Checks;

/// <summary>How bad a finding is; a node runs with warnings.</summary>
internal enum CheckStatus
{
    Ok,
    Warning,
    Failed,
}

/// <summary>One finding of a check, in words that say what to do about it.</summary>
internal sealed record CheckResult(string Name, CheckStatus Status, string Message)
{
    public static CheckResult Ok(string name, string message) => new(name, CheckStatus.Ok, message);

    public static CheckResult Warning(string name, string message) => new(name, CheckStatus.Warning, message);

    public static CheckResult Failed(string name, string message) => new(name, CheckStatus.Failed, message);
}

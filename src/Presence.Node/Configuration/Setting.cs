namespace Presence.Node.Configuration;

/// <summary>One configured value and where it was said. Holds what was written, not what it means.</summary>
/// <param name="Key">As in the documentation, e.g. <c>Xmpp:ClientPort</c>; compared without regard to case.</param>
/// <param name="Source">For error messages: "command line", "environment", a file's path or "--demo".</param>
internal sealed record Setting(string Key, string Value, string Source);

/// <summary>Something wrong with the configuration, told in one line that names the key, the value and what is allowed.</summary>
internal sealed record ConfigurationProblem(string Key, string Message)
{
    public override string ToString() => Message;
}

/// <summary>A key that exists, for the help text and for suggestions.</summary>
internal sealed record KnownKey(string Key, string Default, string Allowed);

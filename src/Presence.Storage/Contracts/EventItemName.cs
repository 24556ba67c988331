namespace Presence.Storage.Contracts;

/// <summary>How a document of <see cref="DocumentKind.EventItem"/> is named.</summary>
public static class EventItemName
{
    /// <summary>Between node and item. No XML contains it.</summary>
    private const char Separator = '\u001f';

    public static string Of(string node, string item) => $"{node}{Separator}{item}";

    public static (string Node, string Item) Parts(string name)
    {
        var at = name.IndexOf(Separator, StringComparison.Ordinal);
        return (name[..at], name[(at + 1)..]);
    }
}

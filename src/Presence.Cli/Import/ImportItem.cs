using Presence.Node.Transfer;

namespace Presence.Cli.Import;

/// <summary>One thing found in a file: data of a user, or what is wrong with a place in it. A value only.</summary>
/// <param name="Place">File and line, for messages.</param>
/// <param name="Password">To derive keys from; null when the record has its keys, or needs none.</param>
internal sealed record ImportItem(string Place, UserRecord Record, string? Password = null, string? Error = null)
{
    public static ImportItem Bad(string place, string error) => new(place, new UserRecord(""), Error: error);
}

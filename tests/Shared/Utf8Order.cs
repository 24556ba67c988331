using System.Text;

namespace Presence.Tests.Shared;

/// <summary>
/// The order of text by its UTF-8 bytes, which is the databases' order; the order of UTF-16 units differs beyond the basic plane.
/// </summary>
public sealed class Utf8Order : IComparer<string>
{
    public static readonly Utf8Order Instance = new();

    private Utf8Order()
    {
    }

    public int Compare(string? x, string? y) => x is null || y is null
        ? (x is null ? 0 : 1) - (y is null ? 0 : 1)
        : Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y));
}

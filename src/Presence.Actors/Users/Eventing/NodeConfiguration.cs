using System.Globalization;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// How a node behaves (XEP-0060 §16.4.4). What is not here cannot be chosen. It is kept as the mark of the node's document, so that no body has to be read
/// for it.
/// </summary>
/// <param name="Persist">Items are kept; otherwise they are told and forgotten.</param>
/// <param name="MaxItems">Items kept, the oldest give way; <see cref="Unlimited"/>: as many as the server allows.</param>
/// <param name="NotifyRetract">A removed item is told, also when the request does not ask for it.</param>
/// <param name="NotifyDelete">The end of the node is told.</param>
/// <param name="Notify">Anything is told at all.</param>
/// <param name="Payloads">What is told contains the payload.</param>
public sealed record NodeConfiguration(
    AccessModel Access, bool Persist, int MaxItems, LastItem SendLast, bool NotifyRetract, bool NotifyDelete, bool Notify, bool Payloads)
{
    /// <summary><c>max</c>.</summary>
    public const int Unlimited = int.MaxValue;

    /// <summary>Of a node that is made by a publication (XEP-0163 §3).</summary>
    public static NodeConfiguration Default { get; } = new(AccessModel.Presence, true, 1, LastItem.OnSubAndPresence, true, true, true, true);

    /// <summary>Items it may keep.</summary>
    public int Capacity => Math.Min(MaxItems, EventNodes.MaxItemsPerNode);

    /// <summary>As <see cref="OfMark"/> reads it: one word per value, in the order of the constructor.</summary>
    public string ToMark() => string.Create(
        CultureInfo.InvariantCulture, $"{(byte)Access} {Bit(Persist)} {MaxItems} {(byte)SendLast} {Bit(NotifyRetract)} {Bit(NotifyDelete)} {Bit(Notify)} {Bit(Payloads)}");

    /// <exception cref="FormatException">Not written by <see cref="ToMark"/>: a defect.</exception>
    public static NodeConfiguration OfMark(string mark)
    {
        var words = mark.Split(' ');
        int Number(int at) => at < words.Length ? int.Parse(words[at], CultureInfo.InvariantCulture) : throw new FormatException($"mark of a node: {mark}");
        return new((AccessModel)Number(0), Number(1) != 0, Number(2), (LastItem)Number(3), Number(4) != 0, Number(5) != 0, Number(6) != 0, Number(7) != 0);
    }

    private static char Bit(bool value) => value ? '1' : '0';
}

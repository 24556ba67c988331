using System.Text;

namespace Presence.Protocol.Xml;

/// <summary>
/// The element names of an enumeration of conditions, made from its members: <c>ItemNotFound</c> is
/// <c>item-not-found</c>. It must never be used for an enumeration whose members are not named after the specification.
/// </summary>
internal static class ConditionNames<T>
    where T : struct, Enum
{
    private static readonly Dictionary<T, string> Names = Enum.GetValues<T>().ToDictionary(value => value, value => ToName(value.ToString()));
    private static readonly Dictionary<string, T> Values = Names.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static string Of(T condition) => Names[condition];

    public static bool TryParse(string name, out T condition) => Values.TryGetValue(name, out condition);

    private static string ToName(string member)
    {
        var name = new StringBuilder();
        foreach (var c in member)
        {
            if (char.IsAsciiLetterUpper(c) && name.Length > 0)
            {
                name.Append('-');
            }

            name.Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }
}

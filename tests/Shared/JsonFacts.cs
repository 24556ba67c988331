using System.Text.Json;

namespace Presence.Tests.Shared;

/// <summary>
/// Short ways to read the fields of an event. They convert, nothing else.
/// </summary>
public static class JsonFacts
{
    public static string? Text(this JsonElement element, string field) => element.GetProperty(field).GetString();

    public static int Number(this JsonElement element, string field) => element.GetProperty(field).GetInt32();

    public static bool Flag(this JsonElement element, string field) => element.GetProperty(field).GetBoolean();

    /// <summary>A list of strings.</summary>
    public static string[] Texts(this JsonElement element, string field) =>
        [.. element.GetProperty(field).EnumerateArray().Select(item => item.GetString()!)];

    /// <summary>A field as compact JSON, for comparing nested lists at once.</summary>
    public static string Json(this JsonElement element, string field) => JsonSerializer.Serialize(element.GetProperty(field));
}

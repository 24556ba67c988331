using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Short lists of text in one column, as a JSON array so that an operator can read them with any SQLite shell.
/// Never used for what is searched by.
/// </summary>
internal static class TextList
{
    // The column is not a web page: letters may stay letters.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IReadOnlyList<string> items)
    {
        if (items.Count == 0)
        {
            return "[]";
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            writer.WriteStartArray();
            foreach (var item in items)
            {
                writer.WriteStringValue(item);
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static IReadOnlyList<string> Read(ReadOnlySpan<byte> json)
    {
        if (json.SequenceEqual("[]"u8))
        {
            return [];
        }

        var items = new List<string>();
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                items.Add(reader.GetString()!);
            }
        }

        return items;
    }
}

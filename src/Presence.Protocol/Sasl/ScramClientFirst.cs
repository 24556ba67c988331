using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Presence.Protocol.Sasl;

/// <summary>
/// The client's first SCRAM message taken apart (RFC 5802 §7, client-first-message). It must never decide whether the
/// channel binding is acceptable or who the user is; it knows the grammar only.
/// </summary>
/// <param name="Flag">'n' no channel binding, 'y' the client thinks the server has none, 'p' bound.</param>
/// <param name="BindingType">Name of the binding for 'p'.</param>
/// <param name="Gs2Header">The text that the client must repeat in its last message.</param>
/// <param name="Bare">The rest, part of what is signed.</param>
internal sealed record ScramClientFirst(
    char Flag, string? BindingType, string? Authzid, string Gs2Header, string Bare, string Username, string Nonce)
{
    /// <summary>Longest message that is looked at, in bytes.</summary>
    public const int MaxMessage = 8192;

    private const int MaxNonce = 512;

    private static readonly SearchValues<char> BindingName =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");

    public static bool TryParse(ReadOnlySpan<byte> message, [NotNullWhen(true)] out ScramClientFirst? first)
    {
        first = null;
        if (!TryText(message, out var text))
        {
            return false;
        }

        var afterFlag = text.IndexOf(',');
        var afterAuthzid = afterFlag < 0 ? -1 : text.IndexOf(',', afterFlag + 1);
        if (afterAuthzid < 0 || !TryFlag(text[..afterFlag], out var flag, out var type))
        {
            return false;
        }

        var authzidField = text[(afterFlag + 1)..afterAuthzid];
        string? authzid = null;
        if (authzidField.Length > 0 && (!authzidField.StartsWith("a=", StringComparison.Ordinal) || !TryUnescape(authzidField[2..], out authzid)))
        {
            return false;
        }

        // A leading m= announces an extension that we would have to know (RFC 5802 §5.1), and fails here like any other start.
        var bare = text[(afterAuthzid + 1)..];
        var fields = bare.Split(',');
        if (fields.Length < 2
            || !fields[0].StartsWith("n=", StringComparison.Ordinal)
            || !TryUnescape(fields[0][2..], out var username)
            || !fields[1].StartsWith("r=", StringComparison.Ordinal)
            || !IsNonce(fields[1].AsSpan(2))
            || !fields.Skip(2).All(IsExtension))
        {
            return false;
        }

        first = new ScramClientFirst(flag, type, authzid, text[..(afterAuthzid + 1)], bare, username, fields[1][2..]);
        return true;
    }

    /// <summary>Text of a message: well-formed UTF-8 without NUL and of a bearable length.</summary>
    public static bool TryText(ReadOnlySpan<byte> message, [NotNullWhen(true)] out string? text)
    {
        text = message.Length <= MaxMessage && Utf8.IsValid(message) && !message.Contains((byte)0) ? Encoding.UTF8.GetString(message) : null;
        return text is not null;
    }

    /// <summary>A letter, an equals sign and a value: what later versions may add and we ignore.</summary>
    public static bool IsExtension(string field) => field.Length > 2 && char.IsAsciiLetter(field[0]) && field[1] == '=' && field[0] is not ('m' or 'M');

    /// <summary>Printable ASCII without a comma.</summary>
    public static bool IsNonce(ReadOnlySpan<char> nonce) =>
        nonce.Length is > 0 and <= MaxNonce && !nonce.ContainsAnyExceptInRange('!', '~') && !nonce.Contains(',');

    private static bool TryFlag(string field, out char flag, out string? type)
    {
        type = field.StartsWith("p=", StringComparison.Ordinal) ? field[2..] : null;
        flag = field.Length > 0 ? field[0] : '\0';
        return type is null ? field is "n" or "y" : type.Length > 0 && !type.AsSpan().ContainsAnyExcept(BindingName);
    }

    // A comma is written =2C and an equals sign =3D; no other use of the equals sign is allowed (RFC 5802 §5.1).
    private static bool TryUnescape(string value, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (value.Length == 0)
        {
            return false;
        }

        var plain = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '=')
            {
                plain.Append(value[i]);
                continue;
            }

            var code = value.AsSpan(i + 1, Math.Min(2, value.Length - i - 1));
            if (code is not "2C" and not "3D")
            {
                return false;
            }

            plain.Append(code is "2C" ? ',' : '=');
            i += 2;
        }

        text = plain.ToString();
        return true;
    }
}

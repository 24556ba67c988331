using System.Security.Cryptography;

namespace Presence.Edge.Listening;

/// <summary>
/// The secret behind the salts of users who do not exist. Kept in the data directory, because salts that change with every restart would
/// give such users away; it must never be shown or logged.
/// </summary>
internal static class LoginSecret
{
    public const string FileName = "login-secret";

    private const int Length = 32;

    /// <exception cref="IOException">The directory cannot be written.</exception>
    public static byte[] LoadOrCreate(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (File.Exists(path) && File.ReadAllBytes(path) is { Length: Length } kept)
        {
            return kept;
        }

        Directory.CreateDirectory(directory);
        var secret = RandomNumberGenerator.GetBytes(Length);
        PrivateFile.Write(path, secret);
        return secret;
    }
}

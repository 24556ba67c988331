namespace Presence.Chaos.Fuzz;

/// <summary>Changes bytes without regard to what they mean: what reaches the tokenizer. Chance comes in; the same chance makes the same change.</summary>
internal static class TextMutation
{
    private const int MaxRun = 4000;

    public static byte[] Apply(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length + 1);
        var length = random.Next(4) == 0 ? random.Next(bytes.Length - at + 1) : random.Next(Math.Min(8, bytes.Length - at) + 1);
        var (before, some, after) = (bytes[..at], bytes[at..(at + length)], bytes[(at + length)..]);
        return random.Next(8) switch
        {
            0 => [.. before, .. after],
            1 => [.. before, .. some, .. some, .. after],
            2 => [.. before, .. TreeMutation.Pick(Corpus.Tokens, random), .. some, .. after],
            3 => [.. before, .. TreeMutation.Pick(Corpus.Tokens, random), .. after],
            4 => [.. before, .. some.Select(b => (byte)(b ^ (1 << random.Next(8)))), .. after],
            5 => [.. before, .. some],
            6 => [.. before, .. Enumerable.Repeat((byte)random.Next(32, 127), random.Next(MaxRun)), .. some, .. after],
            _ => [.. after, .. some, .. before],
        };
    }

    /// <summary>Cuts bytes into pieces as a network might, or worse.</summary>
    public static IEnumerable<byte[]> Split(byte[] bytes, Random random)
    {
        if (random.Next(3) > 0)
        {
            yield return bytes;
            yield break;
        }

        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - at, random.Next(3) == 0 ? 1 + random.Next(3) : 1 + random.Next(200));
            yield return bytes[at..(at + length)];
            at += length;
        }
    }
}

using System.Text;

namespace Presence.Chaos.Clients;

/// <summary>
/// Cuts a stream of XML text into the stream's top-level elements. Small and apart from the node's own parser on purpose:
/// what tests the node must not share its faults. It must never be fed what XMPP forbids (comments, CDATA is not expected).
/// </summary>
public sealed class ElementSplitter
{
    private readonly Decoder decoder = new UTF8Encoding(false, true).GetDecoder();
    private readonly StringBuilder element = new();
    private char[] chars = new char[4096];
    private int depth;
    private bool inTag;
    private char quote;
    private int tagStart;

    /// <summary>Whether the server has closed the stream.</summary>
    public bool Closed { get; private set; }

    /// <summary>Forgets the stream so far: a new one follows on the same connection.</summary>
    public void Restart()
    {
        element.Clear();
        (depth, inTag, quote, Closed) = (0, false, '\0', false);
    }

    /// <summary>Takes bytes as they came and returns the elements that they complete.</summary>
    public IReadOnlyList<string> Feed(ReadOnlySpan<byte> bytes)
    {
        if (chars.Length < bytes.Length)
        {
            chars = new char[bytes.Length];
        }

        var count = decoder.GetChars(bytes, chars, flush: false);
        var complete = new List<string>();
        foreach (var c in chars.AsSpan(0, count))
        {
            Take(c, complete);
        }

        return complete;
    }

    private void Take(char c, List<string> complete)
    {
        if (inTag || c == '<' || depth > 1)
        {
            element.Append(c);
        }

        if (!inTag)
        {
            if (c == '<')
            {
                (inTag, quote, tagStart) = (true, '\0', element.Length - 1);
            }
        }
        else if (quote != '\0')
        {
            quote = c == quote ? '\0' : quote;
        }
        else if (c is '"' or '\'')
        {
            quote = c;
        }
        else if (c == '>')
        {
            inTag = false;
            EndTag(complete);
        }
    }

    private void EndTag(List<string> complete)
    {
        var second = element[tagStart + 1];
        if (second == '?')
        {
            element.Clear();
            return;
        }

        if (second == '/')
        {
            depth--;
        }
        else if (element[^2] != '/')
        {
            depth++;
            if (depth == 1)
            {
                // The stream header: open until the end.
                element.Clear();
                return;
            }
        }

        if (depth == 1)
        {
            complete.Add(element.ToString());
            element.Clear();
        }
        else if (depth == 0)
        {
            Closed = true;
            element.Clear();
        }
    }
}

namespace Presence.Chaos.Checking;

/// <summary>
/// Compares what senders saw acknowledged with what receivers got. Pure: it must never wait, and never excuse anything.
/// </summary>
public static class Checker
{
    /// <summary>Everything that is wrong with these conversations, one line each; empty when nothing is.</summary>
    public static Verdict Judge(IEnumerable<Conversation> conversations)
    {
        var verdict = new Verdict();
        foreach (var conversation in conversations)
        {
            Judge(conversation, verdict);
        }

        return verdict;
    }

    private static void Judge(Conversation conversation, Verdict verdict)
    {
        var name = $"{conversation.Sender} → {conversation.Receiver}";
        var seen = new HashSet<int>();
        var last = 0;
        foreach (var number in conversation.Received)
        {
            if (number < 1 || number > conversation.Sent)
            {
                verdict.Invented.Add($"{name}: {number} arrived, but {conversation.Sent} were sent");
            }
            else if (!seen.Add(number))
            {
                if (!conversation.IsAmbiguous(number))
                {
                    verdict.Doubled.Add($"{name}: {number} again, after {last}");
                }
            }
            else if (number < last)
            {
                verdict.Reordered.Add($"{name}: {number} after {last}");
            }

            last = Math.Max(last, number);
        }

        for (var number = 1; number <= conversation.Acknowledged; number++)
        {
            if (!seen.Contains(number))
            {
                verdict.Lost.Add($"{name}: {number} was acknowledged and never arrived");
            }
        }

        verdict.Sent += conversation.Sent;
        verdict.Acknowledged += conversation.Acknowledged;
        verdict.Received += conversation.Arrivals;
    }
}

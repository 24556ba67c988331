using Presence.Chaos.Checking;
using Presence.Chaos.Clients;
using Presence.Tests.Shared;

namespace Presence.Chaos.Workload;

/// <summary>
/// Somebody whose phone is mostly cut off. Remembers what had been sent when it fell asleep, so that a push can be demanded
/// for what came later. It must never demand one for what came while the phone was awake.
/// </summary>
public sealed class Sleeper(Person person, Ledger ledger, PushLog pushes)
{
    private Dictionary<string, int> sentBefore = [];
    private int pushesBefore;
    private int resumptions = -1;

    public Person Person { get; } = person;

    /// <summary>Cuts the connection.</summary>
    public void FallAsleep()
    {
        Person.Cut();
        if (Person.Resumptions != resumptions)
        {
            // It was online since the last time: a new sleep begins.
            resumptions = Person.Resumptions;
            sentBefore = ledger.To(Person.Jid).ToDictionary(c => c.Sender, c => c.Sent);
            pushesBefore = pushes.Read().Count;
        }
    }

    /// <summary>Waits until pushes have come for what was acknowledged during this sleep; complains if they do not.</summary>
    public async Task DemandPushAsync(TimeSpan limit)
    {
        string[] senders = [.. ledger.To(Person.Jid).Where(c => c.Acknowledged > sentBefore.GetValueOrDefault(c.Sender)).Select(c => c.Sender)];
        if (senders.Length == 0)
        {
            return;
        }

        var push = await pushes.WaitAsync(
            line => line.GetRawText().Contains(Person.PushNode, StringComparison.Ordinal), limit, pushesBefore);
        if (push is null)
        {
            ledger.Complain($"{Person.Jid} sleeps on {senders.Length} conversations with acknowledged messages and was never pushed");
        }
    }
}

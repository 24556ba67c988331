using System.Globalization;
using System.Text;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Tells an operator why a message was or was not pushed: the decision at arrival as stored with the row, and what the same function says now.
/// It must never show a body, and shows no more of a device address than tells two devices apart.
/// </summary>
internal static class PushExplanation
{
    private const int LongestWhy = 200;
    private const int NodeShown = 12;

    /// <summary>Per registration <c>node:reach→action(reason)</c>, at most 200 characters.</summary>
    public static string AtArrival(MessageRef message, Turn turn)
    {
        if (PushDecision.Unworthy(PushFacts.WorthOf(message)) is { } unworthy)
        {
            return unworthy.ToString();
        }

        var text = new StringBuilder();
        foreach (var registration in turn.User.Registrations)
        {
            var part = $"{Short(registration.Node)}:disabled";
            if (registration.DisabledReason is null)
            {
                var facts = PushFacts.Of(registration, message, message.Id, (message.Flags & MessageFlags.Call) != 0, turn, arriving: true);
                var verdict = PushDecision.Decide(facts, turn.Options);
                part = $"{Short(registration.Node)}:{facts.Reach}→{verdict.Action}({verdict.Reason})";
            }

            if (text.Length + part.Length + 4 > LongestWhy)
            {
                text.Append("; …");
                break;
            }

            text.Append(text.Length == 0 ? "" : "; ").Append(part);
        }

        return text.ToString();
    }

    public static IReadOnlyList<string> Explain(MessageRow row, Turn turn)
    {
        var reference = MessageForms.RefOf(row);
        var unworthy = PushDecision.Unworthy(PushFacts.WorthOf(reference));
        var lines = new List<string>
        {
            $"message {turn.Environment.StanzaIds.Encode(row.Id)} {((row.Flags & MessageFlags.Outgoing) != 0 ? "to" : "from")} {row.Peer}, arrived {Time(row.Id >> 20)}",
            unworthy is { } why ? $"it is never pushed: {Sentence(why)}" : "it is worth a push: it has a body, an invitation or a call",
        };
        if (unworthy is not null)
        {
            return lines;
        }

        lines.AddRange(Arrival(row.Why));
        foreach (var registration in turn.User.Registrations)
        {
            Now(registration, reference, turn, lines);
        }

        return lines;
    }

    private static IEnumerable<string> Arrival(string? why)
    {
        if (why is null)
        {
            return ["at arrival no device was registered for pushes"];
        }

        return why.Split("; ").Select(part =>
        {
            var arrow = part.LastIndexOf('→');
            var colon = arrow < 0 ? -1 : part.LastIndexOf(':', arrow);
            var open = arrow < 0 ? -1 : part.IndexOf('(', arrow);
            return colon >= 0 && open > arrow
                && Enum.TryParse<PushReach>(part[(colon + 1)..arrow], out var reach)
                && Enum.TryParse<PushAction>(part[(arrow + 1)..open], out var action)
                && Enum.TryParse<PushReason>(part[(open + 1)..].TrimEnd(')'), out var reason)
                ? $"at arrival device {part[..colon]} {Sentence(reach)}: {Sentence(action)}, {Sentence(reason)}"
                : $"at arrival: {part}";
        });
    }

    private static void Now(PushRegistrationRow registration, MessageRef row, Turn turn, List<string> lines)
    {
        var device = $"device {Short(registration.Node)}";
        if (registration.DisabledReason is { } disabled)
        {
            lines.Add($"now {device} is disabled: {disabled}");
            return;
        }

        var call = (row.Flags & MessageFlags.Call) != 0;
        var facts = PushFacts.Of(registration, row, row.Id, call, turn);
        var key = PushFeature.KeyOf(PushFeature.KindOf(row), row.Peer);
        var waiting = turn.User.Pushes.Find(
            p => p.Service == registration.Service && p.Node == registration.Node && p.Conversation == key && p.LatestId >= row.Id);
        lines.Add($"since then {device}: {Since(registration, row, waiting, facts)}");
        if (waiting is not null || row.Id > registration.Pushed)
        {
            var verdict = PushDecision.Decide(facts, turn.Options);
            var until = verdict.At is 0 or long.MaxValue || verdict.Action == PushAction.Push ? "" : $" (until {Time(verdict.At)})";
            lines.Add($"now {device} {Sentence(facts.Reach)}: {Sentence(verdict.Action)}, {Sentence(verdict.Reason)}{until}");
        }

        lines.Add(Table(facts));
    }

    private static string Since(PushRegistrationRow registration, MessageRef row, PushOutboxRow? waiting, in PushFacts facts) => waiting switch
    {
        { State: PushState.Claimed } => $"a push is on its way, attempt {waiting.Attempts}",
        { Attempts: > 0 } => $"the push service could not take it {waiting.Attempts} times, again at {Time(waiting.DueAt)}",
        not null => $"the push waits until {Time(waiting.DueAt)}",
        _ when facts.Acknowledged => row.Id > registration.Pushed ? "the device acknowledged it, no push was needed" : "the device acknowledged it; no push is left",
        _ when row.Id <= registration.Pushed => "decided; its push left, or was cancelled before it was due",
        _ => "not decided yet",
    };

    private static string Table(in PushFacts facts) => string.Create(
        CultureInfo.InvariantCulture,
        $"facts: reach={facts.Reach} forDevice={facts.ForDevice} acknowledged={facts.Acknowledged} seenElsewhere={facts.SeenElsewhere} blocked={facts.Blocked} "
        + $"muted={facts.Muted} call={facts.Call} inCall={facts.InCall} unansweredSince={Time(facts.UnansweredSince)} ownInteraction={Time(facts.OwnInteraction)} "
        + $"others={facts.Others} othersInteraction={Time(facts.OthersInteraction)}");

    private static string Sentence(PushReach reach) => reach switch
    {
        PushReach.Foreground => "is connected and in the foreground",
        PushReach.Inactive => "is connected and in the background",
        PushReach.Returning => "was connected when the node stopped and may come back",
        PushReach.Silent => "is in the background and takes nothing by its socket",
        PushReach.Disconnected => "has lost its socket",
        _ => "has no session",
    };

    private static string Sentence(PushAction action) => action switch
    {
        PushAction.Push => "push at once",
        PushAction.Wait => "push later",
        PushAction.NotNow => "no push yet",
        _ => "no push",
    };

    private static string Sentence(PushReason reason) => reason switch
    {
        PushReason.Undeserving => "receipts, states, markers and own messages wake nobody",
        PushReason.Correction => "a correction changes words of a message that had its push, and wakes nobody again",
        PushReason.Reaction => "a reaction wakes nobody",
        PushReason.Retraction => "a retraction wakes nobody",
        PushReason.Retracted => "its author took it back",
        PushReason.Blocked => "the sender is blocked",
        PushReason.Muted => "the conversation is muted on this device",
        PushReason.NotForDevice => "the message is not shown on this device",
        PushReason.Acknowledged => "the device has acknowledged the message",
        PushReason.SeenElsewhere => "the user did something at another client that has the message",
        PushReason.Unsent => "the message has not been sent to the connected device yet",
        PushReason.AwaitsAck => "the connected device has still time to acknowledge",
        PushReason.OtherInUse => "another client is in use",
        PushReason.Call => "a call rings on every device",
        PushReason.InCall => "the user is in a call at another client",
        PushReason.NoOther => "there is no other client",
        PushReason.UsedLast => "the user used this device last",
        _ => "no other client has been in use for long enough",
    };

    private static string Time(long milliseconds) => milliseconds == 0
        ? "never"
        : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Short(string node) => node.Length <= NodeShown ? node : node[..NodeShown] + "…";
}

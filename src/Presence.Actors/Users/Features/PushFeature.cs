using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Pushes as rows: claim → send → done, each a write of the owner (cluster-protocol 7.7), so that none is lost and none doubled unless an answer was.
/// What is to be pushed follows from the state at the end of every turn (<see cref="PushReview"/>); this never decides it.
/// </summary>
public static class PushFeature
{
    private const string MessageKind = "message";
    private const string CallKind = "call";
    private const string TerminatedKind = "terminated";
    private const long LongestBackoff = 300_000;

    /// <summary>Looks at everything undecided or waiting; called at the end of every turn.</summary>
    public static void Review(Turn turn) => PushReview.Run(turn);

    /// <summary>A provider answered. An answer to something this owner no longer waits for changes nothing.</summary>
    public static void Done(PushDoneInput input, Turn turn)
    {
        var (user, push) = (turn.User, input.Push);
        var place = (push.Service, push.Node, KeyOf(push.Kind, push.Conversation));
        if (user.PushMemory.InFlight.TryGetValue(place, out var sent) && sent != push.LatestId)
        {
            return;
        }

        var row = user.Pushes.Find(p => p.Service == push.Service && p.Node == push.Node && p.Conversation == place.Item3);
        if (row is not { State: PushState.Claimed } || push.LatestId > row.LatestId)
        {
            return;
        }

        user.PushMemory.InFlight.Remove(place);
        switch (input.Outcome)
        {
            case PushOutcome.Sent: Sent(row, push, turn); break;
            case PushOutcome.Retry:
                turn.Emit(new PushScheduled(row with { State = PushState.Due, DueAt = turn.Now + BackoffOf(row.Attempts) }));
                break;
            case PushOutcome.Busy:
                // Nobody has tried. One attempt stays counted: a row without any would be offered again at once, for ever.
                turn.Emit(new PushScheduled(row with { State = PushState.Due, DueAt = turn.Now + BusyWait, Attempts = Math.Max(1, row.Attempts - 1) }));
                break;
            case PushOutcome.Gone: AddressGone(push, turn); break;
        }
    }

    /// <summary>A session expires. Its app learns that it has to start anew, if messages are left that it never got (R189).</summary>
    public static void Terminated(SessionState session, Turn turn)
    {
        var user = turn.User;
        foreach (var registration in user.Registrations.ToArray())
        {
            if (registration.SessionNo != session.No || registration.DisabledReason is not null)
            {
                continue;
            }

            var (count, latest) = (0, 0L);
            foreach (var row in user.Tail)
            {
                if (PushFacts.IsDeserving(row) && Tail.Lacks(session, row.Id) && MessageForms.Choose(row, session) != MessageForm.None)
                {
                    (count, latest) = (count + 1, row.Id);
                }
            }

            if (count > 0)
            {
                var key = KeyOf(TerminatedKind, user.Jid.ToString());
                Send(new PushOutboxRow(user.UserId, registration.Service, registration.Node, key, latest, count, turn.Now, PushState.Due, 0, TerminatedKind), registration, turn);
            }
        }
    }

    /// <summary>Removes a registration with everything that waits for it.</summary>
    public static void Unregister(PushRegistrationRow registration, Turn turn)
    {
        turn.Emit(new PushUnregistered(turn.User.UserId, registration.Service, registration.Node));
        RemoveAll(registration.Service, registration.Node, turn);
    }

    /// <summary>The decision at arrival in short, stored with the row: what the review at the end of this turn will find. Null without registrations.</summary>
    public static string? WhyAtArrival(MessageRef message, Turn turn) => turn.User.Registrations.Count == 0 ? null : PushExplanation.AtArrival(message, turn);

    /// <summary>Why a message was or was not pushed, line by line, for an operator.</summary>
    public static IReadOnlyList<string> Explain(MessageRow row, Turn turn) => PushExplanation.Explain(row, turn);

    internal static string KindOf(MessageRef row) => (row.Flags & MessageFlags.Call) != 0 ? CallKind : MessageKind;

    internal static bool IsCall(PushOutboxRow row) => row.Kind == CallKind;

    internal static bool IsTerminated(PushOutboxRow row) => row.Kind == TerminatedKind;

    /// <summary>
    /// The conversation part of a row's key. Calls have rows of their own, since they do not wait for the answer to a message; no local part holds a colon.
    /// </summary>
    internal static string KeyOf(string kind, string peer) => kind == MessageKind ? peer : $"{kind}:{peer}";

    /// <summary>Claims a row; the push leaves when the claim is committed.</summary>
    internal static void Send(PushOutboxRow row, PushRegistrationRow registration, Turn turn)
    {
        var claimed = row with { State = PushState.Claimed, Attempts = row.Attempts + 1, DueAt = turn.Now };
        turn.Emit(new PushScheduled(claimed));
        turn.User.PushMemory.InFlight[(row.Service, row.Node, row.Conversation)] = row.LatestId;
        var peer = row.Kind == MessageKind ? row.Conversation : row.Conversation[(row.Kind.Length + 1)..];
        turn.Push(new PushNotification(
            row.UserId, turn.User.Jid.ToString(), row.Service, row.Node, IdOf(row), row.Kind, peer,
            turn.Environment.StanzaIds.Encode(row.LatestId), row.LatestId, row.Count, registration.Options, claimed.Attempts));
    }

    internal static void Remove(PushOutboxRow row, Turn turn)
    {
        turn.User.PushMemory.InFlight.Remove((row.Service, row.Node, row.Conversation));
        turn.Emit(new PushRemoved(row.UserId, row.Service, row.Node, row.Conversation));
    }

    private static void Sent(PushOutboxRow row, PushNotification push, Turn turn)
    {
        if (row.LatestId == push.LatestId)
        {
            Remove(row, turn);
            return;
        }

        // Messages joined while it was on its way: the review of this turn decides on them afresh.
        turn.Emit(new PushScheduled(row with { State = PushState.Due, DueAt = turn.Now, Attempts = 0, Count = Math.Max(1, row.Count - push.Count), FirstId = push.LatestId + 1 }));
    }

    private static void AddressGone(PushNotification push, Turn turn)
    {
        RemoveAll(push.Service, push.Node, turn);
        if (turn.User.Registrations.Find(r => r.Service == push.Service && r.Node == push.Node) is { } registration)
        {
            turn.Emit(new PushRegistered(registration with { DisabledReason = "the push service says that the device address is dead" }));
        }
    }

    private static void RemoveAll(string service, string node, Turn turn)
    {
        foreach (var row in turn.User.Pushes.FindAll(p => p.Service == service && p.Node == node))
        {
            Remove(row, turn);
        }

        turn.User.PushMemory.Passed.Remove((service, node));
    }

    /// <summary>Milliseconds until a push for which there was no room is offered again; each offer costs two writes.</summary>
    private const long BusyWait = 2000;

    private static long BackoffOf(int attempts) => attempts > 8 ? LongestBackoff : Math.Min(LongestBackoff, 1000L << attempts);

    private static string IdOf(PushOutboxRow row)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{row.UserId}\n{row.Service}\n{row.Node}\n{row.Kind}\n{row.LatestId}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}

using Presence.Actors.Admin;
using Presence.Actors.Users.Eventing;
using Presence.Actors.Users.Features;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Routing;

namespace Presence.Actors.Users;

/// <summary>
/// Who is told what when an input met a defect, or is for a user that cannot be loaded. The user's memory is not to be trusted: of it only addresses and
/// counts are looked at.
/// </summary>
internal static class DefectAnswers
{
    private const string Why = "the server met a defect with this; its operator can find it in the log";

    public static DefectPlace PlaceOf(object input) => input switch
    {
        ComponentStanzaInput or EphemeralInput or PresenceInput or ProbeInput or EventInput or EventProbeInput or UndeliveredInput => DefectPlace.Neighbour,
        EdgeInput => DefectPlace.Client,
        OutboxInput => DefectPlace.Outbox,
        TimerInput => DefectPlace.Deadline,
        PushDoneInput => DefectPlace.Push,
        AdminInput or ImportInput or ExplainInput or ErasureInput => DefectPlace.Admin,
        AftermathInput => DefectPlace.Settling,
        _ => DefectPlace.Read,
    };

    /// <summary>Whether it came of what the user's own state asks for, so that loading the user may bring it about again.</summary>
    public static bool IsSelfMade(object input) => input is BodiesInput or RetractionInput or PushDoneInput or AftermathInput;

    /// <summary>What is told at once, with the batch that has all that was decided before.</summary>
    /// <param name="asker">The session of an edge input; null: there is none, or the user could not be loaded.</param>
    public static void Tell(object input, SessionState? asker, Turn turn)
    {
        switch (input)
        {
            case BindInput bind: turn.Control(bind.Connection, new BindRefusedOutput(StanzaErrorCondition.InternalServerError, Why)); break;
            case ResumeInput resume: turn.Control(resume.Connection, new ResumeRefusedOutput(StanzaErrorCondition.InternalServerError, null)); break;
            case ComponentStanzaInput { Stanza.Kind: not StanzaKind.Presence } c: Refuse(c.Stanza, c.From, c.To, turn); break;
            case ComponentStanzaInput: break;
            case EdgeInput edge when asker is null:
                if (edge is StanzaInput or AnsweredIqInput or AckRequestInput or EnableSmInput)
                {
                    turn.Control(edge.Connection, new CloseOutput(StreamErrorCondition.InternalServerError, "please reconnect"));
                }

                break;
            case StanzaInput or AnsweredIqInput when asker is { Resumable: false } && Counted((EdgeInput)input, asker) is not 0 and var number:
                Last(asker, (EdgeInput)input, number, turn);
                break;
            case EphemeralInput { Stanza.Kind: not StanzaKind.Presence } e: Refuse(e.Stanza, e.From, e.To, turn); break;
            case OutboxInput { Stanza.Kind: StanzaKind.Message } outbox: Bounce(outbox, turn); break;
            case DocumentInput document: Refuse(document.Request, document.Asker, turn.User.Jid, turn); break;
            case NodeItemsInput items: Refuse(items.Request, items.Asker, turn.User.Jid, turn); break;
            case AdminInput admin: Answer(admin.Reply, turn); break;
            case ImportInput import: Answer(import.Reply, turn); break;
            case ExplainInput explain: Answer(explain.Reply, turn); break;
            case ErasureInput erasure: Answer(erasure.Reply, turn); break;
        }
    }

    /// <summary>What is to be set right once the user is loaded again.</summary>
    /// <param name="repeated">The user's presence has met a defect before.</param>
    public static AftermathInput Aftermath(UserState user, object input, SessionState? asker, bool repeated)
    {
        var before = user.Sessions.ToArray();
        var aftermath = new AftermathInput(user.UserId, before) { InFlight = user.PushMemory.InFlight };
        return input switch
        {
            // A client that thinks it is available and is not would miss its messages in silence: a new session says it again, but not for ever.
            StanzaInput { Stanza: { Kind: StanzaKind.Presence, To: null } } when asker is { Resumable: true } && !repeated =>
                aftermath with { SessionNo = asker.No, Ends = true },
            StanzaInput or AnsweredIqInput when asker is { Resumable: true } && Counted((EdgeInput)input, asker) is not 0 and var number =>
                aftermath with { SessionNo = asker.No, Number = number, Answer = AnswerTo((EdgeInput)input, asker) },
            AckInput or ClientStateInput when asker is { Resumable: true } => aftermath with { SessionNo = asker.No, Ends = true },
            BodiesInput bodies => aftermath with { SessionNo = bodies.SessionNo, Ends = true },
            ArchiveInput archive => aftermath with { SessionNo = archive.SessionNo, Answer = Error(archive.Request, user.Sessions.Find(s => s.No == archive.SessionNo)) },
            AvatarInput avatar => aftermath with { SessionNo = avatar.SessionNo, Answer = Error(avatar.Request, user.Sessions.Find(s => s.No == avatar.SessionNo)) },
            AdminOutcomeInput outcome => aftermath with { SessionNo = outcome.SessionNo, Answer = Error(outcome.Request, user.Sessions.Find(s => s.No == outcome.SessionNo)) },
            PushDoneInput push => aftermath with { Push = push.Push },
            RetractionInput retraction => aftermath with { Retraction = retraction.Id },
            _ => aftermath,
        };
    }

    /// <summary>The stanza's number if it was the one to be taken, whether it was counted before the defect or not; else 0.</summary>
    private static long Counted(EdgeInput input, SessionState session)
    {
        var number = input switch { StanzaInput s => s.Number, AnsweredIqInput a => a.Number, _ => 0 };
        return number == session.HIn || number == session.HIn + 1 ? number : 0;
    }

    private static byte[]? AnswerTo(EdgeInput input, SessionState session) => input switch
    {
        StanzaInput { Stanza: var stanza } => Error(stanza, session),
        AnsweredIqInput answered => answered.Reply,
        _ => null,
    };

    /// <summary>Null: there is nobody to answer, or what cannot be decided cannot be answered either. It is counted all the same.</summary>
    private static byte[]? Error(Stanza stanza, SessionState? session)
    {
        try
        {
            return session is null ? null : InternalError().Reply(stanza, session.FullJid, stanza.ToMalformed ? null : stanza.To ?? session.FullJid.Bare);
        }
        catch (Exception e) when (ContainedDefect.Is(e))
        {
            return null;
        }
    }

    /// <summary>A session that ends with its connection: the stanza is answered and counted, so that its client does not send it again in the next one.</summary>
    private static void Last(SessionState session, EdgeInput input, long number, Turn turn)
    {
        if (AnswerTo(input, session) is { } answer)
        {
            turn.Stanza(input.Connection, new OutboundStanza(session.OutSeq + 1, answer, default, default));
        }

        if (session.Managed)
        {
            turn.Control(input.Connection, new AckOutput(number));
        }
    }

    private static void Refuse(Stanza stanza, Jid from, Jid to, Turn turn)
    {
        if (InternalError().Reply(stanza, from, to) is { } reply && turn.Environment.IsSomebody(from))
        {
            IqReply.Send(from, to, reply, turn);
        }
    }

    /// <summary>The message was acknowledged to its sender: it must not vanish without a word.</summary>
    private static void Bounce(OutboxInput input, Turn turn)
    {
        if (InternalError().Reply(input.Stanza, input.From, input.To) is { } reply && turn.Environment.IsSomebody(input.From))
        {
            turn.SendDurably(input.From, reply);
        }
    }

    private static StanzaError InternalError() => new(StanzaErrorCondition.InternalServerError) { Text = Why };

    private static void Answer(Action<AdminReply> reply, Turn turn) => turn.After(() => reply(new AdminReply(AdminStatus.Defect)));
}

using Presence.Actors.Users.Eventing;
using Presence.Actors.Users.Features;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Routing;

namespace Presence.Actors.Users;

/// <summary>
/// Decides on one input for one user: events and outputs through the turn, nothing else. The order of things within a turn is the order they
/// are written and sent.
/// </summary>
public static class UserDecide
{
    /// <summary>One input, whatever it is; what it means for limits, retractions and pushes is settled in the same turn.</summary>
    /// <param name="input">An <see cref="EdgeInput"/> or a <see cref="UserInput"/> of this user. One from a connection that was replaced or forgotten changes nothing.</param>
    /// <exception cref="ArgumentException">No input of a user: a defect.</exception>
    public static void Decide(UserState user, object input, Turn turn)
    {
        SessionLimits.EndIncomplete(turn);
        switch (input)
        {
            case BindInput bind: Sessions.Bind(bind, turn); break;
            case ResumeInput resume: Resumption.Resume(resume, turn); break;
            case ComponentStanzaInput component: ComponentFeature.Received(component, turn); break;
            case UndeliveredInput undelivered: ComponentFeature.Undelivered(undelivered, turn); break;
            case EdgeInput edge:
                // Reports of a connection that was replaced are void (cluster-protocol 7.4).
                if (user.SessionOf(edge.Connection) is { } session)
                {
                    FromEdge(session, edge, turn);
                }
                else if (edge is StanzaInput or AnsweredIqInput or AckRequestInput or EnableSmInput)
                {
                    // Nobody will ever answer it: the client must not go on talking to an owner that forgot it with a discarded batch.
                    turn.Control(edge.Connection, new CloseOutput(StreamErrorCondition.InternalServerError, "please reconnect"));
                }

                break;
            case OutboxInput outbox: FromOutbox(outbox, turn); break;
            case EphemeralInput ephemeral: FromUser(ephemeral, turn); break;
            case PresenceInput presence: PresenceFeature.Received(presence, turn); break;
            case ProbeInput probe: PresenceFeature.Probed(probe, turn); break;
            case AdminInput admin: AdminFeature.Decide(admin, turn); break;
            case ExplainInput explain: AdminFeature.Explained(explain, turn); break;
            case ImportInput import: ImportFeature.Placed(import, turn); break;
            case ErasureInput erasure: AdminFeature.Erased(erasure, turn); break;
            case AftermathInput aftermath: DefectAftermath.Settle(aftermath, turn); break;
            case TimerInput: UserDeadlines.Run(turn); break;
            case PushDoneInput done: PushFeature.Done(done, turn); break;
            case BodiesInput bodies:
                if (user.SessionOf(bodies.SessionNo) is { Attached: true } reader && reader.ConnectionNumber == bodies.ConnectionNumber)
                {
                    BodyReading.Arrived(reader, bodies.Rows, turn);
                }

                break;
            case ArchiveInput archive: ArchiveFeature.Answer(archive, turn); break;
            case AdminOutcomeInput outcome: CommandsFeature.Finished(outcome, turn); break;
            case DocumentInput document: DocumentReading.Answer(document, turn); break;
            case EventInput happened: EventNotices.Received(happened, turn); break;
            case EventProbeInput probe: LastItems.Probed(probe, turn); break;
            case LastItemsInput last: LastItems.Answer(last, turn); break;
            case NodeItemsInput items: ItemReading.Answer(items, turn); break;
            case AvatarInput avatar: AvatarConversion.Answer(avatar, turn); break;
            case RetractionInput retraction: RetractionFeature.Found(retraction, turn); break;
            default: throw new ArgumentException($"{input.GetType().Name} is not an input of a user", nameof(input));
        }

        turn.Environment.Sabotage?.Invoke(turn, input);
        RetractionFeature.Continue(turn);
        SessionLimits.EnforceLimits(turn);
        PushFeature.Review(turn);
    }

    private static void FromEdge(SessionState session, EdgeInput input, Turn turn)
    {
        switch (input)
        {
            case StanzaInput stanza: FromClient(session, stanza, turn); break;
            case AnsweredIqInput answered: AnsweredByEdge(session, answered, turn); break;
            case EnableSmInput enable: Sessions.EnableManagement(session, enable, turn); break;
            case AckRequestInput: Sessions.AckRequested(session, turn); break;
            case AckInput ack: Sessions.Acknowledged(session, ack, turn); break;
            case WrittenInput written when !session.Managed: Outbound.Acknowledged(session, written.Number, turn); break;
            case WrittenInput: break; // Says a number of the time before <enable/>.
            case ClientStateInput state: Sessions.ClientState(session, state.Active, turn); break;
            case DetachedInput detached: Sessions.Detached(session, detached.Clean, turn); break;
        }
    }

    private static void FromClient(SessionState session, StanzaInput input, Turn turn)
    {
        if (!Counts(session, input.Number))
        {
            return;
        }

        var stanza = input.Stanza;
        switch (stanza.Kind)
        {
            case StanzaKind.Message: Messages.FromClient(session, stanza, turn); break;
            case StanzaKind.Presence: PresenceFeature.FromClient(session, stanza, turn); break;
            case StanzaKind.Iq: IqFeature.FromClient(session, stanza, turn); break;
        }
    }

    private static void AnsweredByEdge(SessionState session, AnsweredIqInput input, Turn turn)
    {
        if (Counts(session, input.Number))
        {
            Outbound.Ephemeral(session, new OutboundStanza(0, input.Reply, default, default), turn);
        }
    }

    /// <summary>Only the next number is taken (S1): a repeat has been handled, a gap means a stanza is missing.</summary>
    private static bool Counts(SessionState session, long number)
    {
        if (number != session.HIn + 1)
        {
            return false;
        }

        session.HIn = number;
        return true;
    }

    private static void FromOutbox(OutboxInput input, Turn turn)
    {
        if (input.Stanza.Kind == StanzaKind.Presence)
        {
            SubscriptionFeature.Received(input, turn);
        }
        else
        {
            Messages.Received(input, turn);
        }
    }

    private static void FromUser(EphemeralInput input, Turn turn)
    {
        switch (input.Stanza.Kind)
        {
            case StanzaKind.Message: Messages.ReceivedEphemeral(input, turn); break;
            case StanzaKind.Iq: IqFeature.Received(input, turn); break;
            case StanzaKind.Presence: PresenceFeature.ReceivedDirected(input, turn); break;
        }
    }
}

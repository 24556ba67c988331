using Presence.Routing;
using Presence.Simulation.Clients;
using Presence.Simulation.Engine;

namespace Presence.Simulation.Servers;

/// <summary>
/// The edge half of the node, with the promises of Presence.Routing: numbers what comes in, hands it over in order, reports the end of an attached
/// connection once unless the owner closed it, ignores what is for connections it does not have.
/// </summary>
public sealed class SimEdge(World world)
{
    private readonly List<SimConnection> _connections = [];
    private readonly Dictionary<ConnectionId, SimConnection> _byId = [];

    /// <summary>Connections that are not over for the edge.</summary>
    public IReadOnlyList<SimConnection> Connections => _connections;

    public SimConnection Open(SimDevice device)
    {
        var connection = new SimConnection(new ConnectionId(world.NextConnection()), device);
        _connections.Add(connection);
        _byId[connection.Id] = connection;
        return connection;
    }

    /// <summary>Whether the edge can go on with this connection now.</summary>
    public static bool CanRead(SimConnection connection) =>
        !connection.Ended && (connection.ClientGone && connection.In.Count == 0 ? true : connection.In.Count > 0 && !connection.Asking);

    /// <summary>Takes one element from the socket, or notices that the client is gone.</summary>
    public void Read(SimConnection connection)
    {
        if (connection.In.Count == 0 || (connection.Asking && connection.ClientGone))
        {
            Detach(connection, clean: false);
            return;
        }

        switch (connection.In.Dequeue())
        {
            case BindRequest bind: Ask(connection, new BindInput(connection.UserId, connection.Id, connection.Account, bind.Resource, "sim")); break;
            case ResumeRequest resume:
                Ask(connection, new ResumeInput(connection.UserId, connection.Id, connection.Account, resume.SmId, unchecked((uint)resume.H), "sim"));
                break;
            case EnableRequest enable: Ask(connection, new EnableSmInput(connection.UserId, connection.Id, enable.Resume, null)); break;
            case ClientStanza stanza: Forward(connection, stanza); break;
            case ClientAckRequest: Put(new AckRequestInput(connection.UserId, connection.Id)); break;
            case ClientAck ack:
                connection.AckAsked = false;
                Put(new AckInput(connection.UserId, connection.Id, unchecked((uint)ack.H)));
                break;
            case ClientState state: Put(new ClientStateInput(connection.UserId, connection.Id, state.Active)); break;
            case StreamEnd: End(connection); break;
        }
    }

    public void Stanza(ConnectionId id, in OutboundStanza stanza)
    {
        if (!_byId.TryGetValue(id, out var connection) || !connection.Bound)
        {
            return;
        }

        byte[] bytes = [.. stanza.Head.Span, .. stanza.Body.Span, .. stanza.Tail.Span];
        connection.Send(new ServerStanza(stanza.Number, bytes));
        world.Note($"to {connection.Device.Name} ({id}): stanza {stanza.Number}");
        if (!connection.Managed)
        {
            connection.Written = stanza.Number;
            world.Watch.LeftUncounted(connection, bytes);
        }

        connection.SentSince = connection.Managed;
    }

    /// <summary>Tells the owner what counts as delivered.</summary>
    public void ReportWritten(SimConnection connection)
    {
        connection.Reported = connection.Written;
        Put(new WrittenInput(connection.UserId, connection.Id, connection.Written));
    }

    /// <summary>Asks for an acknowledgement, as after a burst.</summary>
    public static void AskForAck(SimConnection connection)
    {
        (connection.SentSince, connection.AckAsked) = (false, true);
        connection.Send(new ServerAckRequest());
    }

    public void Control(ConnectionId id, ControlOutput output)
    {
        if (!_byId.TryGetValue(id, out var connection))
        {
            return;
        }

        world.Note($"to {connection.Device.Name} ({id}): {output}");
        if (output is not AckOutput early || early.H >= connection.Told)
        {
            world.Watch.Told(connection, output);
        }

        switch (output)
        {
            case AckOutput ack when ack.H < connection.Told:
                // Two threads carry acknowledgements: the early one of the executor may come behind that of the commit.
                break;
            case AckOutput ack:
                connection.Told = ack.H;
                connection.Send(new ServerControl(output));
                if (connection.LastAck)
                {
                    Detach(connection, clean: true);
                }

                break;
            case CloseOutput:
                connection.Send(new ServerControl(output));
                Gone(connection);
                break;
            default:
                Answer(connection, output);
                break;
        }
    }

    /// <summary>The process dies: the sockets with it, and some of what was under way.</summary>
    public void Die()
    {
        foreach (var connection in _connections)
        {
            connection.Ended = true;
            connection.Break(0, world.Dice.Below(connection.Out.Count + 1));
        }

        _connections.Clear();
        _byId.Clear();
    }

    private static void Answered(SimConnection connection, bool attached) => (connection.Asking, connection.Attached) = (false, attached);

    private void Answer(SimConnection connection, ControlOutput output)
    {
        if (!connection.Asking)
        {
            return;
        }

        connection.Send(new ServerControl(output));
        switch (output)
        {
            case BoundOutput:
                connection.Bound = true;
                Answered(connection, attached: true);
                break;
            case ResumedOutput resumed:
                (connection.Bound, connection.Managed, connection.Number) = (true, true, resumed.H);
                connection.Told = resumed.H;
                Answered(connection, attached: true);
                break;
            case SmEnabledOutput:
                (connection.Managed, connection.Number, connection.Written, connection.Reported) = (true, 0, 0, 0);
                Answered(connection, attached: true);
                break;
            case SmRefusedOutput: Answered(connection, attached: true); break;
            default: Answered(connection, attached: false); break;
        }
    }

    private void Forward(SimConnection connection, ClientStanza stanza)
    {
        connection.Number++;
        Put(new StanzaInput(connection.UserId, connection.Id, connection.Number, stanza.Stanza));
        if (world.Settings.Defect == Defect.UnnumberedEdge && world.Dice.Chance(20))
        {
            // The hop repeats an input and the receiver cannot tell.
            connection.Number++;
            Put(new StanzaInput(connection.UserId, connection.Id, connection.Number, stanza.Stanza));
        }
        else if (!world.Calm && world.Dice.Chance(world.Settings.HopLoss))
        {
            // A hop that repeats is what the numbers are for.
            Put(new StanzaInput(connection.UserId, connection.Id, connection.Number, stanza.Stanza));
        }
    }

    private void Ask(SimConnection connection, EdgeInput input)
    {
        (connection.Asking, connection.Attached) = (true, true);
        Put(input);
    }

    private void End(SimConnection connection)
    {
        if (connection.Managed)
        {
            // A last acknowledgement before the end, as the real edge asks for (XEP-0198 §4).
            (connection.LastAck, connection.Asking) = (true, true);
            Put(new AckRequestInput(connection.UserId, connection.Id));
            return;
        }

        Detach(connection, clean: true);
    }

    private void Detach(SimConnection connection, bool clean)
    {
        if (connection.Attached && !connection.Ended)
        {
            if (connection.Written > connection.Reported)
            {
                // The last number first: an owner that has seen the end ignores it.
                ReportWritten(connection);
            }

            Put(new DetachedInput(connection.UserId, connection.Id, clean));
        }

        Gone(connection);
    }

    private void Gone(SimConnection connection)
    {
        connection.Ended = true;
        connection.ServerGone = true;
        _connections.Remove(connection);
        _byId.Remove(connection.Id);
    }

    private void Put(EdgeInput input)
    {
        world.Note($"from {input.Connection}: {Describe.Input(input)}");
        world.Node.Accept(input);
    }
}

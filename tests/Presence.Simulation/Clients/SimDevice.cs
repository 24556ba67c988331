using Presence.Routing;
using Presence.Simulation.Engine;
using Presence.Simulation.Servers;

namespace Presence.Simulation.Clients;

/// <summary>How a device treats its streams.</summary>
public enum StreamCare
{
    /// <summary>Stream management with resumption.</summary>
    Resumes,

    /// <summary>Acknowledgements, but every socket is a new session.</summary>
    Counts,

    /// <summary>No stream management at all.</summary>
    Nothing,
}

/// <summary>
/// One client with stream management as XEP-0198 has it: counts, keeps what is not acknowledged, resumes and sends the rest again, or binds anew and
/// sends again what it cannot know to have arrived. It must never count otherwise than it received.
/// </summary>
public sealed class SimDevice(World world, SimAccount account, string resource, StreamCare care)
{
    private readonly Queue<SimMessage> _outbox = new();
    private readonly string _first = resource;
    private int _bound;
    private bool _enabling;
    private bool _ackAsked;

    public SimAccount Account => account;

    /// <summary>What it is bound as, or will be.</summary>
    public string Resource { get; private set; } = resource;

    public StreamCare Care => care;

    public string Name { get; } = $"{account.Jid.Local}/{resource}";

    public string FullJid => $"{account.Jid}/{Resource}";

    /// <summary>What its app uses beyond messages and presence; fixed for a run.</summary>
    public AppTraits Traits { get; init; } = new();

    public SimConnection? Connection { get; private set; }

    public SimSession? Session { get; private set; }

    /// <summary>Stanzas may flow.</summary>
    public bool Ready { get; private set; }

    public bool LoggingOut { get; private set; }

    /// <summary>Composed and not known to have taken effect, oldest first: the order in which effects must appear.</summary>
    public Queue<SimMessage> Composed { get; } = new();

    /// <summary>When its user last did something that counts as use.</summary>
    public long LastUse { get; set; }

    /// <summary>Switched off for a while: it does not connect by itself.</summary>
    public bool Asleep { get; set; }

    public bool CanReceive => Connection is { } c && (c.Out.Count > 0 || c.ServerGone);

    /// <summary>The highest number it sent to be kept.</summary>
    public int Kept { get; set; }

    /// <summary>The highest that the server said it keeps.</summary>
    public int KeptForSure { get; set; }

    public bool OwesAck => Ready && _ackAsked;

    public bool Unacknowledged => _outbox.Count > 0 || (Session is { Managed: true } s && s.Acknowledged < s.Sent.Count);

    /// <summary>Free to say something.</summary>
    public bool Idle => Ready && !LoggingOut && Connection is { ClientGone: false };

    public void Connect()
    {
        Connection = world.Edge.Open(this);
        (Ready, _enabling, LoggingOut, _ackAsked) = (false, false, false, false);
        if (Session is { SmId: { } id } session)
        {
            Connection.Session = session;
            Put(new ResumeRequest(id, session.H));
        }
        else
        {
            Forget();
            Bind();
        }
    }

    public void Compose(SimMessage message)
    {
        LastUse = world.Now;
        if (message.Durable)
        {
            Composed.Enqueue(message);
        }

        if (Ready && !LoggingOut)
        {
            Send(Phrases.Message(message), message);
        }
        else if (message.Durable)
        {
            _outbox.Enqueue(message);
        }
    }

    public void Send(string xml, SimMessage? message = null)
    {
        var element = new ClientStanza(Phrases.Parse(xml));
        message?.SentIn = Session;
        if (Session!.Managed)
        {
            Session.Sent.Add((element, message));
        }
        else if (message is not null)
        {
            // Nobody will ever say whether it arrived.
            message.Abandoned = true;
        }

        Put(element);
    }

    public void RequestAck() => Put(new ClientAckRequest());

    public void Acknowledge()
    {
        _ackAsked = false;
        Put(new ClientAck(Session!.H));
    }

    public void SetActive(bool active)
    {
        Session!.Inactive = !active;
        LastUse = active ? world.Now : LastUse;
        Put(new ClientState(active));
    }

    public void LogOut()
    {
        LoggingOut = true;
        Put(new StreamEnd());
    }

    /// <summary>The socket breaks; the client reads what had arrived, the edge what it had.</summary>
    public void Break()
    {
        if (Connection is { } c)
        {
            c.Break(world.Dice.Below(c.In.Count + 1), world.Dice.Below(c.Out.Count + 1));
        }
    }

    /// <summary>The app dies and with it every counter; the edge still reads what was under way.</summary>
    public void Kill()
    {
        if (Connection is { } c)
        {
            c.ClientGone = true;
            Connection = null;
        }

        foreach (var (_, message) in (Session?.Sent ?? []).Skip((int)(Session?.Acknowledged ?? 0)))
        {
            message?.Abandoned = true;
        }

        foreach (var message in _outbox)
        {
            message.Abandoned = true;
        }

        _outbox.Clear();
        (Session, Ready) = (null, false);
    }

    /// <summary>Takes the next thing from the socket, or notices its end.</summary>
    public string Receive()
    {
        var connection = Connection!;
        if (!connection.Out.TryDequeue(out var element))
        {
            Disconnected();
            return "disconnected";
        }

        switch (element)
        {
            case ServerStanza stanza:
                var session = Ready ? Session : null;
                if (session is not null)
                {
                    session.H++;
                }

                world.Watch.Received(this, session, stanza);
                App.Received(this, session, stanza.Bytes);
                return $"stanza {stanza.Number} {Describe.Text(stanza.Bytes)}";
            case ServerAckRequest:
                _ackAsked = true;
                return "r";
            default:
                Take(((ServerControl)element).Output);
                return ((ServerControl)element).Output.ToString();
        }
    }

    private void Take(ControlOutput output)
    {
        switch (output)
        {
            case BoundOutput when care == StreamCare.Nothing: Begin(new SimSession(null, managed: false)); break;
            case BoundOutput:
                _enabling = true;
                Put(new EnableRequest(care == StreamCare.Resumes));
                break;
            case SmEnabledOutput enabled when _enabling: Begin(new SimSession(enabled.SmId, managed: true)); break;
            case ResumedOutput resumed: Resumed(resumed.H); break;
            case ResumeRefusedOutput refused:
                Forget(refused.H);
                Bind();
                break;
            case AckOutput ack: Acknowledged(ack.H); break;
            case CloseOutput: Connection!.ClientGone = true; break;
            default: throw new ViolationException("Liveness", $"{Name} is told {output}");
        }
    }

    private void Begin(SimSession session)
    {
        Session = session;
        Connection!.Session = session;
        (_enabling, Ready) = (false, true);
        SendOutbox();
    }

    private void Resumed(long h)
    {
        Ready = true;
        Session!.Inactive = false;
        Acknowledged(h);
        foreach (var (stanza, _) in Session.Sent.Skip((int)h))
        {
            Put(stanza);
        }

        SendOutbox();
    }

    private void SendOutbox()
    {
        while (_outbox.TryDequeue(out var message))
        {
            Send(Phrases.Message(message), message);
        }
    }

    private void Acknowledged(long h)
    {
        var session = Session!;
        for (; session.Acknowledged < h && session.Acknowledged < session.Sent.Count; session.Acknowledged++)
        {
            session.Sent[(int)session.Acknowledged].Message?.Acknowledged = true;
        }
    }

    /// <summary>The session is over: what it had not acknowledged goes out again in the next one.</summary>
    private void Forget(long? h = null)
    {
        if (Session is not { } session)
        {
            return;
        }

        if (h is { } known)
        {
            Acknowledged(known);
        }

        var again = session.Sent.Skip((int)session.Acknowledged).Select(s => s.Message).OfType<SimMessage>().Where(m => m.Durable).ToList();
        if (h is null)
        {
            again.ForEach(m => m.Repeats++);
        }

        var waiting = _outbox.ToList();
        _outbox.Clear();
        again.Concat(waiting).ToList().ForEach(_outbox.Enqueue);
        Session = null;
    }

    private void Disconnected()
    {
        if (LoggingOut)
        {
            Forget();
        }

        Connection!.ClientGone = true;
        (Connection, Ready, LoggingOut) = (null, false, false);
    }

    private void Bind()
    {
        if (Traits.Fresh)
        {
            Resource = $"{_first}.{++_bound}";
        }

        Put(new BindRequest(Resource));
    }

    private void Put(FromClient element)
    {
        if (Connection is { ClientGone: false } c)
        {
            c.In.Enqueue(element);
        }
    }
}

using System.Text;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Simulation.Engine;
using Presence.Simulation.Servers;

namespace Presence.Simulation.Clients;

/// <summary>
/// One client with stream management as XEP-0198 has it: counts, keeps what is not acknowledged, resumes and sends the rest again, or binds anew and
/// sends again what it cannot know to have arrived. It must never count otherwise than it received.
/// </summary>
public sealed class SimDevice(World world, SimAccount account, string resource, bool resumes)
{
    private readonly Queue<SimMessage> _outbox = new();
    private bool _enabling;
    private bool _loggingOut;
    private bool _ackAsked;

    public SimAccount Account => account;

    public string Resource => resource;

    public string Name { get; } = $"{account.Jid.Local}/{resource}";

    public SimConnection? Connection { get; private set; }

    public SimSession? Session { get; private set; }

    /// <summary>The stream is managed and stanzas may flow.</summary>
    public bool Ready { get; private set; }

    /// <summary>Composed and not known to be stored, oldest first: the order in which rows must appear.</summary>
    public Queue<SimMessage> Composed { get; } = new();

    public bool CanReceive => Connection is { } c && (c.Out.Count > 0 || c.ServerGone);

    public bool OwesAck => Ready && _ackAsked;

    public bool Unacknowledged => _outbox.Count > 0 || (Session is { } s && s.Acknowledged < s.Sent.Count);

    public bool LoggingOut => _loggingOut;

    public void Connect()
    {
        Connection = world.Edge.Open(this);
        (Ready, _enabling, _loggingOut, _ackAsked) = (false, false, false, false);
        if (Session is { SmId: { } id } session)
        {
            Connection.Session = session;
            Put(new ResumeRequest(id, session.H));
        }
        else
        {
            Forget();
            Put(new BindRequest(resource));
        }
    }

    public void Compose(SimMessage message)
    {
        if (message.Durable)
        {
            Composed.Enqueue(message);
        }

        if (Ready && !_loggingOut)
        {
            Send(message);
        }
        else if (message.Durable)
        {
            _outbox.Enqueue(message);
        }
    }

    public void ComeOnline()
    {
        Session!.Available = true;
        Send("<presence/>", null, "presence");
    }

    public void RequestAck() => Put(new ClientAckRequest());

    public void Acknowledge()
    {
        _ackAsked = false;
        Put(new ClientAck(Session!.H));
    }

    public void SetActive(bool active) => Put(new ClientState(active));

    public void LogOut()
    {
        _loggingOut = true;
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
                if (connection.Managed && Session is { } session && Ready)
                {
                    session.H++;
                }

                world.Watch.Received(this, Ready ? Session : null, stanza);
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
            case BoundOutput bound:
                _enabling = true;
                FullJid = bound.FullJid.ToString();
                Put(new EnableRequest(resumes));
                break;
            case SmEnabledOutput enabled when _enabling: Begin(new SimSession(enabled.SmId, FullJid!)); break;
            case ResumedOutput resumed: Resumed(resumed.H); break;
            case ResumeRefusedOutput refused:
                Forget(refused.H);
                Put(new BindRequest(resource));
                break;
            case AckOutput ack: Acknowledged(ack.H); break;
            case CloseOutput: Connection!.ClientGone = true; break;
            default: throw new ViolationException("Liveness", $"{Name} is told {output}");
        }
    }

    private string? FullJid { get; set; }

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
        Acknowledged(h);
        foreach (var (stanza, _) in Session!.Sent.Skip((int)h))
        {
            Put(stanza);
        }

        SendOutbox();
    }

    private void SendOutbox()
    {
        while (_outbox.TryDequeue(out var message))
        {
            Send(message);
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
        if (_loggingOut)
        {
            Forget();
        }

        Connection!.ClientGone = true;
        (Connection, Ready, _loggingOut) = (null, false, false);
    }

    private void Send(SimMessage message) => Send(Text(message), message, message.ToString());

    private void Send(string xml, SimMessage? message, string what)
    {
        if (!Stanza.TryParse(Encoding.UTF8.GetBytes(xml), out var stanza))
        {
            throw new InvalidOperationException($"not a stanza: {xml}");
        }

        var element = new ClientStanza(stanza, what);
        Session!.Sent.Add((element, message));
        Put(element);
    }

    private static string Text(SimMessage message) => message.Durable
        ? $"""<message to="{message.To}" type="chat" id="m{message.Id}"><body>#{message.Id}#</body></message>"""
        : $"""<message to="{message.To}" type="chat"><composing xmlns="http://jabber.org/protocol/chatstates"/></message>""";

    private void Put(FromClient element)
    {
        if (Connection is { ClientGone: false } c)
        {
            c.In.Enqueue(element);
        }
    }
}

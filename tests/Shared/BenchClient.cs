using System.Text;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Tests.Shared;

/// <summary>
/// A client as the owner sees it, without sockets: numbers what it sends, counts what it gets, keeps both. It does not acknowledge by itself
/// (<see cref="Acknowledge"/>), except without stream management, where what is sent counts as written.
/// </summary>
public sealed class BenchClient(ExecutorBench bench, Jid account, ConnectionId connection)
{
    private long _sent;

    public Jid Account { get; } = account;

    public ConnectionId Connection { get; private set; } = connection;

    public long UserId { get; } = ShardKey.UserId(account.ToString());

    public Jid? FullJid { get; private set; }

    public string? SmId { get; private set; }

    public bool Managed { get; private set; }

    /// <summary>Stanzas received since stream management was enabled: the client's h.</summary>
    public long H { get; private set; }

    /// <summary>Every stanza received on any connection, oldest first; tests may clear it.</summary>
    public List<XmlElement> Received { get; } = [];

    /// <summary>Outbound numbers of <see cref="Received"/>.</summary>
    public List<long> Numbers { get; } = [];

    public List<ControlOutput> Controls { get; } = [];

    /// <summary>Last h acknowledged by the server; -1 = none yet.</summary>
    public long AcknowledgedByServer { get; private set; } = -1;

    public IEnumerable<XmlElement> Messages => Received.Where(e => e.Name == "message");

    public IEnumerable<XmlElement> Presences => Received.Where(e => e.Name == "presence");

    /// <summary>Bodies of plain messages received, oldest first.</summary>
    public IEnumerable<string> Bodies => Messages.Select(m => m.Child("body")?.Text).OfType<string>();

    public void Send(string xml)
    {
        if (!Stanza.TryParse(Encoding.UTF8.GetBytes(xml.Replace('\'', '"')), out var stanza))
        {
            throw new ArgumentException($"not a stanza: {xml}", nameof(xml));
        }

        bench.Input(new StanzaInput(UserId, Connection, ++_sent, stanza));
    }

    /// <summary>Sends an IQ and returns the answer.</summary>
    public XmlElement Ask(string xml)
    {
        var before = Received.Count;
        Send(xml);
        return Received.Skip(before).First(e => e.Name == "iq" && e.Attr("type") is "result" or "error");
    }

    public BenchClient Enable(bool resume = true)
    {
        _sent = 0;
        bench.Input(new EnableSmInput(UserId, Connection, resume, null));
        return this;
    }

    public void RequestAck() => bench.Input(new AckRequestInput(UserId, Connection));

    /// <summary>Acknowledges everything received.</summary>
    public void Acknowledge() => bench.Input(new AckInput(UserId, Connection, (uint)H));

    /// <summary>Goes on as if so many stanzas had been received.</summary>
    public void Count(long received) => H = received;

    public void Active(bool active) => bench.Input(new ClientStateInput(UserId, Connection, active));

    /// <summary>The socket is lost.</summary>
    public void Drop()
    {
        bench.Detach(this);
        bench.Input(new DetachedInput(UserId, Connection, Clean: false));
    }

    /// <summary>The client closes its stream.</summary>
    public void Close()
    {
        bench.Detach(this);
        bench.Input(new DetachedInput(UserId, Connection, Clean: true));
    }

    /// <summary>Resumes on a new connection with the client's own h; what it had sent and the server did not handle must be sent again by the test.</summary>
    public ControlOutput Resume(long? h = null)
    {
        Connection = bench.NextConnection();
        H = h ?? H;
        bench.Attach(this);
        bench.Input(new ResumeInput(UserId, Connection, Account, SmId!, (uint)H, "127.0.0.1"));
        return Controls.Last(c => c is ResumedOutput or ResumeRefusedOutput);
    }

    internal void Take(in OutboundStanza stanza)
    {
        Received.Add(XmlElement.Parse([.. stanza.Head.Span, .. stanza.Body.Span, .. stanza.Tail.Span]));
        Numbers.Add(stanza.Number);
        if (Managed)
        {
            H++;
            if (H != stanza.Number)
            {
                throw new InvalidOperationException($"{FullJid} counted {H} stanzas, the server numbers this one {stanza.Number}");
            }
        }
        else
        {
            bench.Post(new WrittenInput(UserId, Connection, stanza.Number));
        }
    }

    internal void Take(ControlOutput output)
    {
        Controls.Add(output);
        switch (output)
        {
            case BoundOutput bound: FullJid = bound.FullJid; break;
            case SmEnabledOutput enabled: (Managed, SmId, H) = (true, enabled.SmId, 0); break;
            case ResumedOutput resumed: _sent = AcknowledgedByServer = resumed.H; break;
            case AckOutput ack: AcknowledgedByServer = ack.H; break;
        }
    }
}

using System.Net;
using System.Xml.Linq;

namespace Presence.Chaos.Clients;

/// <summary>
/// A client whose stream management session outlives its connections (XEP-0198): it comes back after every cut, resumes,
/// and sends again exactly what the server does not have. It must never let a fault of the server pass: what breaks a rule
/// is handed to <paramref name="complain"/>.
/// </summary>
/// <param name="port">Where the node listens; asked anew at each attempt.</param>
/// <param name="jid">Bare address of the account.</param>
/// <param name="password">Its password.</param>
/// <param name="complain">Takes one line per broken rule.</param>
public abstract class SmClient(Func<int> port, string jid, string password, Action<string> complain)
{
    private const string Sm = "urn:xmpp:sm:3";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private readonly Queue<UnackedStanza> unacked = new();
    private TaskCompletionSource wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private XmppConnection? connection;
    private string? id;
    private uint handled;
    private uint acknowledged;
    private int sinceAck;

    public string Jid { get; } = jid;

    /// <summary>How often the session went on after a cut.</summary>
    public int Resumptions { get; private set; }

    /// <summary>How often the client came online, with the old session or a new one.</summary>
    public int Arrivals { get; private set; }

    /// <summary>How many stanzas wait for the server's word.</summary>
    public int Unacked { get { lock (gate) { return unacked.Count; } } }

    public bool IsConnected { get { lock (gate) { return connection is not null; } } }

    /// <summary>Keeps the client connected, whenever it is wanted online, until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await wanted.Task.WaitAsync(stop);
            try
            {
                using var opened = await XmppConnection.OpenAsync(port(), Jid, password, stop);
                await EstablishAsync(opened, stop);
                await ReadAsync(opened, stop);
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                await Task.Delay(RetryAfter, stop);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Not a cut: the server broke the protocol, or this client has a fault; the run must not pass over either.
                complain($"{Jid}: {e.Message}");
                await Task.Delay(RetryAfter * 10, stop);
            }
            finally
            {
                Detach();
            }
        }
    }

    /// <summary>Wants to be online; returns when a session is established or resumed.</summary>
    public Task GoOnlineAsync()
    {
        wanted.TrySetResult();
        return WaitOnlineAsync();
    }

    /// <summary>Returns when a session is established or resumed, if it is not now.</summary>
    public Task WaitOnlineAsync()
    {
        lock (gate)
        {
            return established.Task;
        }
    }

    /// <summary>Cuts the connection and does not come back until wanted online again. False if it had none.</summary>
    public bool Cut()
    {
        wanted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            var had = connection is not null;
            connection?.Cut();
            connection = null;
            established = established.Task.IsCompleted
                ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : established;
            return had;
        }
    }

    /// <summary>
    /// Counts a stanza and sends it; without a connection it waits in the queue for the next one.
    /// <paramref name="onAcknowledged"/> runs when an h covers it.
    /// </summary>
    public void Send(string stanza, Action? onAcknowledged = null, Action? onAmbiguous = null)
    {
        lock (gate)
        {
            unacked.Enqueue(new UnackedStanza(stanza, onAcknowledged, onAmbiguous));
            TryWrite(stanza);
        }
    }

    /// <summary>Asks the server how far it has come.</summary>
    public void RequestAck()
    {
        lock (gate)
        {
            TryWrite($"<r xmlns='{Sm}'/>");
        }
    }

    /// <summary>What the client does with a message, a presence or an IQ; runs in the order of arrival.</summary>
    protected abstract void OnStanza(XElement stanza);

    /// <summary>What a new session begins with, e.g. presence.</summary>
    protected abstract void OnNewSession();

    private void TryWrite(string text)
    {
        try
        {
            connection?.Write(text);
        }
        catch (IOException)
        {
            // The read loop sees it too, and comes back.
        }
    }

    private async Task EstablishAsync(XmppConnection opened, CancellationToken stop)
    {
        if (id is not null)
        {
            opened.Write($"<resume xmlns='{Sm}' previd='{id}' h='{handled}'/>");
            var answer = await opened.ReadAsync(stop);
            if (answer.Name.LocalName == "resumed")
            {
                Resumed(opened, answer);
                return;
            }

            Failed(answer);
        }

        await BindAsync(opened, stop);
    }

    private void Resumed(XmppConnection opened, XElement answer)
    {
        lock (gate)
        {
            ThrowIfUnwanted();
            Acknowledge(H(answer));
            foreach (var stanza in unacked)
            {
                opened.Write(stanza.Xml);
            }

            opened.Write($"<r xmlns='{Sm}'/>");
            Resumptions++;
            connection = opened;
            Arrivals++;
            established.TrySetResult();
        }
    }

    private void Failed(XElement answer)
    {
        complain($"{Jid}: the session was lost: {answer.ToString(SaveOptions.DisableFormatting)}");
        lock (gate)
        {
            if (answer.Attribute("h") is not null)
            {
                Acknowledge(H(answer));
            }
            else
            {
                foreach (var stanza in unacked)
                {
                    stanza.OnAmbiguous?.Invoke();
                }
            }

            id = null;
        }
    }

    private async Task BindAsync(XmppConnection opened, CancellationToken stop)
    {
        opened.Write("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>chaos</resource></bind></iq>");
        Expect(await opened.ReadAsync(stop), "iq");
        opened.Write($"<enable xmlns='{Sm}' resume='true'/>");
        var enabled = Expect(await opened.ReadAsync(stop), "enabled");
        lock (gate)
        {
            ThrowIfUnwanted();
            id = enabled.Attribute("id")?.Value;
            (handled, acknowledged) = (0, 0);
            UnackedStanza[] again = [.. unacked];
            unacked.Clear();
            connection = opened;
            OnNewSession();
            foreach (var stanza in again)
            {
                Send(stanza.Xml, stanza.OnAcknowledged, stanza.OnAmbiguous);
            }

            Arrivals++;
            established.TrySetResult();
        }
    }

    /// <summary>A cut that came while the client was logging in: the connection goes before it was used.</summary>
    private void ThrowIfUnwanted()
    {
        if (!wanted.Task.IsCompleted)
        {
            throw new IOException("not wanted online any more");
        }
    }

    private static XElement Expect(XElement element, string name) => element.Name.LocalName == name && element.Attribute("type")?.Value != "error"
        ? element
        : throw new ProtocolViolationException($"expected {name}, got {element}");

    private async Task ReadAsync(XmppConnection opened, CancellationToken stop)
    {
        while (true)
        {
            var element = await opened.ReadAnyAsync(stop);
            lock (gate)
            {
                // After a cut, what was still in the buffers of this side has not arrived.
                if (connection != opened)
                {
                    return;
                }

                Take(element);
            }
        }
    }

    private void Take(XElement element)
    {
        switch (element.Name.LocalName)
        {
            case "message" or "presence" or "iq":
                handled++;
                OnStanza(element);
                // Mostly the server asks; sometimes the client tells unasked.
                if (++sinceAck >= 25)
                {
                    SendAck();
                }

                break;
            case "r":
                SendAck();
                break;
            case "a":
                Acknowledge(H(element));
                break;
            case "error":
                complain($"{Jid}: stream error {element.ToString(SaveOptions.DisableFormatting)}");
                break;
        }
    }

    private void SendAck()
    {
        sinceAck = 0;
        TryWrite(FormattableString.Invariant($"<a xmlns='{Sm}' h='{handled}'/>"));
    }

    /// <summary>Takes the server's h; counters are compared modulo 2³² (XEP-0198 §4).</summary>
    private void Acknowledge(uint h)
    {
        var more = unchecked(h - acknowledged);
        if (more > unacked.Count)
        {
            complain($"{Jid}: h={h} is impossible: {acknowledged} were acknowledged and {unacked.Count} more are out");
            return;
        }

        for (; more > 0; more--)
        {
            unacked.Dequeue().OnAcknowledged?.Invoke();
        }

        acknowledged = h;
    }

    private static uint H(XElement element) =>
        uint.TryParse(element.Attribute("h")?.Value, System.Globalization.CultureInfo.InvariantCulture, out var h)
            ? h
            : throw new ProtocolViolationException($"no h in {element}");

    private void Detach()
    {
        lock (gate)
        {
            if (connection is not null)
            {
                connection = null;
                established = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}

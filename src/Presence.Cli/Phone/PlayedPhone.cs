using System.Globalization;
using System.Text;
using Presence.Cli.Clients;
using Presence.Protocol.StreamManagement;
using Presence.Protocol.Xml;

namespace Presence.Cli.Phone;

/// <summary>
/// A phone as a server sees one: logs in, enables push (XEP-0357) and stream management (XEP-0198), loses its connection, comes back and resumes. It exists so that a
/// newcomer needs no phone to see the server's side; it is no chat client: it keeps nothing beyond its session.
/// </summary>
/// <param name="say">Told what happens, in lines for a person.</param>
public sealed class PlayedPhone(PhoneAccount account, TimeProvider clock, Action<string> say) : IDisposable
{
    private const int MaxUnacknowledged = 1000;

    private readonly Queue<byte[]> _unacknowledged = new();
    private readonly Lock _gate = new();
    private ClientLine? _line;
    private Task _listening = Task.CompletedTask;
    private string? _smId;
    private SmCounter _received;
    private SmCounter _acknowledged;
    private int _lastId;
    private volatile bool _quitting;

    /// <summary>Whom the last message came from or went to.</summary>
    public string? Partner { get; set; }

    public bool IsAwake => _line is not null;

    /// <summary>The address of somebody as a person types it: a name alone is a user of the phone's own domain.</summary>
    public string AddressOf(string user) => user.Contains('@', StringComparison.Ordinal) ? user : $"{user}@{account.Jid.Domain}";

    /// <summary>Connects; resumes the session if there is one, else begins a new one.</summary>
    /// <exception cref="IOException">The server cannot be reached or refuses.</exception>
    public async Task WakeAsync(CancellationToken cancellation)
    {
        var line = await ClientLine.ConnectAsync(account.Server, clock, cancellation).ConfigureAwait(false);
        try
        {
            await LogInAsync(line, cancellation).ConfigureAwait(false);
            if (_smId is null || !await TryResumeAsync(line, cancellation).ConfigureAwait(false))
            {
                await BeginAsync(line, cancellation).ConfigureAwait(false);
            }
        }
        catch
        {
            line.Dispose();
            throw;
        }

        _line = line;
        _listening = Task.Run(() => ListenAsync(line), CancellationToken.None);
    }

    /// <summary>Loses the network: the connection is gone without a word, the session stays.</summary>
    public async Task SleepAsync()
    {
        var line = Interlocked.Exchange(ref _line, null);
        line?.Cut();
        await _listening.ConfigureAwait(false);
    }

    /// <summary>Ends the session in good order and takes the push registration back.</summary>
    public async Task QuitAsync(CancellationToken cancellation)
    {
        if (_line is { } line)
        {
            await SendStanzaAsync(PhoneStanzas.Iq(NextId(), b => b.Open("disable", Namespaces.Push).Attr("jid", account.PushService).Attr("node", account.PushNode)), cancellation)
                .ConfigureAwait(false);
            _quitting = true;
            await line.SendAsync("</stream:stream>"u8.ToArray(), cancellation).ConfigureAwait(false);
            await _listening.ConfigureAwait(false);
        }
    }

    /// <summary>Sends a message; while asleep it waits in the phone and leaves with the next wake.</summary>
    public Task SayAsync(string to, string text, CancellationToken cancellation) =>
        SendStanzaAsync(PhoneStanzas.Build(b => b.Open("message").Attr("type", "chat").Attr("to", to).Attr("id", NextId()).Open("body").Text(text)), cancellation);

    /// <summary>Asks somebody to be a contact, so that both see each other's presence.</summary>
    public Task AddAsync(string contact, CancellationToken cancellation) => SendStanzaAsync(PhoneStanzas.Subscription(contact, "subscribe"), cancellation);

    public void Dispose() => _line?.Dispose();

    private async Task LogInAsync(ClientLine line, CancellationToken cancellation)
    {
        await line.OpenAsync(account.Jid.Domain, cancellation).ConfigureAwait(false);
        var plain = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{account.Jid.Local}\0{account.Password}"));
        await line.SendAsync(PhoneStanzas.Build(b => b.Open("auth", Namespaces.Sasl).Attr("mechanism", "PLAIN").Text(plain)), cancellation).ConfigureAwait(false);
        var answer = await line.NextAsync(cancellation).ConfigureAwait(false);
        if (answer?.Name != "success")
        {
            throw new IOException($"{account.Jid} may not log in: {answer?.ToElement().Children.FirstOrDefault()?.Name ?? "the server ended the stream"}");
        }

        await line.OpenAsync(account.Jid.Domain, cancellation).ConfigureAwait(false);
    }

    private async Task<bool> TryResumeAsync(ClientLine line, CancellationToken cancellation)
    {
        await line.SendAsync(PhoneStanzas.Build(b => b.Open("resume", Namespaces.StreamManagement).Attr("h", _received.Wire).Attr("previd", _smId)), cancellation).ConfigureAwait(false);
        var answer = await line.NextAsync(cancellation).ConfigureAwait(false);
        if (answer?.Name != "resumed")
        {
            say("The server no longer has the session; a new one begins.");
            Acknowledged(answer?.Attribute("h"));
            _smId = null;
            return false;
        }

        Acknowledged(answer.Attribute("h"));
        byte[][] again;
        lock (_gate)
        {
            again = [.. _unacknowledged];
        }

        foreach (var stanza in again)
        {
            await line.SendAsync(stanza, cancellation).ConfigureAwait(false);
        }

        say("The phone is awake: its session was resumed.");
        return true;
    }

    private async Task BeginAsync(ClientLine line, CancellationToken cancellation)
    {
        await line.SendAsync(PhoneStanzas.Iq(NextId(), b => b.Open("bind", Namespaces.Bind).Open("resource").Text(account.Resource)), cancellation).ConfigureAwait(false);
        if ((await line.NextAsync(cancellation).ConfigureAwait(false))?.Attribute("type") != "result")
        {
            throw new IOException("the server refuses the session");
        }

        await line.SendAsync(PhoneStanzas.Build(b => b.Open("enable", Namespaces.StreamManagement).Attr("resume", "true")), cancellation).ConfigureAwait(false);
        var enabled = await line.NextAsync(cancellation).ConfigureAwait(false);
        _smId = enabled?.Name == "enabled" ? enabled.Attribute("id") : null;
        byte[][] kept;
        lock (_gate)
        {
            kept = [.. _unacknowledged];
            _unacknowledged.Clear();
            (_received, _acknowledged) = (default, default);
        }

        byte[][] first =
        [
            PhoneStanzas.Iq(NextId(), b => b.Open("enable", Namespaces.Push).Attr("jid", account.PushService).Attr("node", account.PushNode)),
            PhoneStanzas.Build(b => b.Open("presence")),
            .. kept,
        ];
        foreach (var stanza in first)
        {
            Keep(stanza);
            await line.SendAsync(stanza, cancellation).ConfigureAwait(false);
        }

        say($"The phone is awake as {account.Jid}/{account.Resource}, with push enabled.");
    }

    private async Task ListenAsync(ClientLine line)
    {
        while (await line.NextAsync(CancellationToken.None).ConfigureAwait(false) is { } element)
        {
            try
            {
                await HandleAsync(line, element.ToElement()).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                break;
            }
        }

        // Not put to sleep by its owner: the server or the network did it.
        if (Interlocked.CompareExchange(ref _line, null, line) == line && !_quitting)
        {
            say("The connection is gone. /wake resumes.");
        }

        line.Dispose();
    }

    private async Task HandleAsync(ClientLine line, XmlElement element)
    {
        if (element.Namespace == Namespaces.StreamManagement)
        {
            if (element.Name == "r")
            {
                await line.SendAsync(PhoneStanzas.Build(b => b.Open("a", Namespaces.StreamManagement).Attr("h", _received.Wire)), CancellationToken.None).ConfigureAwait(false);
            }
            else if (element.Name == "a")
            {
                Acknowledged(element.Attr("h"));
            }

            return;
        }

        if (element.Namespace != Namespaces.Client)
        {
            return;
        }

        _received = _received.Next();
        switch (element.Name)
        {
            case "message":
                Message(element);
                break;
            case "presence":
                await ContactAsync(element).ConfigureAwait(false);
                break;
            case "iq" when element.Attr("type") is "get" or "set":
                await SendStanzaAsync(PhoneStanzas.AnswerTo(element), CancellationToken.None).ConfigureAwait(false);
                break;
        }
    }

    private void Message(XmlElement message)
    {
        if (message.Attr("type") == "error")
        {
            // It may carry the body that came back: not to be shown as if somebody had written it.
            say($"{message.Attr("from")} did not get that: {message.Child("error")?.Children.FirstOrDefault()?.Name ?? "the server does not say why"}.");
        }
        else if (message.Child("body")?.Text is { } text && message.Attr("from") is { } from)
        {
            Partner = PhoneStanzas.Bare(from);
            say($"{Partner}: {text}");
        }
    }

    private async Task ContactAsync(XmlElement presence)
    {
        if (presence.Attr("from") is not { } from || PhoneStanzas.Bare(from) == account.Jid.ToString())
        {
            return;
        }

        var contact = PhoneStanzas.Bare(from);
        switch (presence.Attr("type"))
        {
            case "subscribe":
                say($"{contact} is a contact now.");
                await SendStanzaAsync(PhoneStanzas.Subscription(contact, "subscribed"), CancellationToken.None).ConfigureAwait(false);
                await SendStanzaAsync(PhoneStanzas.Subscription(contact, "subscribe"), CancellationToken.None).ConfigureAwait(false);
                break;
            case null:
                say($"{contact} is {(presence.Child("show")?.Text is { Length: > 0 } show ? show : "available")}.");
                break;
            case "unavailable":
                say($"{contact} is gone.");
                break;
        }
    }

    private async Task SendStanzaAsync(byte[] stanza, CancellationToken cancellation)
    {
        if (!Keep(stanza))
        {
            say("Too much waits in the phone already; that was not sent.");
            return;
        }

        if (_line is { } line)
        {
            try
            {
                await line.SendAsync(stanza, cancellation).ConfigureAwait(false);
                await line.SendAsync(PhoneStanzas.Build(b => b.Open("r", Namespaces.StreamManagement)), cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Kept: it leaves with the next wake.
            }
        }
    }

    private bool Keep(byte[] stanza)
    {
        lock (_gate)
        {
            if (_unacknowledged.Count >= MaxUnacknowledged)
            {
                return false;
            }

            _unacknowledged.Enqueue(stanza);
            return true;
        }
    }

    private void Acknowledged(string? h)
    {
        if (!SmCounter.TryParseWire(h, out var wire))
        {
            return;
        }

        lock (_gate)
        {
            var upTo = SmCounter.FromWire(wire, _acknowledged);
            while (_acknowledged < upTo && _unacknowledged.TryDequeue(out _))
            {
                _acknowledged = _acknowledged.Next();
            }
        }
    }

    private string NextId() => "phone-" + Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
}

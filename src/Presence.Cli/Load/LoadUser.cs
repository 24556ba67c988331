using System.Globalization;
using System.Text;
using Presence.Cli.Clients;
using Presence.Protocol.Sasl;
using Presence.Protocol.Stanzas;

namespace Presence.Cli.Load;

/// <summary>
/// One client of a load run: logs in, binds, enables stream management, resumes, counts and acknowledges what it gets. It must never hide an
/// error: whatever the server refuses is an <see cref="IOException"/>, and ends up in the figures.
/// </summary>
internal sealed class LoadUser(string name, LoadOptions options) : IDisposable
{
    private static readonly byte[] s_bind = Bytes("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    private static readonly byte[] s_enable = Bytes("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    private static readonly byte[] s_end = Bytes("</stream:stream>");

    private ClientLine? _line;
    private Task _listening = Task.CompletedTask;
    private string? _smId;
    private uint _h;

    public string Jid { get; } = $"{name}@{options.Server.Domain}";

    public string? FullJid { get; private set; }

    /// <summary>Called for every stanza and every acknowledgement, on the connection's reader.</summary>
    public Action<LoadUser, Stanza>? Got { get; set; }

    /// <summary>Room for what a scenario keeps about this user.</summary>
    public object? State { get; set; }

    /// <summary>From a new TCP connection to a stream on which binding or resuming comes next.</summary>
    public async Task LogInAsync(CancellationToken cancellation)
    {
        var line = _line = await ClientLine.ConnectAsync(options.Server, TimeProvider.System, cancellation, bufferBytes: 4096).ConfigureAwait(false);
        await line.OpenAsync(options.Server.Domain, cancellation).ConfigureAwait(false);
        await (options.Mechanism == "PLAIN" ? PlainAsync(line, cancellation) : ScramAsync(line, cancellation)).ConfigureAwait(false);
        await line.OpenAsync(options.Server.Domain, cancellation).ConfigureAwait(false);
    }

    public async Task BindAsync(bool streamManagement, CancellationToken cancellation)
    {
        var line = _line!;
        await line.SendAsync(s_bind, cancellation).ConfigureAwait(false);
        var bound = await ExpectAsync(line, "iq", cancellation).ConfigureAwait(false);
        FullJid = bound.ToElement().Children.FirstOrDefault()?.Children.FirstOrDefault()?.Text ?? throw new IOException("the server does not bind a resource");
        if (streamManagement)
        {
            await line.SendAsync(s_enable, cancellation).ConfigureAwait(false);
            _smId = (await ExpectAsync(line, "enabled", cancellation).ConfigureAwait(false)).Attribute("id");
            _h = 0;
        }
    }

    /// <summary>Resumes the session of before on the connection just logged in.</summary>
    public async Task ResumeAsync(CancellationToken cancellation)
    {
        var line = _line!;
        await line.SendAsync(Bytes($"<resume xmlns='urn:xmpp:sm:3' previd='{_smId}' h='{_h.ToString(CultureInfo.InvariantCulture)}'/>"), cancellation).ConfigureAwait(false);
        await ExpectAsync(line, "resumed", cancellation).ConfigureAwait(false);
    }

    /// <summary>From here on what comes is handled as it comes.</summary>
    public void Listen() => _listening = Task.Run(() => ListenAsync(_line!));

    public Task SendAsync(string xml, CancellationToken cancellation) => SendAsync(Bytes(xml), cancellation);

    public Task SendAsync(ReadOnlyMemory<byte> xml, CancellationToken cancellation) => _line!.SendAsync(xml, cancellation);

    /// <summary>Loses the connection; the session stays on the server.</summary>
    public async Task CutAsync()
    {
        _line?.Cut();
        await _listening.ConfigureAwait(false);
        _line?.Dispose();
        _line = null;
    }

    /// <summary>Ends stream and session, and waits until the server has done so too.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        if (_line is { } line)
        {
            await line.SendAsync(s_end, cancellation).ConfigureAwait(false);
            while (_listening.IsCompleted && await line.NextAsync(cancellation).ConfigureAwait(false) is not null)
            {
                // What was on its way.
            }

            await CutAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _line?.Dispose();

    private async Task PlainAsync(ClientLine line, CancellationToken cancellation)
    {
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{name}\0{options.Password}"));
        await line.SendAsync(Bytes($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{text}</auth>"), cancellation).ConfigureAwait(false);
        await ExpectAsync(line, "success", cancellation).ConfigureAwait(false);
    }

    private async Task ScramAsync(ClientLine line, CancellationToken cancellation)
    {
        var scram = new ScramClient(options.Mechanism == "SCRAM-SHA-1" ? ScramHash.Sha1 : ScramHash.Sha256, name, options.Password);
        await line.SendAsync(
            Bytes($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{options.Mechanism}'>{scram.First()}</auth>"), cancellation).ConfigureAwait(false);
        var challenge = await ExpectAsync(line, "challenge", cancellation).ConfigureAwait(false);
        await line.SendAsync(
            Bytes($"<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{scram.Final(challenge.Text)}</response>"), cancellation).ConfigureAwait(false);
        var success = await ExpectAsync(line, "success", cancellation).ConfigureAwait(false);
        if (!scram.IsServer(success.Text))
        {
            throw new IOException("the server does not know the account's keys");
        }
    }

    private static async Task<Stanza> ExpectAsync(ClientLine line, string wanted, CancellationToken cancellation)
    {
        var got = await line.NextAsync(cancellation).ConfigureAwait(false);
        return got?.Name == wanted ? got : throw new IOException($"wanted <{wanted}>, got {(got is null ? "the end of the stream" : got.ToElement().ToString())}");
    }

    private async Task ListenAsync(ClientLine line)
    {
        try
        {
            while (await line.NextAsync(CancellationToken.None).ConfigureAwait(false) is { } element)
            {
                if (element.Kind != StanzaKind.Other)
                {
                    _h++;
                }
                else if (element.Name == "r")
                {
                    await line.SendAsync(Bytes($"<a xmlns='urn:xmpp:sm:3' h='{_h.ToString(CultureInfo.InvariantCulture)}'/>"), CancellationToken.None).ConfigureAwait(false);
                    continue;
                }

                Got?.Invoke(this, element);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Cut: by us, or by the server, which shows in what does not arrive.
        }
    }

    private static byte[] Bytes(string xml) => Encoding.UTF8.GetBytes(xml);
}

using System.Globalization;
using System.Text;
using Presence.Node.Composition;
using Presence.Node.Configuration;

namespace Presence.Node.Demonstration;

/// <summary>What a newcomer reads: where to connect, as whom, and the story to try. Words only.</summary>
/// <param name="temporary">The data directory goes with the node.</param>
internal sealed class DemoText(
    NodeOptions options, NodePorts ports, IReadOnlyList<(string Jid, string Password)> accounts, IReadOnlyList<string> notes, bool temporary, bool colour)
{
    /// <summary>Stands for a password that only its maker knows.</summary>
    public const string AsBefore = "as before";

    private readonly StringBuilder _text = new();

    public string Write()
    {
        var host = options.Xmpp.Bind.Equals(System.Net.IPAddress.IPv6Any) ? "this machine's address" : options.Xmpp.Bind.ToString();
        Line().Line(Bold("Presence is running as a demonstration."));
        foreach (var note in notes)
        {
            Line(note);
        }

        Line().Line(Bold("Accounts"));
        foreach (var (jid, password) in accounts)
        {
            Line($"  {jid,-20} password: {Bold(password)}");
        }

        Line().Line(Bold("Where to connect"));
        Line($"  Server {host}, port {Port(ports.Client)} (STARTTLS) or {Port(ports.DirectTls)} (direct TLS).");
        Line("  The certificate is self-signed: accept it when your client asks.");
        if (ports.Http != 0)
        {
            Line($"  Or in a browser: http://localhost:{Port(ports.Http)}/chat (needs Converse.js: npm install --no-save converse.js@14.0.0).");
        }

        Line().Line(Bold("What to try"));
        Line($"  1. Log in as {accounts[0].Jid} with a desktop client (Gajim, Dino, Profanity).");
        Line($"  2. In a second terminal play the phone of {Name(1)}:");
        Line($"       {Run($"phone {accounts[1].Jid}{(accounts[1].Password == AsBefore ? "" : $" --password {accounts[1].Password}")} --server {Server(host, ports.DirectTls)}")}");
        Line("     Or use a real phone that enables push (XEP-0357); start with --Xmpp:Bind=* so that it can reach this machine.");
        Line($"  3. In the phone type /add {accounts[0].Jid}, accept it in the desktop client, and chat.");
        Line($"  4. Type /sleep: the phone loses its network. After {Quantities.Duration(options.Sessions.AwayAfter)} {Name(0)} sees {Name(1)} as away, not gone: the session sleeps on the server.");
        Line($"  5. Write to {Name(1)}. The messages wait, and the push that would wake the phone appears here. Look at the queue:");
        Line($"       {Control($"queue show {accounts[1].Jid}")}");
        Line("  6. Type /wake: the phone resumes, and every message arrives once, in order.");
        Line().Line(Bold("Look inside"));
        Line($"  {Control($"session list {accounts[1].Jid}")}");
        if (ports.Http != 0)
        {
            Line($"  http://{(options.Http.Bind.Equals(System.Net.IPAddress.IPv6Any) ? "127.0.0.1" : options.Http.Bind.ToString())}:{Port(ports.Http)}/metrics and /healthz");
        }

        Line().Line(temporary
            ? "Ctrl-C ends it; a temporary data directory goes with it. Keep data with --Data:Directory=PATH (then even kill -9 loses nothing)."
            : $"Ctrl-C ends it. So does kill -9 {Environment.ProcessId}, between 5 and 6 for example: start it again with the same command, and nothing is lost.");
        return _text.ToString();
    }

    private string Control(string command) => Run($"{command} --admin {ports.Admin}");

    private static string Run(string command) => "dotnet run --project src/Presence.Cli -- " + command;

    private static string Server(string host, int port) => $"{(char.IsAsciiDigit(host[0]) ? host : "127.0.0.1")}:{Port(port)}";

    private string Name(int account) => accounts[account].Jid.Split('@')[0];

    private static string Port(int port) => port == 0 ? "off" : port.ToString(CultureInfo.InvariantCulture);

    private string Bold(string text) => colour ? $"\e[1m{text}\e[0m" : text;

    private DemoText Line(string text = "")
    {
        _text.Append(text).Append('\n');
        return this;
    }
}

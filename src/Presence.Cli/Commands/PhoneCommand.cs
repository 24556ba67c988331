using System.CommandLine;
using System.Globalization;
using System.Net;
using Presence.Cli.Phone;
using Presence.Protocol.Addressing;

namespace Presence.Cli.Commands;

/// <summary>
/// <c>phone</c>: plays a phone for people who want to see a session sleep and wake. It speaks XMPP to the client port like any client and needs no admin socket.
/// </summary>
internal static class PhoneCommand
{
    private const int DirectTlsPort = 5223;

    private const string Help = """
        Type a message, or:
          /to USER TEXT   write to somebody      /add USER   make somebody a contact
          /sleep          lose the network       /wake       come back and resume
          /quit           log out
        """;

    public static Command Create(CommandRunner run)
    {
        var jid = UserCommands.Jid();
        var password = UserCommands.Password();
        var server = new Option<string?>("--server") { Description = "Direct TLS port of the node (default: the domain, port 5223)", HelpName = "HOST[:PORT]" };
        var insecure = new Option<bool>("--insecure") { Description = "Take any certificate; done anyway for a server on this machine" };
        var resource = new Option<string>("--resource") { Description = "Name of the session", HelpName = "NAME", DefaultValueFactory = _ => "phone" };
        var command = new Command("phone", "Play a phone: chat, fall asleep, be pushed, wake up and get what waited") { jid, password, server, insecure, resource };
        run.Bind(command, async (result, context, cancellation) =>
        {
            var user = result.GetRequiredValue(jid);
            if (!Jid.TryParse(user, out var address) || address.Local is null || !address.IsBare)
            {
                throw new UsageException($"\"{user}\" is not the address of an account, such as alice@example.org");
            }

            var (host, port) = Server(result.GetValue(server), address.Domain);
            var trustAny = result.GetValue(insecure) || host is "localhost" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
            var secret = await PasswordSource.ReadAsync(result.GetValue(password), context).ConfigureAwait(false);
            return await PlayAsync(new PhoneAccount(address, secret, result.GetRequiredValue(resource), host, port, trustAny), context, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> PlayAsync(PhoneAccount account, CommandContext context, CancellationToken cancellation)
    {
        var output = TextWriter.Synchronized(context.Terminal.Out);
        void Say(string line)
        {
            output.WriteLine($"{context.Terminal.Clock.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {line}");
            output.Flush();
        }

        using var phone = new PlayedPhone(account, context.Terminal.Clock, Say);
        try
        {
            await phone.WakeAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            context.Fail(e.Message);
            return ExitCode.Failed;
        }

        output.WriteLine(Help);
        // A console blocks whoever reads a line from it: not the thread that also listens.
        while (await Task.Run(context.Terminal.In.ReadLine, cancellation).ConfigureAwait(false) is { } line && line.Trim() != "/quit")
        {
            await DoAsync(phone, line.Trim(), Say, cancellation).ConfigureAwait(false);
        }

        await phone.QuitAsync(cancellation).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static async Task DoAsync(PlayedPhone phone, string line, Action<string> say, CancellationToken cancellation)
    {
        switch (line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries))
        {
            case []:
                break;
            case ["/sleep"]:
                await phone.SleepAsync().ConfigureAwait(false);
                say("The phone has lost its network. Its session sleeps on the server.");
                break;
            case ["/wake"] when phone.IsAwake:
                say("The phone is awake.");
                break;
            case ["/wake"]:
                await WakeAsync(phone, say, cancellation).ConfigureAwait(false);
                break;
            case ["/add", var contact]:
                await phone.AddAsync(phone.AddressOf(contact), cancellation).ConfigureAwait(false);
                break;
            case ["/to", var to, var text]:
                phone.Partner = phone.AddressOf(to);
                await phone.SayAsync(phone.Partner, text, cancellation).ConfigureAwait(false);
                break;
            case [var word, ..] when word.StartsWith('/'):
                say("That is not understood: /to USER TEXT, /add USER, /sleep, /wake or /quit.");
                break;
            default:
                if (phone.Partner is { } partner)
                {
                    await phone.SayAsync(partner, line, cancellation).ConfigureAwait(false);
                }
                else
                {
                    say("To whom? /to USER TEXT");
                }

                break;
        }
    }

    private static async Task WakeAsync(PlayedPhone phone, Action<string> say, CancellationToken cancellation)
    {
        try
        {
            await phone.WakeAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            say($"The phone cannot wake: {e.Message}");
        }
    }

    private static (string Host, int Port) Server(string? said, string domain)
    {
        if (said is null)
        {
            return (domain, DirectTlsPort);
        }

        if (IPEndPoint.TryParse(said, out var end) && end.Port != 0)
        {
            return (end.Address.ToString(), end.Port);
        }

        var colon = said.LastIndexOf(':');
        if (colon < 0)
        {
            return (said, DirectTlsPort);
        }

        return int.TryParse(said[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? (said[..colon], port)
            : throw new UsageException($"--server {said}: write HOST or HOST:PORT");
    }
}

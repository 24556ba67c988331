using System.Diagnostics;
using System.Globalization;
using Presence.Protocol.Stanzas;

namespace Presence.Cli.Load;

/// <summary>
/// Pairs of users who are online and write to each other: from one's send to the other's receipt. Without a rate each pair has one message on its way; with a rate
/// messages leave when they are due, however slow the server is, and their time counts from when they were due.
/// </summary>
internal static class ChatLoad
{
    public static async Task RunAsync(LoadRun run, IReadOnlyList<LoadUser> users, CancellationToken cancellation)
    {
        var pairs = users.Chunk(2).Where(p => p.Length == 2).ToArray();
        await run.PrepareAsync("log in", users, Beginning.OnlineAsync, cancellation).ConfigureAwait(false);
        var text = new string('x', run.Options.BodyBytes);
        await run.ForAWhileAsync(
            "chat",
            (meter, stop) => run.Options.Rate > 0 ? AtRateAsync(pairs, text, run.Options.Rate, meter, stop) : InTurnAsync(pairs, text, meter, stop),
            cancellation).ConfigureAwait(false);
    }

    private static async Task InTurnAsync(LoadUser[][] pairs, string text, LoadMeter meter, CancellationToken stop)
    {
        foreach (var pair in pairs)
        {
            var (sender, recipient) = (pair[0], pair[1]);
            recipient.Got = (me, stanza) =>
            {
                Arrived(stanza, meter);
                if (stanza.Kind == StanzaKind.Message && !stop.IsCancellationRequested)
                {
                    _ = SendAsync(sender, me, text, Stopwatch.GetTimestamp(), meter);
                }
            };
            await SendAsync(sender, recipient, text, Stopwatch.GetTimestamp(), meter).ConfigureAwait(false);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(false);
    }

    private static async Task AtRateAsync(LoadUser[][] pairs, string text, int rate, LoadMeter meter, CancellationToken stop)
    {
        foreach (var pair in pairs)
        {
            pair[1].Got = (_, stanza) => Arrived(stanza, meter);
        }

        var began = Stopwatch.GetTimestamp();
        for (long sent = 0; !stop.IsCancellationRequested; sent++)
        {
            var due = began + (sent * Stopwatch.Frequency / rate);
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } early)
            {
                await Task.Delay(early, TimeProvider.System, stop).ConfigureAwait(false);
            }

            var pair = pairs[sent % pairs.Length];
            _ = SendAsync(pair[0], pair[1], text, due, meter);
        }
    }

    // The time it counts from travels as the message's id.
    private static async Task SendAsync(LoadUser sender, LoadUser recipient, string text, long since, LoadMeter meter)
    {
        try
        {
            var id = since.ToString(CultureInfo.InvariantCulture);
            await sender.SendAsync(
                $"<message type='chat' to='{recipient.Jid}' id='{id}'><body>{text}</body></message><r xmlns='urn:xmpp:sm:3'/>", CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            meter.Failed(e);
        }
    }

    private static void Arrived(Stanza stanza, LoadMeter meter)
    {
        if (stanza.Kind == StanzaKind.Message && long.TryParse(stanza.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var since))
        {
            meter.Done(Stopwatch.GetElapsedTime(since));
        }
    }
}

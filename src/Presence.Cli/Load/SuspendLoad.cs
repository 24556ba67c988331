using System.Diagnostics;
using System.Globalization;
using Presence.Protocol.Stanzas;

namespace Presence.Cli.Load;

/// <summary>
/// Phones that sleep: users with push lose their connection, messages queue for them, they come back and get their queues. Three measurements: falling asleep
/// (what a session weighs), queueing, draining.
/// </summary>
internal static class SuspendLoad
{
    private const int Window = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(LoadRun run, IReadOnlyList<LoadUser> users, CancellationToken cancellation)
    {
        var senders = users.Take(run.Options.Concurrency).ToArray();
        var phones = users.Skip(senders.Length).ToArray();
        await run.PrepareAsync("log senders in", senders, Beginning.OnlineAsync, cancellation).ConfigureAwait(false);
        await run.ToTheEndAsync("fall asleep", phones.Length, (meter, stop) => FallAsleepAsync(run, phones, meter, stop), cancellation, phones.Length).ConfigureAwait(false);

        var perPhone = run.Options.Messages;
        var text = new string('x', run.Options.BodyBytes);
        await run.ToTheEndAsync(
            "queue",
            (long)phones.Length * perPhone,
            (meter, stop) => Task.WhenAll(senders.Select((sender, i) =>
                SendAsync(sender, [.. Enumerable.Repeat(phones.Where((_, at) => at % senders.Length == i), perPhone).SelectMany(p => p)], text, meter, stop))),
            cancellation).ConfigureAwait(false);
        if (run.Options.Pause)
        {
            await run.PauseAsync(cancellation).ConfigureAwait(false);
        }

        await run.ToTheEndAsync("drain", (long)phones.Length * perPhone, (meter, stop) => WakeAsync(run, phones, perPhone, meter, stop), cancellation).ConfigureAwait(false);
    }

    private static Task FallAsleepAsync(LoadRun run, LoadUser[] phones, LoadMeter meter, CancellationToken stop) =>
        run.EachAsync(phones, meter, async (phone, each) =>
        {
            var timer = meter.Time();
            await phone.LogInAsync(each).ConfigureAwait(false);
            await phone.BindAsync(streamManagement: true, each).ConfigureAwait(false);
            var enabled = new TaskCompletionSource();
            phone.Got = (_, stanza) =>
            {
                if (stanza is { Kind: StanzaKind.Iq, Id: "push" })
                {
                    enabled.TrySetResult();
                }
            };
            phone.Listen();
            await phone.SendAsync(
                $"<iq type='set' id='push'><enable xmlns='urn:xmpp:push:0' jid='push.{run.Options.Server.Domain}' node='{phone.Jid}'/></iq><presence/>", each)
                .ConfigureAwait(false);
            await enabled.Task.WaitAsync(Patience, TimeProvider.System, each).ConfigureAwait(false);
            await phone.CutAsync().ConfigureAwait(false);
            timer.Done();
        }, stop);

    // Some on the way, then all of them acknowledged, then the next: what is counted has been committed.
    private static async Task SendAsync(LoadUser sender, LoadUser[] recipients, string text, LoadMeter meter, CancellationToken stop)
    {
        uint acknowledged = 0;
        var signal = new SemaphoreSlim(0);
        sender.Got = (_, element) =>
        {
            if (element is { Kind: StanzaKind.Other, Name: "a" } && uint.TryParse(element.Attribute("h"), NumberStyles.None, CultureInfo.InvariantCulture, out var h))
            {
                Volatile.Write(ref acknowledged, h);
                signal.Release();
            }
        };

        // The presence that the sender began with is number 1.
        uint sent = 1;
        foreach (var some in recipients.Chunk(Window))
        {
            var began = Stopwatch.GetTimestamp();
            var xml = string.Concat(some.Select(to => $"<message type='chat' to='{to.Jid}' id='m'><body>{text}</body></message>"));
            await sender.SendAsync(xml + "<r xmlns='urn:xmpp:sm:3'/>", stop).ConfigureAwait(false);
            sent += (uint)some.Length;
            while (Volatile.Read(ref acknowledged) < sent)
            {
                if (!await signal.WaitAsync(Patience, stop).ConfigureAwait(false))
                {
                    throw new IOException($"{sender.Jid}: only {acknowledged} of {sent} stanzas were acknowledged in {Patience.TotalSeconds:0} s");
                }
            }

            meter.Done(some.Length - 1);
            meter.Done(Stopwatch.GetElapsedTime(began));
        }
    }

    private static Task WakeAsync(LoadRun run, LoadUser[] phones, int expected, LoadMeter meter, CancellationToken stop) =>
        run.EachAsync(phones, meter, async (phone, each) =>
        {
            var all = new TaskCompletionSource();
            var count = 0;
            phone.Got = (_, stanza) =>
            {
                if (stanza.Kind == StanzaKind.Message)
                {
                    meter.Done();
                    if (Interlocked.Increment(ref count) == expected)
                    {
                        all.TrySetResult();
                    }
                }
            };
            var began = Stopwatch.GetTimestamp();
            await phone.LogInAsync(each).ConfigureAwait(false);
            await phone.ResumeAsync(each).ConfigureAwait(false);
            phone.Listen();
            try
            {
                await all.Task.WaitAsync(Patience, TimeProvider.System, each).ConfigureAwait(false);
            }
            catch (TimeoutException e)
            {
                throw new IOException($"{phone.Jid}: {count} of {expected} messages came in {Patience.TotalSeconds:0} s", e);
            }

            meter.Latencies.Record(Stopwatch.GetElapsedTime(began));

            // Many more phones may sleep than this process may have sockets.
            await phone.CutAsync().ConfigureAwait(false);
        }, stop);
}

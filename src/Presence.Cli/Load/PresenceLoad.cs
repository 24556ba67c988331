using System.Globalization;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Cli.Load;

/// <summary>
/// Groups of users who are all contacts of each other and change their presence; each stanza that arrives counts. Every user has one change on its way and makes the
/// next when its own has come back.
/// </summary>
internal static class PresenceLoad
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(LoadRun run, IReadOnlyList<LoadUser> users, CancellationToken cancellation)
    {
        var groups = users.Chunk(run.Options.Contacts + 1).ToArray();
        await run.PrepareAsync("log in", users, Beginning.OnlineAsync, cancellation).ConfigureAwait(false);
        await run.PrepareAsync("make contacts", groups, BefriendAsync, cancellation).ConfigureAwait(false);
        await run.ForAWhileAsync("presence", (meter, stop) => ChangeAsync(users, meter, stop), cancellation).ConfigureAwait(false);
    }

    /// <summary>Everybody asks everybody, everybody agrees; again for whoever is missing, until the rosters say so.</summary>
    private static async Task BefriendAsync(LoadUser[] group, CancellationToken cancellation)
    {
        foreach (var user in group)
        {
            user.Got = (me, stanza) =>
            {
                if (stanza is { Kind: StanzaKind.Presence, Type: StanzaType.Subscribe, From: { } from })
                {
                    _ = me.SendAsync($"<presence type='subscribed' to='{from.Bare}'/>", CancellationToken.None);
                }
                else if (stanza is { Kind: StanzaKind.Iq, Id: "roster" } && me.State is TaskCompletionSource<XmlElement> waiting)
                {
                    waiting.TrySetResult(stanza.ToElement());
                }
            };
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        for (var missing = true; missing;)
        {
            missing = false;
            foreach (var user in group)
            {
                var there = await BothAsync(user, limit.Token).ConfigureAwait(false);
                foreach (var other in group.Where(o => o != user && !there.Contains(o.Jid)))
                {
                    missing = true;
                    await user.SendAsync($"<presence type='subscribe' to='{other.Jid}'/>", limit.Token).ConfigureAwait(false);
                }
            }

            if (missing)
            {
                await Task.Delay(Pause, TimeProvider.System, limit.Token).ConfigureAwait(false);
            }
        }
    }

    private static async Task<HashSet<string>> BothAsync(LoadUser user, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<XmlElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        user.State = answer;
        await user.SendAsync("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>", cancellation).ConfigureAwait(false);
        var roster = await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
        return [.. roster.Children.SelectMany(q => q.Children).Where(i => i.Attr("subscription") == "both").Select(i => i.Attr("jid")).OfType<string>()];
    }

    private static async Task ChangeAsync(IReadOnlyList<LoadUser> users, LoadMeter meter, CancellationToken stop)
    {
        foreach (var user in users)
        {
            var number = 0;
            user.Got = (me, stanza) =>
            {
                if (stanza.Kind != StanzaKind.Presence)
                {
                    return;
                }

                meter.Done();
                if (stanza.From?.ToString() == me.FullJid && !stop.IsCancellationRequested)
                {
                    _ = me.SendAsync(Change(++number), CancellationToken.None);
                }
            };
        }

        foreach (var user in users)
        {
            await user.SendAsync(Change(0), stop).ConfigureAwait(false);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(false);
    }

    private static string Change(int number) =>
        $"<presence><show>{(number % 2 == 0 ? "away" : "chat")}</show><status>change {number.ToString(CultureInfo.InvariantCulture)}</status></presence>";
}

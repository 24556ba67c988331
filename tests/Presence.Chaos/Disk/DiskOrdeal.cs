using System.Diagnostics;
using Presence.Chaos.Checking;
using Presence.Chaos.Clients;
using Presence.Tests.Shared;

namespace Presence.Chaos.Disk;

/// <summary>
/// What a node goes through when its disk takes nothing more: it must acknowledge nothing, say why in its log, and go on when
/// the disk is cured. The ordeal itself must never decide what breaks the disk: the test brings that.
/// </summary>
/// <param name="node">The node that suffers.</param>
/// <param name="breakDisk">From here on writes fail.</param>
/// <param name="cureDisk">From here on they succeed again.</param>
/// <param name="errors">What the log may say; one of these it must.</param>
public sealed class DiskOrdeal(NodeProcess node, Func<Task> breakDisk, Func<Task> cureDisk, params string[] errors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private readonly Ledger ledger = new();

    /// <summary>
    /// Runs it; with <paramref name="kill"/> the node is killed before the cure, so that only what is on the disk counts.
    /// </summary>
    public async Task<Verdict> RunAsync(bool kill)
    {
        using var living = new CancellationTokenSource();
        var (alice, bob) = (await InviteAsync("alice@localhost"), await InviteAsync("bob@localhost"));
        Task[] lives = [alice.RunAsync(living.Token), bob.RunAsync(living.Token)];
        try
        {
            await Task.WhenAll(alice.GoOnlineAsync(), bob.GoOnlineAsync()).WaitAsync(Patience);
            var conversation = ledger.Between(alice.Jid, bob.Jid);
            Write(alice, bob, 10);
            await UntilAsync(alice, () => conversation.Acknowledged == 10, "acknowledged before the disk breaks");

            await breakDisk();
            await WriteUntilSilentAsync(alice, bob, conversation);
            if (kill)
            {
                await node.KillAsync();
            }

            await cureDisk();
            if (kill)
            {
                await node.RestartAsync();
            }

            await UntilAsync(alice, () => conversation.Acknowledged == conversation.Sent, "acknowledged after the cure");
            await UntilAsync(bob, () => conversation.Arrivals >= conversation.Sent, "arrived after the cure");
            await bob.AskAsync("get", "<ping xmlns='urn:xmpp:ping'/>", Patience);
            return Checker.Judge(ledger.Conversations);
        }
        finally
        {
            await living.CancelAsync();
            await Task.WhenAll(lives).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task<Person> InviteAsync(string jid)
    {
        await node.Admin.AddUserAsync(jid, Person.Password);
        return new Person(() => node.Ports.Client, jid, ledger);
    }

    private static void Write(Person sender, Person recipient, int count)
    {
        for (; count > 0; count--)
        {
            sender.Write(recipient, filler: 1400);
        }
    }

    /// <summary>
    /// A full disk still takes what fits into files that are there: writes until no acknowledgement has come for a while
    /// although it was asked for, and the log has said something.
    /// </summary>
    private async Task WriteUntilSilentAsync(Person alice, Person bob, Conversation conversation)
    {
        var (last, since, total) = (conversation.Acknowledged, Stopwatch.StartNew(), Stopwatch.StartNew());
        while (since.Elapsed < Silence || !errors.Any(node.Output.Contains))
        {
            if (alice.Unacked < 50)
            {
                Write(alice, bob, 10);
            }

            alice.RequestAck();
            await Task.Delay(50);
            if (conversation.Acknowledged != last)
            {
                (last, since) = (conversation.Acknowledged, Stopwatch.StartNew());
            }

            Assert.True(
                total.Elapsed < Patience,
                $"after {Patience} on a broken disk {last} are acknowledged, the last {since.Elapsed} ago; the log should say one of "
                + $"[{string.Join(", ", errors)}]:\n{node.Output}");
        }
    }

    private async Task UntilAsync(Person asker, Func<bool> done, string what)
    {
        for (var clock = Stopwatch.StartNew(); !done(); await Task.Delay(50))
        {
            asker.RequestAck();
            Assert.True(clock.Elapsed < Patience, $"not all {what}: {ledger.Judge()}\n-- node\n{node.Output}");
        }
    }
}

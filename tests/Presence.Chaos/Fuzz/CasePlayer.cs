using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Presence.Chaos.Hostile;
using Presence.Tests.Shared;

namespace Presence.Chaos.Fuzz;

/// <summary>
/// Plays one case on a connection of its own and tells what is wrong with the node's behaviour; null if nothing is. What is owed: output that is well formed, an
/// answer to every request, a stream error before the node closes (RFC 6120 §4.9), and a close when the client has closed. It must never judge the log: that is the run's part.
/// </summary>
/// <param name="component">The domain that stands for {component}.</param>
internal sealed partial class CasePlayer(NodeProcess node, string account, string component)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(40);
    private static readonly byte[] Probe = "<iq type='get' id='probe' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>"u8.ToArray();

    /// <exception cref="IOException">The stage could not be reached: the account cannot log in.</exception>
    public async Task<string?> PlayAsync(FuzzCase play)
    {
        await using var intruder = await ReachAsync(play);
        var sent = new StringBuilder();
        foreach (var step in play.Steps)
        {
            if (step.AfterAnswer)
            {
                await intruder.ReadWhileAsync(Quiet, until: () => intruder.Text.Length > 0);
            }

            var bytes = step.Make(intruder.Text);
            sent.Append(Encoding.UTF8.GetString(bytes));
            await intruder.TrySendAsync(bytes);
        }

        if (play.Cuts && play.Answers.Count == 0)
        {
            return await ResumeAsync(play, intruder) is { } harm ? $"{harm}\n  sent: {Shown(sent.ToString())}" : null;
        }

        return await JudgeAsync(play, intruder, sent.ToString()) is { } finding ? $"{finding}\n  sent: {Shown(sent.ToString())}\n  received: {Shown(intruder.Text)}" : null;
    }

    // A session that was enabled is resumed, with an h that may be right.
    private async Task<string?> ResumeAsync(FuzzCase play, Intruder cut)
    {
        await cut.ReadWhileAsync(Quiet, until: () => false);
        var id = Enabled().Match(cut.Text);
        cut.Cut();
        if (!id.Success)
        {
            return null;
        }

        await using var back = await ReachAsync(play with { Stage = FuzzStage.Authenticated });
        var h = new Random(play.Number).Next(4) switch { 0 => 0, 1 => int.MaxValue, var more => more };
        await back.SendAsync(string.Create(CultureInfo.InvariantCulture, $"<resume xmlns='urn:xmpp:sm:3' previd='{id.Groups[1].Value}' h='{h}'/>"));
        if (!await back.ReadWhileAsync(Patience, until: () => back.Text.Contains("<resumed ", StringComparison.Ordinal) || back.Text.Contains("</failed>", StringComparison.Ordinal)) && Intruder.ErrorOf(back.Text).Length == 0)
        {
            return $"a resume was not answered: {Shown(back.Text)}";
        }

        await back.ReadWhileAsync(Quiet, until: () => false);
        return Tree.Check(Intruder.Header + back.Text, out _);
    }

    // XEP-0114 §3.
    [SuppressMessage("Security", "CA5350", Justification = "The protocol says SHA-1.")]
    private static string Digest(string id) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(id + ComponentCases.Secret)));

    [GeneratedRegex(" id=['\"]([^'\"]+)")]
    private static partial Regex StreamId();

    [GeneratedRegex("<enabled [^>]*id=['\"]([^'\"]+)")]
    private static partial Regex Enabled();

    private async Task<Intruder> ReachAsync(FuzzCase play)
    {
        if (play.Stage is FuzzStage.WebSocket or FuzzStage.WebSocketBound)
        {
            var web = await Intruder.ConnectAsync(node.Ports.Http);
            await web.SendAsync("GET /xmpp-websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n");
            await web.TakeAsync("\r\n\r\n");
            web.Framed = true;
            if (play.Stage == FuzzStage.WebSocketBound)
            {
                await web.OpenStreamAsync();
                await web.LogInAsync(account);
                await BindAsync(web);
            }

            return web;
        }

        if (play.Stage is FuzzStage.ComponentPort or FuzzStage.Component)
        {
            var gate = await Intruder.ConnectAsync(node.Ports.Component);
            if (play.Stage == FuzzStage.Component)
            {
                await gate.SendAsync(ComponentCases.Header(component));
                await gate.TakeAsync("<stream:stream");
                var id = StreamId().Match(await gate.TakeAsync(">")).Groups[1].Value;
                await gate.SendAsync($"<handshake>{Digest(id)}</handshake>");
                await gate.TakeAsync("<handshake/>");
            }

            return gate;
        }

        var intruder = await Intruder.ConnectAsync(play.Tls ? node.Ports.DirectTls : node.Ports.Client, play.Tls);
        if (play.Stage >= FuzzStage.Opened)
        {
            await intruder.OpenStreamAsync();
        }

        if (play.Stage >= FuzzStage.Authenticated)
        {
            await intruder.LogInAsync(account);
        }

        if (play.Stage >= FuzzStage.Bound)
        {
            await BindAsync(intruder);
        }

        return intruder;
    }

    private static async Task BindAsync(Intruder intruder)
    {
        await intruder.SendAsync("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>attack</resource></bind></iq>");
        await intruder.TakeAsync("</iq>");
    }

    private static async Task<string?> JudgeAsync(FuzzCase play, Intruder intruder, string sent)
    {
        if (play.IsWellFormed)
        {
            await intruder.TrySendAsync(Probe);
            string[] due = ["probe", .. play.Answers];
            var answered = await intruder.ReadWhileAsync(Patience, until: () => intruder.Text is var text && due.All(id => text.Contains($"'{id}'", StringComparison.Ordinal) || text.Contains($"\"{id}\"", StringComparison.Ordinal)));
            if (!answered && !intruder.Ended)
            {
                return "requests of the case, or the ping after it, were not answered";
            }
        }
        else
        {
            await intruder.ReadWhileAsync(Quiet, until: () => false);
        }

        var closedByNode = intruder.Ended;
        if (!closedByNode)
        {
            intruder.EndOutput();
        }

        try
        {
            await intruder.ReadToEndAsync(Patience);
        }
        catch (TimeoutException)
        {
            return "the client has closed and the node does not";
        }

        return play.Stage is FuzzStage.WebSocket or FuzzStage.WebSocketBound ? null : Verdict(play, intruder, sent, closedByNode);
    }

    private static string? Verdict(FuzzCase play, Intruder intruder, string sent, bool closedByNode)
    {
        var text = intruder.Text;
        var endedByClient = sent.Contains("</stream:stream", StringComparison.Ordinal) || sent.Contains("<starttls", StringComparison.Ordinal) || text.Contains("<proceed", StringComparison.Ordinal);
        var error = Intruder.ErrorOf(text);
        if (closedByNode && error.Length == 0 && !endedByClient)
        {
            return intruder.WasReset ? "the node cut the connection" : "the node closed the stream without an error";
        }

        if (error is "internal-server-error" || (error == "undefined-condition" && !text.Contains("<handled-count-too-high ", StringComparison.Ordinal)))
        {
            return $"the stream ended with {error}";
        }

        if (intruder.WasReset || endedByClient)
        {
            return null;
        }

        // One header for each stream that was opened: the last is what the rest belongs to.
        var start = text.LastIndexOf("<stream:stream", StringComparison.Ordinal);
        var problem = Tree.Check(start < 0 ? Intruder.Header + text : text[start..], out var elements);
        if (problem is not null || elements is null || error.Length > 0)
        {
            return problem;
        }

        var ids = elements.Where(e => e.Name.LocalName == "iq" && e.Attribute("type")?.Value is "result" or "error").Select(e => e.Attribute("id")?.Value).ToHashSet();
        var missing = play.Answers.Where(id => !ids.Contains(id)).ToArray();
        return missing.Length > 0 ? $"requests were not answered: {string.Join(' ', missing)}" : null;
    }

    private static string Shown(string text) => text.Length <= 6000 ? text : string.Concat(text.AsSpan(0, 4000), " … ", text.AsSpan(text.Length - 2000));
}

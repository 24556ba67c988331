using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using Presence.Chaos.Checking;

namespace Presence.Chaos.Clients;

/// <summary>
/// Somebody with one device in a chaos run: writes numbered messages, notes those that arrive, asks and is answered.
/// It must never judge: the ledger holds what it saw.
/// </summary>
public sealed class Person(Func<int> port, string jid, Ledger ledger) : SmClient(port, jid, Password, ledger.Complain)
{
    public const string Password = "secret";
    private const int MaxFiller = 1500;

    private readonly ConcurrentDictionary<string, TaskCompletionSource<XElement>> questions = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<XElement>> pages = new();
    private int questionNumber;

    /// <summary>Sends the next numbered message, padded so that stanzas are of many sizes.</summary>
    public void Write(Person recipient, int filler, Action? acknowledged = null)
    {
        var conversation = ledger.Between(Jid, recipient.Jid);
        var number = conversation.Next();
        var body = string.Create(CultureInfo.InvariantCulture, $"{Jid} {recipient.Jid} {number} {new string('x', filler % MaxFiller)}");
        Send(
            $"<message to='{recipient.Jid}' type='chat' id='n{number}'><body>{body}</body></message>",
            () =>
            {
                conversation.Acknowledge(number);
                acknowledged?.Invoke();
            },
            () => conversation.MarkAmbiguous(number));
    }

    /// <summary>Sends a chat state: counted by both sides, kept by nobody.</summary>
    public void Type(Person recipient) => Send(
        $"<message to='{recipient.Jid}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>");

    /// <summary>Sends an IQ of the type with this payload and returns the answer.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    public async Task<XElement> AskAsync(string type, string payload, TimeSpan limit)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"q{Interlocked.Increment(ref questionNumber)}");
        var question = questions[id] = new TaskCompletionSource<XElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        Send($"<iq type='{type}' id='{id}'>{payload}</iq>");
        return await question.Task.WaitAsync(limit);
    }

    /// <summary>Makes messages that wait for this person push to a node named after it (XEP-0357).</summary>
    public async Task EnablePushAsync()
    {
        var answer = await AskAsync("set", $"<enable xmlns='urn:xmpp:push:0' jid='push.example' node='{PushNode}'/>", TimeSpan.FromSeconds(15));
        if (answer.Attribute("type")?.Value != "result")
        {
            ledger.Complain($"{Jid}: push was refused: {answer}");
        }
    }

    public string PushNode => "chaos-" + Jid;

    /// <summary>The bodies in the archive, oldest first (XEP-0313, page by page).</summary>
    public async Task<IReadOnlyList<string>> ReadArchiveAsync()
    {
        var bodies = new List<string>();
        for (var after = ""; ;)
        {
            var query = string.Create(CultureInfo.InvariantCulture, $"archive{bodies.Count}");
            var page = pages[query] = new ConcurrentQueue<XElement>();
            var position = after.Length == 0 ? "" : $"<after>{after}</after>";
            var answer = await AskAsync(
                "set",
                $"<query xmlns='urn:xmpp:mam:2' queryid='{query}'><set xmlns='http://jabber.org/protocol/rsm'><max>50</max>{position}</set></query>",
                TimeSpan.FromSeconds(30));
            var fin = answer.Elements().FirstOrDefault(e => e.Name.LocalName == "fin")
                ?? throw new InvalidDataException($"{Jid}: no archive: {answer}");
            bodies.AddRange(page.Select(result => Body(result) ?? ""));
            if (fin.Attribute("complete")?.Value == "true" || page.IsEmpty)
            {
                return bodies;
            }

            after = fin.Descendants().First(e => e.Name.LocalName == "last").Value;
        }
    }

    protected override void OnNewSession() => Send("<presence/>");

    protected override void OnStanza(XElement stanza)
    {
        var type = stanza.Attribute("type")?.Value;
        if (stanza.Name.LocalName == "iq")
        {
            if (type is "result" or "error" && questions.TryRemove(stanza.Attribute("id")?.Value ?? "", out var question))
            {
                question.TrySetResult(stanza);
            }
        }
        else if (type == "error")
        {
            ledger.Complain($"{Jid}: {stanza.ToString(SaveOptions.DisableFormatting)}");
        }
        else if (stanza.Elements().FirstOrDefault(e => e.Name.LocalName == "result") is { } result)
        {
            pages[result.Attribute("queryid")!.Value].Enqueue(stanza);
        }
        else if (stanza.Name.LocalName == "message" && Body(stanza) is { } body)
        {
            Arrived(body, stanza.Attribute("from")?.Value.Split('/')[0]);
        }
    }

    private static string? Body(XElement stanza) => stanza.Descendants().FirstOrDefault(e => e.Name.LocalName == "body")?.Value;

    private void Arrived(string body, string? from)
    {
        var words = body.Split(' ');
        if (words[0] != from || words[1] != Jid)
        {
            ledger.Complain($"{Jid} got from {from} what {words[0]} wrote to {words[1]}");
        }

        ledger.Between(words[0], words[1]).Receive(int.Parse(words[2], CultureInfo.InvariantCulture));
    }
}

using System.Xml;
using System.Xml.Linq;
using Presence.Chaos.Clients;
using Presence.Chaos.Hostile;
using Presence.Tests.Shared;

namespace Presence.Chaos.Fuzz;

/// <summary>
/// A client to whom the fuzzers write: what the node passes on to it has to be well-formed XML whatever came in. It comes back when it is thrown out, also as a
/// new account. It must never answer.
/// </summary>
internal sealed class Observer(NodeProcess node, string account, Action<string> finding)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var eye = await Intruder.BoundAsync(node.Ports.Client, account, "eye");
                await eye.SendAsync("<presence/>");
                await WatchAsync(eye, stop);
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or TimeoutException)
            {
                await TryAddAsync();
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    private async Task WatchAsync(Intruder eye, CancellationToken stop)
    {
        using var ending = stop.Register(eye.Cut);
        var settings = new XmlReaderSettings { Async = true, DtdProcessing = DtdProcessing.Prohibit, IgnoreComments = false };
        using var reader = XmlReader.Create(eye.Continued("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"), settings);
        try
        {
            await reader.MoveToContentAsync();
            await reader.ReadAsync();
            while (!reader.EOF)
            {
                if (reader.NodeType != XmlNodeType.Element)
                {
                    await reader.ReadAsync();
                }
                else if (Problem((XElement)await XNode.ReadFromAsync(reader, CancellationToken.None)) is { } problem)
                {
                    finding(problem);
                }
            }
        }
        catch (XmlException e) when (!stop.IsCancellationRequested && !Tree.IsOfFifthEdition(e) && !e.Message.Contains("Unexpected end of file", StringComparison.Ordinal))
        {
            finding($"the node passed on what is not well formed: {e.Message}");
        }
        catch (Exception e) when (e is XmlException or ObjectDisposedException)
        {
            // The stream ended, which an account that was deleted or conflicts has to expect.
        }
    }

    private string? Problem(XElement stanza)
    {
        var whole = stanza.ToString(SaveOptions.DisableFormatting);
        if (stanza.DescendantNodes().Any(n => n is XComment or XProcessingInstruction or XDocumentType))
        {
            return $"the node passed on what XMPP forbids: {whole}";
        }

        if (stanza.Name.LocalName is not ("message" or "presence" or "iq"))
        {
            return null;
        }

        var from = stanza.Attribute("from")?.Value ?? account;
        if (!from.StartsWith("fuzz", StringComparison.Ordinal) && from != "localhost" && !from.Contains(".localhost", StringComparison.Ordinal) && from.Split('/')[0] != account && from.Split('@') is not ["nobody" or "friend" or "made", ..])
        {
            return $"the node passed on a sender that is none: {whole}";
        }

        // XEP-0359 is about messages.
        XElement[] ids = stanza.Name.LocalName != "message" ? [] : [.. stanza.Elements(XName.Get("stanza-id", "urn:xmpp:sid:0")).Where(id => id.Attribute("by")?.Value == account)];
        return ids.Length > 1 || ids.Any(id => id.Attribute("id")?.Value == "forged") ? $"the node passed on a forged stanza-id: {whole}" : null;
    }

    private async Task TryAddAsync()
    {
        try
        {
            await node.Admin.AddUserAsync(account, Person.Password);
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException or TaskCanceledException)
        {
            // It is there, or is being deleted still.
        }
    }
}

using System.Xml;
using System.Xml.Linq;
using Presence.Node.Transfer;

namespace Presence.Cli.Import;

/// <summary>
/// Reads the portable format of XEP-0227 as a stream: only one child of a user, or one archived message, is in memory at a time. Follows XInclude to files beside the main
/// one and below. It never resolves entities or reads a DTD, and what it does not import it counts.
/// </summary>
internal sealed class PortableFile(string path, string domain, Dictionary<string, int> ignored)
{
    /// <summary>Messages in one record; a larger archive becomes several.</summary>
    private const int MessagesPerRecord = 100;
    private const int CharactersPerRecord = 256 * 1024;

    /// <summary>Characters of a document in all: against files that expand without end.</summary>
    private const long MaxCharacters = 64L * 1024 * 1024 * 1024;
    private const int MaxIncludeDepth = 4;

    private static readonly XNamespace Pie = "urn:xmpp:pie:0";
    private static readonly XNamespace Scram = "urn:xmpp:pie:0#scram";
    private static readonly XNamespace Include = "http://www.w3.org/2001/XInclude";
    private static readonly XNamespace Client = "jabber:client";

    private readonly string _root = Path.GetDirectoryName(Path.GetFullPath(path))!;

    public IEnumerable<ImportItem> Read() => File(Path.GetFullPath(path), null, 0);

    private IEnumerable<ImportItem> File(string file, string? host, int depth)
    {
        if (depth > MaxIncludeDepth || !file.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !System.IO.File.Exists(file))
        {
            yield return ImportItem.Bad(file, "included, but not there, not beside or below the main file, or included by too many others");
            yield break;
        }

        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, MaxCharactersInDocument = MaxCharacters,
        };
        using var reader = XmlReader.Create(file, settings);
        var items = Document(reader, file, host, depth).GetEnumerator();
        while (true)
        {
            ImportItem? broken = null;
            try
            {
                if (!items.MoveNext())
                {
                    yield break;
                }
            }
            catch (XmlException e)
            {
                broken = ImportItem.Bad(file, $"the rest of the file cannot be read: {e.Message}");
            }

            yield return broken ?? items.Current;
            if (broken is not null)
            {
                yield break;
            }
        }
    }

    private IEnumerable<ImportItem> Document(XmlReader reader, string file, string? host, int depth)
    {
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            if (reader.NamespaceURI == Include && reader.LocalName == "include")
            {
                var href = reader.GetAttribute("href") ?? "";
                foreach (var item in File(Path.GetFullPath(Uri.UnescapeDataString(href), Path.GetDirectoryName(file)!), host, depth + 1))
                {
                    yield return item;
                }
            }
            else if (reader.NamespaceURI == Pie && reader.LocalName == "host")
            {
                host = reader.GetAttribute("jid");
            }
            else if (reader.NamespaceURI == Pie && reader.LocalName == "user")
            {
                var place = $"{file}:{((IXmlLineInfo)reader).LineNumber}";
                using var user = reader.ReadSubtree();
                user.Read();
                foreach (var item in User(user, host, place))
                {
                    yield return item;
                }
            }
        }
    }

    private IEnumerable<ImportItem> User(XmlReader reader, string? host, string place)
    {
        if (!string.Equals(host, domain, StringComparison.OrdinalIgnoreCase))
        {
            Ignore($"user of another domain ({host})");
            yield break;
        }

        var jid = $"{reader.GetAttribute("name")}@{host}";
        var password = reader.GetAttribute("password");
        var head = new PortableUser(Ignore);
        var clock = new MessageClock();
        List<MessageRecord> messages = [];
        var characters = 0;
        reader.Read();
        while (!reader.EOF)
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                reader.Read();
            }
            else if (reader.LocalName is "archive" or "offline-messages" && reader.NamespaceURI is "urn:xmpp:pie:0#mam" or "urn:xmpp:pie:0")
            {
                reader.Read();
            }
            else if (reader.LocalName is "result" or "message")
            {
                var found = (XElement)XNode.ReadFrom(reader);
                if (PortableMessage.Read(found, jid, clock) is { } message)
                {
                    messages.Add(message);
                    characters += message.Xml.Length;
                }
                else
                {
                    Ignore("message without sender or time, or too large");
                }
            }
            else
            {
                head.Take((XElement)XNode.ReadFrom(reader));
            }

            // The account comes first, so a part of the archive waits until the keys of the account have been read, if need be.
            var full = messages.Count >= MessagesPerRecord || characters + head.Characters >= CharactersPerRecord;
            if (full && (head.IsSent || password is not null || head.HasKeys))
            {
                yield return Item();
            }
        }

        yield return Item();

        ImportItem Item()
        {
            var needed = head.IsSent ? null : head.PasswordIfNeeded(password);
            var item = new ImportItem(place, head.Send(jid, messages), needed);
            (messages, characters) = ([], 0);
            return item;
        }
    }

    private void Ignore(string what) => ignored[what] = ignored.GetValueOrDefault(what) + 1;
}

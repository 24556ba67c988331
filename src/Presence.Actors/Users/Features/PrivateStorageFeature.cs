using System.Text;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Private XML storage (XEP-0049): what clients keep for themselves, such as bookmarks (XEP-0048) and settings, by element and namespace. Only the
/// owner may ask. It never looks into an element.
/// </summary>
public static class PrivateStorageFeature
{
    /// <summary>Elements one user may keep.</summary>
    public const int MaxElements = 100;

    /// <summary>Longest element name and namespace together, in bytes of UTF-8.</summary>
    private const int MaxNameBytes = 1023;

    /// <summary>One element; what was never stored comes back as it was asked for, empty.</summary>
    public static void Get(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        var children = query.Children.Take(2).ToList();
        if (children.Count == 0)
        {
            IqReply.Error(session, iq, StanzaErrorCondition.BadRequest, turn);
        }
        else if (children.Count > 1 || !IsAllowed(children[0]))
        {
            IqReply.Error(session, iq, StanzaErrorCondition.NotAcceptable, turn);
        }
        else if (Find(turn.User, NameOf(children[0])) is null)
        {
            var asked = children[0];
            IqReply.Result(session, iq, turn, xml => xml.Open("query", Namespaces.PrivateStorage).Open(asked.Name, asked.Namespace).Close().Close());
        }
        else
        {
            DocumentReading.Ask(iq, session.FullJid, DocumentKind.Private, NameOf(children[0]), turn);
        }
    }

    /// <summary>Stores every element given, each in the place of the one of its name; an empty one takes it away.</summary>
    public static void Set(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        if (Refusal(query, turn, out var rows) is { } error)
        {
            IqReply.Error(session, iq, error, turn);
            return;
        }

        foreach (var (row, empty) in rows)
        {
            if (!empty)
            {
                turn.Emit(new DocumentStored(row));
            }
            else if (Find(turn.User, row.Name) is not null)
            {
                turn.Emit(new DocumentRemoved(row.UserId, row.Kind, row.Name));
            }
        }

        IqReply.Result(session, iq, turn);
        SessionRows.Store(session, turn);
    }

    internal static bool Has(XmlElement element, UserState user) => Find(user, NameOf(element)) is not null;

    /// <summary>False: it has no namespace of its own, or there is no room for it.</summary>
    internal static bool TryKeep(XmlElement element, Turn turn)
    {
        if (!IsAllowed(element))
        {
            return false;
        }

        var row = new DocumentRow(turn.User.UserId, DocumentKind.Private, NameOf(element), null, element.ToBytes());
        if (!HasRoom([row], [row.Name], turn))
        {
            return false;
        }

        turn.Emit(new DocumentStored(row));
        return true;
    }

    private static StanzaError? Refusal(XmlElement query, Turn turn, out List<(DocumentRow Row, bool Empty)> rows)
    {
        rows = [];
        var user = turn.User;
        foreach (var child in query.Children)
        {
            if (!IsAllowed(child))
            {
                return new StanzaError(StanzaErrorCondition.NotAcceptable) { Text = "an element needs a namespace of its own, and a short name" };
            }

            var empty = child.Nodes.IsEmpty && child.Attributes.IsEmpty;
            rows.Add((new DocumentRow(user.UserId, DocumentKind.Private, NameOf(child), null, child.ToBytes()), empty));
        }

        if (rows.Count == 0)
        {
            return new StanzaError(StanzaErrorCondition.NotAcceptable);
        }

        var names = rows.Select(r => r.Row.Name).ToHashSet();
        if (names.Count != rows.Count)
        {
            return new StanzaError(StanzaErrorCondition.BadRequest) { Text = "the same element twice" };
        }

        return HasRoom(rows.Where(r => !r.Empty).Select(r => r.Row).ToList(), names, turn)
            ? null
            : new StanzaError(StanzaErrorCondition.ResourceConstraint) { Text = $"at most {MaxElements} elements and {turn.Environment.Services.MaxPrivateBytes} bytes" };
    }

    /// <param name="replaced">Names whose elements make room.</param>
    private static bool HasRoom(List<DocumentRow> coming, HashSet<string> replaced, Turn turn)
    {
        var staying = (turn.User.Documents ?? []).Where(d => d.Kind == DocumentKind.Private && !replaced.Contains(d.Name)).ToList();
        var bytes = staying.Sum(d => (long)d.Size) + coming.Sum(r => (long)r.Body.Length);
        return bytes <= turn.Environment.Services.MaxPrivateBytes && staying.Count + coming.Count <= MaxElements;
    }

    // What is in the namespace of the request or of the stanza has none of its own.
    private static bool IsAllowed(XmlElement element) =>
        element.Namespace is not ("" or Namespaces.Client or Namespaces.Server or Namespaces.PrivateStorage)
        && Encoding.UTF8.GetByteCount(element.Name) + Encoding.UTF8.GetByteCount(element.Namespace) <= MaxNameBytes;

    private static string NameOf(XmlElement element) => $"{element.Name} {element.Namespace}";

    private static DocumentRef? Find(UserState user, string name) => user.Documents?.Find(d => d.Kind == DocumentKind.Private && d.Name == name);
}

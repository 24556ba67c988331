using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Archive preferences asked and set (XEP-0441). They count from the next message on: what is archived stays, what is not does not come back.
/// What they mean for a message is <see cref="ArchivePolicy"/>'s to say.
/// </summary>
public static class ArchivePreferencesFeature
{
    /// <summary>JIDs on both lists of one user; more are refused with <c>resource-constraint</c>.</summary>
    public const int MaxListed = 1_000;

    private static readonly ArchivePreferences s_none = new(ArchiveDefault.Always, [], []);

    public static void Get(SessionState session, Stanza iq, XmlElement payload, Turn turn) => Answer(session, iq, turn);

    /// <summary>Replaces everything; the answer is what now holds.</summary>
    public static void Set(SessionState session, Stanza iq, XmlElement payload, Turn turn)
    {
        if (Read(payload, out var preferences) is { } error)
        {
            IqReply.Error(session, iq, error, turn);
            return;
        }

        turn.Emit(new ArchivePreferencesChanged(turn.User.UserId, preferences));
        Answer(session, iq, turn);
        SessionRows.Store(session, turn);
    }

    private static void Answer(SessionState session, Stanza iq, Turn turn)
    {
        var preferences = turn.User.Archive?.Preferences ?? s_none;
        IqReply.Result(session, iq, turn, xml =>
        {
            xml.Open("prefs", Namespaces.Mam).Attr("default", NameOf(preferences.Default));
            Write(xml, "always", preferences.Always);
            Write(xml, "never", preferences.Never);
            xml.Close();
        });
    }

    private static void Write(Utf8XmlBuilder xml, string name, IReadOnlyList<string> jids)
    {
        xml.Open(name);
        foreach (var jid in jids)
        {
            xml.Open("jid").Text(jid).Close();
        }

        xml.Close();
    }

    /// <summary>Null: they can be taken.</summary>
    internal static StanzaError? Read(XmlElement payload, out ArchivePreferences preferences)
    {
        preferences = s_none;
        if (DefaultOf(payload.Attr("default")) is not { } otherwise)
        {
            return new StanzaError(StanzaErrorCondition.BadRequest) { Text = "default is always, never or roster" };
        }

        var never = new SortedSet<string>();
        if ((ReadList(payload, "always", out var always) ?? ReadList(payload, "never", out never)) is { } error)
        {
            return error;
        }

        if (always.Count + never.Count > MaxListed)
        {
            return new StanzaError(StanzaErrorCondition.ResourceConstraint) { Text = $"at most {MaxListed} addresses" };
        }

        preferences = new ArchivePreferences(otherwise, [.. always], [.. never]);
        return null;
    }

    private static StanzaError? ReadList(XmlElement payload, string name, out SortedSet<string> jids)
    {
        jids = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var item in payload.Child(name)?.Children ?? [])
        {
            if (item.Name != "jid" || item.Namespace != Namespaces.Mam)
            {
                return new StanzaError(StanzaErrorCondition.BadRequest) { Text = $"{name} is a list of addresses" };
            }

            if (!Jid.TryParse(item.Text.Trim(), out var jid))
            {
                return new StanzaError(StanzaErrorCondition.JidMalformed);
            }

            jids.Add(jid.ToString());
        }

        return null;
    }

    private static ArchiveDefault? DefaultOf(string? name) => name switch
    {
        "always" => ArchiveDefault.Always,
        "never" => ArchiveDefault.Never,
        "roster" => ArchiveDefault.Roster,
        _ => null,
    };

    private static string NameOf(ArchiveDefault value) => value switch
    {
        ArchiveDefault.Always => "always",
        ArchiveDefault.Never => "never",
        _ => "roster",
    };
}

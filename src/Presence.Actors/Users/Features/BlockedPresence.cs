using Presence.Protocol.Addressing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// What contacts see of a user who blocks or unblocks them (XEP-0191 §3.3, §3.4): it goes, it comes back. Only who may see the user's presence is
/// told anything.
/// </summary>
internal static class BlockedPresence
{
    /// <summary>The user is about to block an address: whoever it covers and is not blocked yet sees every session go.</summary>
    public static void Hide(Jid blocked, Turn turn)
    {
        foreach (var (contact, row) in Covered(blocked, turn))
        {
            if (SubscriptionState.Of(row).HasFrom && !turn.User.IsBlocked(contact))
            {
                To(contact, blocked, show: false, turn);
            }
        }

        foreach (var session in turn.User.Sessions)
        {
            HideDirected(session, blocked, turn);
        }
    }

    /// <summary>Addresses are no longer blocked: contacts see the user as it is, and the user them.</summary>
    public static void Show(List<Jid> unblocked, Turn turn)
    {
        var done = new HashSet<Jid>();
        foreach (var jid in unblocked)
        {
            foreach (var (contact, row) in Covered(jid, turn))
            {
                if (turn.User.IsBlocked(contact) || !done.Add(jid.Resource is null ? contact : jid))
                {
                    continue;
                }

                var state = SubscriptionState.Of(row);
                if (state.HasFrom)
                {
                    To(contact, jid, show: true, turn);
                }

                if (state.HasTo)
                {
                    // What the contact said meanwhile was not let in.
                    PresenceFanout.Probe(contact, turn);
                }
            }
        }
    }

    private static IEnumerable<(Jid Contact, RosterRow Row)> Covered(Jid blocked, Turn turn)
    {
        foreach (var row in turn.User.Roster.Values)
        {
            if (Jid.TryParse(row.Contact, out var contact) && (contact == blocked.Bare || (blocked is { Local: null, Resource: null } && contact.Domain == blocked.Domain)))
            {
                yield return (contact, row);
            }
        }
    }

    /// <summary>The contact as a whole, or the one resource that is meant.</summary>
    private static void To(Jid contact, Jid meant, bool show, Turn turn)
    {
        if (meant is { Local: not null, Resource: not null })
        {
            foreach (var session in turn.User.Sessions.FindAll(s => s.Available))
            {
                PresenceFanout.SendTo(meant, session.FullJid, show ? PresenceFanout.Shown(session, turn.User) : PresenceStanzas.Unavailable(session.FullJid), turn);
            }
        }
        else if (show)
        {
            PresenceFanout.ShowTo(contact, turn);
        }
        else
        {
            PresenceFanout.HideFrom(contact, turn);
        }
    }

    /// <summary>Directed presence is taken back as well, since nothing could end it later.</summary>
    private static void HideDirected(SessionState session, Jid blocked, Turn turn)
    {
        if (session.Directed is not { } directed)
        {
            return;
        }

        var gone = new List<string>();
        foreach (var target in directed)
        {
            if (Jid.TryParse(target, out var jid) && Covers(blocked, jid))
            {
                PresenceFanout.SendTo(jid, session.FullJid, PresenceStanzas.Unavailable(session.FullJid), turn);
                gone.Add(target);
            }
        }

        if (gone.Count > 0)
        {
            directed.ExceptWith(gone);
            session.Directed = directed.Count > 0 ? directed : null;
            SessionRows.StoreDoc(session, turn);
        }
    }

    /// <summary>XEP-0191 §6.</summary>
    private static bool Covers(Jid blocked, Jid jid) =>
        jid == blocked || jid.Bare == blocked || (blocked.Local is null && blocked.Domain == jid.Domain && (blocked.Resource is null || blocked.Resource == jid.Resource));
}

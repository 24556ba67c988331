using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// Roster pushes and subscription stanzas on their way to one session: promised like messages (sessions.md 1), so a session that can be resumed gets
/// them as rows of its own, invisible and gone with its acknowledgement. It must never carry what may be lost, and never make a push.
/// </summary>
public static class Notices
{
    /// <param name="about">Contact it tells of.</param>
    /// <param name="stanza">Complete, with its <c>to</c>; sent as it is.</param>
    public static void Send(SessionState session, Jid about, byte[] stanza, Turn turn)
    {
        if (!session.Resumable)
        {
            Outbound.Ephemeral(session, new OutboundStanza(0, stanza, default, default), turn);
            return;
        }

        const MessageFlags Flags = MessageFlags.ToFullJid | MessageFlags.Verbatim;
        Messages.Add(new MessageRow(turn.User.UserId, turn.NextMessageId(), about.Bare.ToString(), null, Flags, 0, session.Resource, null, stanza), turn);
    }
}

using System.Collections.Frozen;
using Presence.Protocol.Addressing;

namespace Presence.Actors.Users.Eventing;

/// <summary>A contact's client has come and wants to know what was published last on these nodes (XEP-0163 §4.3.4).</summary>
/// <param name="From">Full JID of the client.</param>
/// <param name="OnlineOnly">Only what may have been published lately: a user without sessions need not be loaded for it.</param>
public sealed record EventProbeInput(long UserId, Jid From, FrozenSet<string> Nodes, bool OnlineOnly) : UserInput(UserId);

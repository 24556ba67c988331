using System.Collections.Frozen;
using Presence.Protocol.Addressing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// A user's archive preferences made ready to be asked for every message (XEP-0441 §2.3). It decides whether a message is shown by the archive; that it
/// reaches whom it is for is none of its business.
/// </summary>
public sealed class ArchivePolicy
{
    private readonly FrozenSet<string> _always;
    private readonly FrozenSet<string> _never;

    public ArchivePolicy(ArchivePreferences preferences)
    {
        Preferences = preferences;
        _always = preferences.Always.ToFrozenSet();
        _never = preferences.Never.ToFrozenSet();
    }

    public ArchivePreferences Preferences { get; }

    public static ArchivePolicy? Of(ArchivePreferences? preferences) => preferences is null ? null : new ArchivePolicy(preferences);

    /// <summary>The flags of a row, without <see cref="MessageFlags.Visible"/> if the user does not want it kept.</summary>
    /// <param name="target">The <c>to</c> of an outgoing message, the <c>from</c> of an incoming one.</param>
    public static MessageFlags Apply(MessageFlags flags, Jid target, UserState user) =>
        user.Archive is { } policy && (flags & MessageFlags.Visible) != 0 && !policy.Keeps(target, user) ? flags & ~MessageFlags.Visible : flags;

    /// <remarks>
    /// The XEP does not say who prevails when a JID is on both lists: an entry for the very device prevails over one for the account, and of two alike
    /// the one that keeps less. One's own account counts as in the roster.
    /// </remarks>
    private bool Keeps(Jid target, UserState user) =>
        (target.Resource is null ? null : Listed(target.ToString())) ?? Listed(target.Bare.ToString()) ?? Preferences.Default switch
        {
            ArchiveDefault.Always => true,
            ArchiveDefault.Never => false,
            _ => target.Bare.Equals(user.Jid) || (user.Roster.TryGetValue(target.Bare.ToString(), out var item) && RosterItems.IsShown(item)),
        };

    private bool? Listed(string jid) => _never.Contains(jid) ? false : _always.Contains(jid) ? true : null;
}

using Presence.Protocol.Addressing;

namespace Presence.Actors.Admin;

/// <summary>What an administrator can order by XMPP (XEP-0133).</summary>
public enum AdminOrderKind
{
    AddUser,
    DeleteUsers,
    ChangePassword,
    EndSessions,
    UserStatistics,
    CountRegistered,
    CountOnline,
}

/// <summary>One order, checked as far as its form goes. Not a record: its text must never show a password.</summary>
/// <param name="accounts">Of the domain served; bare but for <see cref="AdminOrderKind.EndSessions"/>.</param>
public sealed class AdminOrder(AdminOrderKind kind, IReadOnlyList<Jid> accounts, string? password)
{
    public AdminOrderKind Kind => kind;

    public IReadOnlyList<Jid> Accounts => accounts;

    public string? Password => password;
}

using Presence.Protocol.Addressing;

namespace Presence.Edge.Connections;

/// <content>For whom the client is counted, and that it was held back.</content>
internal sealed partial class ClientConnection
{
    private bool _wasHeldBack;

    /// <summary>The client proved who it is; from here on there is an owner to speak to, and a user to count for.</summary>
    public void Authenticated(Jid account)
    {
        Link = new OwnerLink(Edge.Accept, Id, account, Edge.Abandoned);
        Gate.Join(Edge.Users.Enter(Link.UserId));
    }

    /// <summary>The read loop waits because the client, or its user, sent more than the rates allow.</summary>
    public void HeldBack()
    {
        Edge.Metrics.HeldBack();
        if (!_wasHeldBack)
        {
            _wasHeldBack = true;
            LogHeldBack(Edge.ConnectionLog, Id.Value, Link?.Account.ToString() ?? "somebody not logged in");
        }
    }
}

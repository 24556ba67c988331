using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Sends each event of a shard's part to the statements that make it rows. An event kind without a projection is a defect and refuses the batch;
/// it is never passed over.
/// </summary>
internal sealed class EventProjection(Connection connection)
{
    private readonly AccountProjection _accounts = new(connection);
    private readonly SessionProjection _sessions = new(connection);
    private readonly MessageProjection _messages = new(connection);
    private readonly DocumentProjection _documents = new(connection);

    public void Write(ShardWrite part)
    {
        foreach (var happened in part.Events)
        {
            if (!Message(happened) && !Session(happened) && !Account(happened, part.Shard))
            {
                throw new InvalidOperationException($"No projection for {happened.GetType().Name}.");
            }
        }
    }

    private bool Message(StoreEvent happened)
    {
        switch (happened)
        {
            case MessageStored e: _messages.Store(e.Message); return true;
            case MessageRewritten e: _messages.Rewrite(e); return true;
            case MessageImported e: _messages.Store(e.Message); return true;
            case MessagesDropped e: _messages.Drop(e.UserId, e.Ids); return true;
            case OutboxAppended e: _messages.Append(e.Item); return true;
            case OutboxTrimmed e: _messages.Trim(e.FromShard, e.ToShard, e.UpTo); return true;
            case OutboxAccepted e: _messages.Accept(e); return true;
            default: return false;
        }
    }

    private bool Session(StoreEvent happened)
    {
        switch (happened)
        {
            case SessionStored e: _sessions.Store(e.Session); return true;
            case SessionDocStored e: _sessions.Store(e.Doc); return true;
            case SessionEnded e: _sessions.End(e); return true;
            case DeliveryNumbered e: _sessions.Number(e.Delivery); return true;
            case DeliveryAcknowledged e: _sessions.Acknowledge(e.UserId, e.SessionNo, e.UpTo); return true;
            case DeliveryCleared e: _sessions.ClearDeliveries(e.UserId, e.SessionNo); return true;
            case PushRegistered e: _sessions.Register(e.Registration); return true;
            case PushUnregistered e: _sessions.Unregister(e.UserId, e.Service, e.Node); return true;
            case PushScheduled e: _sessions.Schedule(e.Push); return true;
            case PushRemoved e: _sessions.Settle(e.UserId, e.Service, e.Node, e.Conversation); return true;
            default: return false;
        }
    }

    private bool Account(StoreEvent happened, int shard)
    {
        switch (happened)
        {
            case AccountCreated e: _accounts.Create(e.Account, shard); return true;
            case CredentialsChanged e: _accounts.ChangeCredentials(e.UserId, e.Credentials); return true;
            case AccountRemoved e: _accounts.Remove(e.UserId); return true;
            case ArchivePreferencesChanged e: _accounts.Prefer(e.UserId, e.Preferences); return true;
            case AccountCursorsMoved e: _accounts.MoveCursors(e.UserId, e.DeliveredAny, e.LastId); return true;
            case RosterItemStored e: _accounts.StoreItem(e.Item, e.Version); return true;
            case RosterItemRemoved e: _accounts.RemoveItem(e.UserId, e.Contact, e.Version); return true;
            case JidBlocked e: _accounts.Block(e.UserId, e.Jid); return true;
            case JidUnblocked e: _accounts.Unblock(e.UserId, e.Jid); return true;
            case DocumentStored e: _documents.Store(e.Document); return true;
            case DocumentRemoved e: _documents.Remove(e.UserId, e.Kind, e.Name); return true;
            default: return false;
        }
    }
}

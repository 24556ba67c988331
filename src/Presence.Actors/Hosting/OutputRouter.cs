using Presence.Actors.Admin;
using Presence.Actors.Shards;
using Presence.Actors.Users;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Hosting;

/// <summary>Carries out released outputs: to connections, to other users' shards, to components, to readers, to the push sender, to the admin desk. Called by any thread.</summary>
/// <param name="components">Null: there are none.</param>
internal sealed class OutputRouter(
    IDeliver deliver, IPushSender push, IComponents? components, ReaderThreads readers, IAdminDesk? desk, Func<int, ExecutorThread> ownerOf, int shardCount)
{
    public void CarryAll(IReadOnlyList<HeldOutput> outputs)
    {
        for (var i = 0; i < outputs.Count; i++)
        {
            Carry(outputs[i]);
        }

        Flush();
    }

    public void Flush() => deliver.Flush();

    public void Carry(in HeldOutput output)
    {
        switch (output.Kind)
        {
            case OutputKind.Stanza: deliver.Stanza(output.Connection, output.Stanza); break;
            case OutputKind.Control: deliver.Control(output.Connection, (ControlOutput)output.What!); break;
            case OutputKind.Input: Post((UserInput)output.What!); break;
            case OutputKind.Offer: ownerOf(((OutboxRow)output.What!).ToShard).Put(output.What!); break;
            case OutputKind.Confirm: ownerOf(((OutboxConfirmed)output.What!).FromShard).Put(output.What!); break;
            case OutputKind.Read: readers.Read((Func<IStore, UserInput?>)output.What!, Post); break;
            case OutputKind.Push: Push((PushNotification)output.What!); break;
            case OutputKind.Component: Component((ComponentStanza)output.What!); break;
            case OutputKind.Action: ((Action)output.What!)(); break;
            case OutputKind.Order: Order((HeldOrder)output.What!); break;
        }
    }

    public void Post(UserInput input) => ownerOf(ShardKey.Shard(input.UserId, shardCount)).Put(input);

    private void Order(HeldOrder held)
    {
        if (desk is null)
        {
            Post(held.Done(AdminOutcome.Failed(StanzaErrorCondition.ServiceUnavailable, "this node takes no orders")));
        }
        else
        {
            desk.Start(held.Order, outcome => Post(held.Done(outcome)));
        }
    }

    private void Component(ComponentStanza stanza)
    {
        if (components?.TryDeliver(stanza.To.Domain, stanza.Bytes) != true && UndeliveredInput.Of(stanza.Bytes) is { } undelivered)
        {
            Post(undelivered);
        }
    }

    private void Push(PushNotification notification)
    {
        if (!push.TrySend(notification, (sent, outcome) => Post(new PushDoneInput(sent.UserId, sent, outcome))))
        {
            Post(new PushDoneInput(notification.UserId, notification, PushOutcome.Busy));
        }
    }
}

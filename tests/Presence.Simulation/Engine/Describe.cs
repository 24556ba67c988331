using System.Text;
using Presence.Actors.Users;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Simulation.Engine;

/// <summary>Inputs, events and outputs in words, for traces only.</summary>
internal static class Describe
{
    public static string Input(object input) => input switch
    {
        StanzaInput s => $"stanza {s.Number} of {s.Connection}: {Text(s.Stanza.Bytes)}",
        OutboxRow o => $"offer {o.FromShard}>{o.ToShard} {o.Sequence} after {o.Previous}: {Text(o.Body)}",
        EphemeralInput e => $"ephemeral {Text(e.Stanza.Bytes)}",
        PresenceInput p => $"presence for {string.Join(',', p.Users)}: {Text(p.Stamped)}",
        BodiesInput b => $"bodies for {b.SessionNo} at {b.ConnectionNumber}: {string.Join(',', b.Rows.Select(r => r.Id))}",
        _ => input.ToString() ?? "",
    };

    public static string Event(StoreEvent happened) => happened switch
    {
        MessageStored m => $"row {m.Message.Id} of {m.Message.UserId} {m.Message.Flags}: {Text(m.Message.Body)}",
        OutboxAppended o => $"append {Input(o.Item)}",
        MessagesDropped d => $"drop {string.Join(',', d.Ids)} of {d.UserId}",
        _ => happened.ToString(),
    };

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}

using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Edge.Components;

/// <summary>
/// Where a component's stanzas go: to the owner of a user, to another component, or to the server's own request that they answer. It checks
/// addresses and must never look at what a stanza says.
/// </summary>
internal sealed class ComponentRouting(ComponentServer server, ComponentConnection connection)
{
    private readonly XmlLimits _limits = server.Edge.LimitsAfterLogin;

    /// <summary>Waits while the owner has no room, so that the component's socket is not read meanwhile.</summary>
    /// <returns>The stream error the stanza deserves, or null.</returns>
    public async ValueTask<(StreamErrorCondition Condition, string? Text)?> RouteAsync(Stanza element, CancellationToken cancellation)
    {
        if (ComponentNamespace.FromComponent(element, _limits) is not { } stanza)
        {
            return (StreamErrorCondition.PolicyViolation, "stanza too big");
        }

        if (stanza.Kind == StanzaKind.Other)
        {
            return (StreamErrorCondition.UnsupportedStanzaType, null);
        }

        if (stanza.From is not { } from || stanza.To is not { } to)
        {
            return (StreamErrorCondition.ImproperAddressing, "a stanza of a component needs a valid 'from' and 'to'");
        }

        if (from.Domain != connection.Account!.Domain.Domain)
        {
            return (StreamErrorCondition.InvalidFrom, $"'from' must be at {connection.Account.Domain.Domain}");
        }

        if (to.Domain == server.Edge.Domain.Domain)
        {
            await ToOwnerAsync(stanza, from, to, cancellation).ConfigureAwait(false);
        }
        else if (!server.Table.Domains.Contains(to.Domain))
        {
            Refuse(stanza, StanzaErrorCondition.RemoteServerNotFound);
        }
        else if (!server.Table.TryDeliver(to.Domain, stanza.Bytes))
        {
            Refuse(stanza, StanzaErrorCondition.RemoteServerTimeout);
        }

        return null;
    }

    private async ValueTask ToOwnerAsync(Stanza stanza, Jid from, Jid to, CancellationToken cancellation)
    {
        if (to == server.Edge.Domain && server.Table.TryAnswer(connection, stanza))
        {
            return;
        }

        var input = new ComponentStanzaInput(ShardKey.UserId(to.Bare.ToString()), stanza, from, to);
        while (!server.Accept.TryAccept(input))
        {
            await server.Accept.WaitForRoomAsync(input.UserId, cancellation).ConfigureAwait(false);
        }
    }

    private void Refuse(Stanza stanza, StanzaErrorCondition condition)
    {
        if (new StanzaError(condition).Reply(stanza) is { } reply)
        {
            connection.TrySend(reply);
        }
    }
}

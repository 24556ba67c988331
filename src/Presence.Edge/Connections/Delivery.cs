using Presence.Protocol.Stanzas;
using Presence.Protocol.StreamManagement;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Edge.Connections;

/// <summary>
/// Turns what an owner says about a connection into bytes in its write buffer, in the order said, on the owner's thread. It must never wait, and
/// never sends by itself: the flush does.
/// </summary>
internal static class Delivery
{
    /// <returns>False: nothing was taken.</returns>
    public static bool Stanza(ClientConnection connection, in OutboundStanza stanza)
    {
        if (connection.Phase != ConnectionPhase.Bound)
        {
            return false;
        }

        if (!connection.Writer.Append(stanza.Head.Span, stanza.Body.Span, stanza.Tail.Span, stanza.Number))
        {
            connection.Cut("overflow");
            return false;
        }

        connection.Edge.Metrics.StanzaOut();
        return true;
    }

    public static void Control(ClientConnection connection, ControlOutput output)
    {
        // Before log-in there is no owner; whoever speaks means a connection of an earlier life.
        if (connection.Link is not { } link)
        {
            return;
        }

        switch (output)
        {
            case AckOutput ack:
                connection.Acknowledge(ack.H);
                if (connection.IsLingering)
                {
                    link.Answer(output, attached: true);
                }

                break;
            case CloseOutput close:
                connection.BeginClose(close.Condition ?? StreamErrorCondition.None, close.Text, application: close.Application, byOwner: true);
                break;
            default:
                Answer(connection, link, output);
                break;
        }
    }

    private static void Answer(ClientConnection connection, OwnerLink link, ControlOutput output)
    {
        if (!link.IsWaiting)
        {
            return;
        }

        switch (output)
        {
            case BoundOutput bound when connection.Attach(bound.FullJid):
                Append(connection, BindResult(connection.BindRequestId, bound.FullJid.ToString()));
                break;
            case BindRefusedOutput refused:
                Append(connection, BindError(connection.BindRequestId, refused));
                break;
            case SmEnabledOutput enabled:
                Append(connection, Enabled(enabled));
                connection.StartStreamManagement();
                break;
            case SmRefusedOutput refused:
                Append(connection, new SmElement(SmElementKind.Failed) { Condition = refused.Condition }.ToBytes());
                break;
            case ResumedOutput resumed when connection.Attach(resumed.FullJid):
                Append(connection, Resumed(resumed));
                connection.StartStreamManagement();
                break;
            case ResumeRefusedOutput refused:
                var h = refused.H is { } handled ? unchecked((uint)handled) : (uint?)null;
                Append(connection, new SmElement(SmElementKind.Failed) { Condition = refused.Condition, Handled = h }.ToBytes());
                break;
            default:
                break;
        }

        link.Answer(output, attached: output is not (BindRefusedOutput or ResumeRefusedOutput));
    }

    private static void Append(ClientConnection connection, byte[] bytes)
    {
        if (!connection.Writer.Append(bytes))
        {
            connection.Cut("overflow");
        }
    }

    private static byte[] Enabled(SmEnabledOutput enabled) => new SmElement(SmElementKind.Enabled)
    {
        Id = enabled.SmId,
        Resume = enabled.SmId is not null,
        MaxSeconds = enabled.SmId is null ? null : (uint)Math.Max(0, enabled.MaxSeconds),
    }.ToBytes();

    private static byte[] Resumed(ResumedOutput resumed) =>
        new SmElement(SmElementKind.Resumed) { Id = resumed.SmId, Handled = unchecked((uint)resumed.H) }.ToBytes();

    private static byte[] BindResult(string? id, string fullJid)
    {
        using var xml = new Utf8XmlBuilder();
        xml.Open("iq").Attr("type", "result").Attr("id", id);
        xml.Open("bind", Namespaces.Bind).Open("jid").Text(fullJid).CloseAll();
        return xml.ToArray();
    }

    private static byte[] BindError(string? id, BindRefusedOutput refused)
    {
        using var xml = new Utf8XmlBuilder();
        xml.Open("iq").Attr("type", "error").Attr("id", id).Empty("bind", Namespaces.Bind);
        new StanzaError(refused.Condition) { Text = refused.Text }.WriteTo(xml);
        return xml.CloseAll().ToArray();
    }
}

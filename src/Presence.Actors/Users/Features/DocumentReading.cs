using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Documents on their way from the store to whoever asked: bodies are never in memory but between these two steps. It must not decide who may ask.
/// </summary>
public static class DocumentReading
{
    /// <summary>Reads of one user's documents that may be under way; one more is refused with <c>resource-constraint</c>.</summary>
    public const int MaxReads = 100;

    /// <summary>Asks the store; the answer is <see cref="Answer"/>'s.</summary>
    public static void Ask(Stanza iq, Jid asker, DocumentKind kind, string name, Turn turn)
    {
        var user = turn.User;
        if (user.DocumentReads >= MaxReads)
        {
            IqFeature.Refuse(iq, asker, user.Jid, StanzaErrorCondition.ResourceConstraint, turn);
            return;
        }

        user.DocumentReads++;
        var id = user.UserId;
        turn.Read(store =>
        {
            try
            {
                return new DocumentInput(id, asker, iq, kind, store.ReadDocument(id, kind, name), Failed: false);
            }
            catch (IOException)
            {
                return Failed();
            }
        }, Failed);

        DocumentInput Failed() => new(id, asker, iq, kind, null, Failed: true);
    }

    /// <summary>The store answered. It may be that the document has gone since it was asked for.</summary>
    public static void Answer(DocumentInput input, Turn turn)
    {
        var user = turn.User;
        user.DocumentReads = Math.Max(0, user.DocumentReads - 1);
        if (input.Failed)
        {
            var failure = new StanzaError(StanzaErrorCondition.InternalServerError, StanzaErrorType.Wait);
            IqFeature.Refuse(input.Request, input.Asker, user.Jid, failure, turn);
        }
        else if (input.Row is not { } row)
        {
            var condition = input.Asker.Bare == user.Jid ? StanzaErrorCondition.ItemNotFound : StanzaErrorCondition.ServiceUnavailable;
            IqFeature.Refuse(input.Request, input.Asker, user.Jid, condition, turn);
        }
        else
        {
            IqReply.ResultTo(input.Asker, input.Request, turn, xml =>
            {
                if (row.Kind == DocumentKind.Private)
                {
                    xml.Open("query", Namespaces.PrivateStorage);
                }

                xml.Raw(row.Body);
            });
        }
    }
}

using Presence.Edge.Connections;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.StreamManagement;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Edge.Negotiation;

/// <summary>
/// Attaches an authenticated stream to a session: by binding a resource (RFC 6120 §7) or resuming one (XEP-0198 §5). It must never attach
/// without the owner's word, and lets nothing more be read until that comes.
/// </summary>
internal sealed class AttachStep(ClientConnection connection)
{
    /// <summary>The stream after <see cref="StepResult.Bound"/>.</summary>
    public BoundStream? Bound { get; private set; }

    public bool Concerns(Stanza element) => element.Namespace == Namespaces.StreamManagement || IsBind(element);

    public ValueTask<StepResult> HandleAsync(Stanza element) =>
        element.Kind == StanzaKind.Iq ? BindAsync(element) : StreamManagementAsync(element);

    private static bool IsBind(Stanza element) => element.Kind == StanzaKind.Iq && element.TryGetChild("bind", Namespaces.Bind, out _);

    private async ValueTask<StepResult> BindAsync(Stanza iq)
    {
        var resource = iq.ToElement().Child("bind", Namespaces.Bind)?.Child("resource")?.Text;
        if (string.IsNullOrEmpty(resource))
        {
            resource = null;
        }
        else if (!Jid.TryPrepareResource(resource, out resource))
        {
            return Refuse(iq, "The resource is malformed");
        }

        if (iq.Type != StanzaType.Set || iq.Id is null)
        {
            return Refuse(iq, "Bind takes type 'set' and an id");
        }

        var link = connection.Link!;
        connection.BindRequestId = iq.Id;
        var answer = await link.AskAsync(new BindInput(link.UserId, link.Connection, link.Account, resource, connection.Remote.ToString()))
            .ConfigureAwait(false);
        return Attached(answer is BoundOutput ? 0 : null, answer);
    }

    private StepResult Refuse(Stanza iq, string text)
    {
        if (new StanzaError(StanzaErrorCondition.BadRequest) { Text = text }.Reply(iq) is { } reply)
        {
            connection.Send(reply);
        }

        return StepResult.Continue;
    }

    private async ValueTask<StepResult> StreamManagementAsync(Stanza element)
    {
        if (!SmElement.TryParse(element, out var request))
        {
            await connection.FailAsync(Presence.Protocol.Streams.StreamErrorCondition.BadFormat, "Malformed stream management element")
                .ConfigureAwait(false);
            return StepResult.Ended;
        }

        if (request.Kind != SmElementKind.Resume || request.Id is not { } smId)
        {
            connection.Send(new SmElement(SmElementKind.Failed) { Condition = StanzaErrorCondition.UnexpectedRequest }.ToBytes());
            return StepResult.Continue;
        }

        var link = connection.Link!;
        var remote = connection.Remote.ToString();
        var answer = await link.AskAsync(new ResumeInput(link.UserId, link.Connection, link.Account, smId, request.Handled ?? 0, remote))
            .ConfigureAwait(false);
        return Attached((answer as ResumedOutput)?.H, answer);
    }

    private StepResult Attached(long? handled, ControlOutput? answer)
    {
        if (handled is not { } number)
        {
            // Refused: the client may try again or otherwise. No answer: the socket is gone.
            return answer is null ? StepResult.Ended : StepResult.Continue;
        }

        Bound = new BoundStream(connection, connection.Link!, number);
        return StepResult.Bound;
    }
}

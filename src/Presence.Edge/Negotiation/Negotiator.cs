using Presence.Edge.Connections;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;

namespace Presence.Edge.Negotiation;

/// <summary>
/// Leads a new socket to a bound stream: header, TLS, log-in, header again, bind or resume (RFC 6120 §4.3). It must never pass a stanza on:
/// what is not part of the negotiation ends the stream.
/// </summary>
internal sealed class Negotiator(ClientConnection connection)
{
    private readonly HeaderStep _header = new(connection);
    private readonly AttachStep _attach = new(connection);
    private readonly RegisterStep _register = new(connection);
    private LoginStep _login = new(connection);

    /// <returns>The bound stream, or null when the stream ended before.</returns>
    public async Task<BoundStream?> RunAsync()
    {
        var result = StepResult.Restart;
        while (result is StepResult.Continue or StepResult.Restart)
        {
            if (result == StepResult.Restart && !await _header.RunAsync().ConfigureAwait(false))
            {
                return null;
            }

            result = await NextAsync().ConfigureAwait(false);
        }

        return result == StepResult.Bound ? _attach.Bound : null;
    }

    private async ValueTask<StepResult> NextAsync()
    {
        var streamEvent = await connection.Reader.NextAsync().ConfigureAwait(false);
        switch (streamEvent.Kind)
        {
            case StreamEventKind.ElementReceived:
                return await HandleAsync(streamEvent.Stanza!).ConfigureAwait(false);
            case StreamEventKind.Failed:
                return await RefuseAsync(streamEvent.Error, streamEvent.ErrorText).ConfigureAwait(false);
            case StreamEventKind.StreamClosed:
                connection.BeginClose(StreamErrorCondition.None, null);
                return StepResult.Ended;
            default:
                return StepResult.Ended;
        }
    }

    private ValueTask<StepResult> HandleAsync(Stanza element)
    {
        if (connection.Link is not null)
        {
            return _attach.Concerns(element)
                ? _attach.HandleAsync(element)
                : RefuseAsync(StreamErrorCondition.NotAuthorized, "Bind a resource first");
        }

        if (element.Namespace == Namespaces.Tls && element.Name == "starttls")
        {
            return StartTlsAsync();
        }

        if (element.Namespace == Namespaces.Sasl && MayLogIn)
        {
            return _login.HandleAsync(element);
        }

        return MayLogIn && _register.Concerns(element)
            ? _register.HandleAsync(element)
            : RefuseAsync(StreamErrorCondition.NotAuthorized, "Log in first");
    }

    private bool MayLogIn => connection.IsTls || connection.Edge.Options.AllowPlaintextLogin;

    private async ValueTask<StepResult> StartTlsAsync()
    {
        if (!connection.MayStartTls)
        {
            // RFC 6120 §5.4.2.2: the failure is followed by the end of the stream.
            connection.Send("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
            connection.BeginClose(StreamErrorCondition.None, null);
            return StepResult.Ended;
        }

        connection.Send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
        connection.StreamOpen = false;
        await connection.Writer.DrainAsync().ConfigureAwait(false);
        await connection.StartTlsAsync(connection.Edge.Certificates.Current).ConfigureAwait(false);

        // What was begun in the clear is void, and TLS allows other mechanisms.
        _login = new LoginStep(connection);
        return StepResult.Restart;
    }

    private async ValueTask<StepResult> RefuseAsync(StreamErrorCondition condition, string? text)
    {
        await connection.FailAsync(condition, text).ConfigureAwait(false);
        return StepResult.Ended;
    }
}

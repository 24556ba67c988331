using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Push.Gateways;

/// <summary>
/// Publishes pushes to app servers that are external components (XEP-0357 §7). The summary says how many messages wait and, if the operator wants
/// it, who wrote last; it must never hold a body.
/// </summary>
/// <param name="domain">The server, in whose name it is published (§7, since 0.3).</param>
/// <param name="sender">Whether the summary names the last sender.</param>
public sealed partial class PubsubGateway(IComponentRequests components, Jid domain, bool sender, TimeProvider clock, ILogger<PubsubGateway> log) : IPushGateway
{
    /// <summary>Errors that may pass are taken as final once a push has met one in this attempt (§7.1: "a sufficient number of errors in a row").</summary>
    public const int MaxAttempts = 16;

    /// <summary>An app server that has not answered by then is slow.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A slow app server is left alone for this long, so that it does not hold up the pushes of everybody else.</summary>
    public static readonly TimeSpan SlowPause = TimeSpan.FromSeconds(30);

    private const string FormSummary = "urn:xmpp:push:summary";
    private const string Pubsub = "http://jabber.org/protocol/pubsub";

    // Bound to this class: the generated log methods need a field.
    private readonly ILogger _log = log;

    // By domain: bounded by the components there are.
    private readonly ConcurrentDictionary<string, long> _slowSince = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "pubsub";

    /// <inheritdoc/>
    public bool Wants(PushNotification push) => Jid.TryParse(push.Service, out var service) && components.Serves(service);

    /// <inheritdoc/>
    public async ValueTask<PushOutcome> SendAsync(PushNotification push, CancellationToken cancellation)
    {
        var service = Jid.Parse(push.Service);
        if (_slowSince.TryGetValue(service.Domain, out var since) && clock.GetElapsedTime(since) < SlowPause)
        {
            return PushOutcome.Retry;
        }

        var id = string.Create(CultureInfo.InvariantCulture, $"push-{push.PushId}-{push.Attempt}");
        using var limit = new CancellationTokenSource(AnswerTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var answer = await components.AskAsync(service, id, Publish(push, service, id), either.Token).ConfigureAwait(false);
            _slowSince.TryRemove(service.Domain, out _);
            return answer is null ? PushOutcome.Retry : OutcomeOf(answer, push);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            _slowSince[service.Domain] = clock.GetTimestamp();
            LogSlow(service.Domain, push.PushId, AnswerTimeout.TotalSeconds, SlowPause.TotalSeconds);
            return PushOutcome.Retry;
        }
    }

    private PushOutcome OutcomeOf(Stanza answer, PushNotification push)
    {
        if (answer.Type == StanzaType.Result)
        {
            return PushOutcome.Sent;
        }

        var error = answer.ToElement().Child("error");
        var condition = error?.Children.FirstOrDefault(c => c.Namespace == Namespaces.StanzaErrors && c.Name != "text")?.Name ?? "undefined-condition";
        var passing = error?.Attr("type") == "wait" || condition is
            "internal-server-error" or "recipient-unavailable" or "remote-server-not-found" or "remote-server-timeout" or "resource-constraint" or "service-unavailable";
        if (passing && push.Attempt < MaxAttempts)
        {
            LogPassing(push.Service, condition, push.PushId, push.Attempt);
            return PushOutcome.Retry;
        }

        LogDisabled(push.Service, condition, push.PushId, push.Attempt);
        return PushOutcome.Gone;
    }

    private byte[] Publish(PushNotification push, Jid service, string id)
    {
        using var xml = new Utf8XmlBuilder();
        xml.Open("iq").Attr("from", domain.ToString()).Attr("to", service.ToString()).Attr("id", id).Attr("type", "set");
        xml.Open("pubsub", Pubsub).Open("publish").Attr("node", push.Node.Length == 0 ? null : push.Node).Open("item").Attr("id", push.PushId);
        xml.Open("notification", Namespaces.Push).Open("x", Namespaces.DataForms).Attr("type", "submit");
        Field(xml, "FORM_TYPE", FormSummary);
        Field(xml, "message-count", push.Count.ToString(CultureInfo.InvariantCulture));
        if (sender)
        {
            Field(xml, "last-message-sender", push.Conversation);
        }

        // x, notification, item, publish
        xml.Close().Close().Close().Close();
        if (push.Options is { } options)
        {
            xml.Open("publish-options").Raw(options).Close();
        }

        return xml.CloseAll().ToArray();
    }

    private static void Field(Utf8XmlBuilder xml, string name, string value)
    {
        xml.Open("field").Attr("var", name);
        if (name == "FORM_TYPE")
        {
            xml.Attr("type", "hidden");
        }

        xml.Open("value").Text(value).Close().Close();
    }

    [LoggerMessage(EventId = 67, Level = LogLevel.Warning, Message = "App server {Service} gave no answer to push {PushId} in {Timeout} s; it is left alone for {Pause} s, its pushes wait")]
    private partial void LogSlow(string service, string pushId, double timeout, double pause);

    [LoggerMessage(EventId = 68, Level = LogLevel.Information, Message = "App server {Service} refused push {PushId}, attempt {Attempt}, with {Condition}; it will be tried again")]
    private partial void LogPassing(string service, string condition, string pushId, int attempt);

    [LoggerMessage(EventId = 69, Level = LogLevel.Information, Message = "App server {Service} refused push {PushId}, attempt {Attempt}, with {Condition}; the registration is disabled until the client makes it anew")]
    private partial void LogDisabled(string service, string condition, string pushId, int attempt);
}

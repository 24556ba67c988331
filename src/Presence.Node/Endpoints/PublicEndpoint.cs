using Presence.Node.Telemetry;

namespace Presence.Node.Endpoints;

/// <summary>
/// What anybody who can reach the HTTP port may read: health and figures. It must never change anything, and never show a name, an address or a message.
/// </summary>
/// <param name="trouble">Why the node cannot do its work, or null.</param>
internal sealed class PublicEndpoint(Func<string?> trouble, MetricsCollector metrics)
{
    public Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return TextAnswer.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "only GET\n");
        }

        return request.Path.Value switch
        {
            "/healthz" => trouble() is { } reason
                ? TextAnswer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, reason + "\n")
                : TextAnswer.WriteAsync(context, StatusCodes.Status200OK, "ok\n"),
            "/metrics" => TextAnswer.WriteAsync(context, StatusCodes.Status200OK, metrics.Scrape(), PrometheusText.ContentType),
            _ => TextAnswer.WriteAsync(context, StatusCodes.Status404NotFound, "there are /healthz and /metrics\n"),
        };
    }
}

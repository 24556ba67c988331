using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Presence.Node.Endpoints;
using Presence.Node.Telemetry;

namespace Presence.Node.Tests.Admin;

/// <summary>Health and figures over a real port.</summary>
public sealed class PublicEndpointTests : IAsyncLifetime
{
    private readonly MetricsCollector _metrics = new(MetricsCollector.IsOurs);
    private readonly HttpClient _http = new();
    private HttpServer _listener = null!;
    private string? _trouble;

    public async ValueTask InitializeAsync()
    {
        _listener = await HttpServer.OnPortAsync(IPAddress.Loopback, 0, new PublicEndpoint(() => _trouble, _metrics).HandleAsync, NullLoggerFactory.Instance);
        _http.BaseAddress = new Uri($"http://127.0.0.1:{_listener.Port}/");
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _http.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task HealthIsOkUntilThereIsTroubleAndAgainAfterIt()
    {
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("healthz"));
        _trouble = "the store cannot write: disk full";
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the store cannot write: disk full\n"), await GetAsync("healthz"));
        _trouble = null;
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("healthz"));
    }

    [Fact]
    public async Task MetricsHaveTheFormatsContentType()
    {
        using var answer = await _http.GetAsync("metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Contains("# TYPE dotnet_gc_collections_total counter", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users")]
    [InlineData("check")]
    [InlineData("")]
    public async Task NothingOfTheAdminEndpointIsHere(string path) => Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(path)).Status);

    [Fact]
    public async Task NothingCanBeChangedHere()
    {
        using var answer = await _http.PostAsync("healthz", null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(path);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

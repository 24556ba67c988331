using System.Net;
using Microsoft.Extensions.Logging;
using Presence.Edge.Connections;
using Presence.Edge.Listening;
using Presence.Edge.Rates;
using Presence.Protocol.Addressing;

namespace Presence.Edge.Tests.Harness;

/// <summary>An edge on free loopback ports with a scripted owner, accounts in memory and time that a test moves.</summary>
internal sealed class TestEdge : IAsyncDisposable
{
    /// <summary>How long a test waits for what must come; only a failing test waits so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("presence-edge-").FullName;

    private bool _disposed;

    private TestEdge(Func<EdgeOptions, EdgeOptions>? change)
    {
        var options = new EdgeOptions
        {
            Domain = Jid.Parse("example.org"),
            DataDirectory = _directory,
            Listeners =
            [
                new ListenerOptions(ListenerKind.StartTls, 0) { Address = IPAddress.Loopback },
                new ListenerOptions(ListenerKind.DirectTls, 0) { Address = IPAddress.Loopback },
            ],
            KeyIterations = FakeAccounts.Iterations,
            OfferChannelBinding = true,
            KeepAliveInterval = TimeSpan.Zero,
            InactiveKeepAliveInterval = TimeSpan.Zero,
            ConnectionRate = RateLimits.None,
            UserRate = RateLimits.None,
        };
        Options = change?.Invoke(options) ?? options;
        Accounts.With("romeo@example.org", "wherefore").With("juliet@example.org", "r0m30");
        Owner.Deliver = Table;
        Server = new EdgeServer(Options, Table, Owner, Accounts, Time, Logs);
        Server.Start();
    }

    public EdgeOptions Options { get; }

    public ConnectionTable Table { get; } = new();

    public FakeOwner Owner { get; } = new();

    public FakeAccounts Accounts { get; } = new();

    public ManualTime Time { get; } = new();

    public LogRecorder Logs { get; } = new();

    public EdgeServer Server { get; }

    public IPEndPoint StartTlsPort => Server.EndPoints[0];

    public IPEndPoint DirectTlsPort => Server.EndPoints[1];

    public static TestEdge Start(Func<EdgeOptions, EdgeOptions>? change = null) => new(change);

    /// <summary>A client that opened its stream and has read the features offered without TLS.</summary>
    public async Task<RawClient> PlainAsync()
    {
        var client = await RawClient.ConnectAsync(StartTlsPort);
        await client.OpenStreamAsync();
        return client;
    }

    /// <summary>A client under TLS by STARTTLS that has read the features offered for log-in.</summary>
    public async Task<RawClient> SecureAsync()
    {
        var client = await PlainAsync();
        await client.StartTlsAsync();
        await client.OpenStreamAsync();
        return client;
    }

    /// <summary>A client that logged in and has read the features offered after it.</summary>
    public async Task<RawClient> LoggedInAsync(string user = "romeo", string password = "wherefore")
    {
        var client = await SecureAsync();
        Assert.True(await client.LogInAsync(user, password));
        await client.OpenStreamAsync();
        return client;
    }

    /// <summary>A client that bound a resource; the owner's record of that is consumed.</summary>
    public async Task<RawClient> BoundAsync(string resource = "balcony")
    {
        var client = await LoggedInAsync();
        await client.BindAsync(resource);
        client.Id = (await Owner.NextAsync<Presence.Routing.BindInput>()).Connection;
        return client;
    }

    /// <summary>A bound client with resumable stream management.</summary>
    public async Task<RawClient> ManagedAsync()
    {
        var client = await BoundAsync();
        await client.SendAsync("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
        await client.ReadElementAsync();
        await Owner.NextAsync<Presence.Routing.EnableSmInput>();
        return client;
    }

    /// <summary>Whether a send waits for a socket.</summary>
    public bool IsSending => Table.All.Any(entry => entry.Value.Times.SendingSince is not null);

    /// <summary>Whether the one connection has sent something at this moment of manual time.</summary>
    public bool LastSentIsNow => Table.All.Any(entry => entry.Value.Times.Sent == Time.GetTimestamp());

    /// <summary>Waits for what other threads do; only a failing test waits long.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Moves time on in steps of the sweep, so that every deadline is looked at.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        // A send that is done and not yet noted would look like one that waits for as long as time now leaps.
        await UntilAsync(() => !IsSending);
        Pass(time);
    }

    /// <summary>The same while a send is stuck.</summary>
    public void Pass(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Options.SweepInterval)
        {
            Time.Advance(Options.SweepInterval);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Owner.Open();
        await Server.DisposeAsync();
        Assert.Equal(0, Table.Count);
        Assert.DoesNotContain(Logs.Entries, entry => entry.Level >= LogLevel.Error && entry.Text.Contains("defect"));
        Directory.Delete(_directory, recursive: true);
    }
}

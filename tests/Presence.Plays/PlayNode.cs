using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// The node that the plays share, and the stage hand: gives each play accounts of its own and starts its script.
/// It must never let two plays meet: an account is used once.
/// </summary>
public class PlayNode : IAsyncLifetime
{
    private const string Password = "secret";

    /// <summary>Domain → secret of the external components that <see cref="ComponentNode"/> configures.</summary>
    protected static readonly IReadOnlyDictionary<string, string> ComponentSecrets =
        new Dictionary<string, string> { ["push.localhost"] = "app server's secret", ["gate.localhost"] = "gateway's secret" };

    private static int plays;
    private NodeProcess? node;

    public NodeProcess Node => node!;

    public virtual async ValueTask InitializeAsync() => node = await NodeProcess.StartAsync(Settings);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return node?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>Runs one script, e.g. <c>slixmpp/chat.py</c>, to its end with accounts alice, bob and carol that are new.</summary>
    public async Task<ScriptEvents> PlayAsync(string script, params string[] arguments)
    {
        using var running = Start(script, await CastAsync(), arguments);
        return await EndAsync(running);
    }

    /// <summary>Makes the accounts of a play: name → bare address.</summary>
    public async Task<Dictionary<string, string>> CastAsync()
    {
        var number = Interlocked.Increment(ref plays);
        var accounts = new Dictionary<string, string>();
        foreach (var name in (string[])["alice", "bob", "carol"])
        {
            accounts[name] = $"{name}{number}@localhost";
            await Node.Admin.AddUserAsync(accounts[name], Password);
        }

        return accounts;
    }

    /// <summary>Starts a script with these accounts; the caller waits for it with <see cref="EndAsync"/>.</summary>
    public ClientScript Start(string script, Dictionary<string, string> accounts, params string[] arguments)
    {
        var path = Path.Combine(RepositoryLayout.Root, "tests", "Presence.Plays", script);
        var settings = new
        {
            host = Way.Host,
            port = Way.Client,
            directTls = Way.DirectTls,
            component = Node.Ports.Component,
            componentSecrets = ComponentSecrets,
            http = Node.Ports.Http,
            web = Node.Ports.Web,
            password = Password,
            accounts,
        };
        return ClientScript.Start(path, settings, arguments);
    }

    /// <summary>The script's events; if it fails, the node's last lines stand beside its own.</summary>
    public async Task<ScriptEvents> EndAsync(ClientScript script)
    {
        try
        {
            return await script.EndAsync(TimeSpan.FromSeconds(90));
        }
        catch (InvalidOperationException failure)
        {
            throw new InvalidOperationException($"{failure.Message}\n-- node\n{Node.Output}", failure);
        }
    }

    /// <summary>Where the scripts' clients connect.</summary>
    protected virtual (string Host, int Client, int DirectTls) Way => ("127.0.0.1", Node.Ports.Client, Node.Ports.DirectTls);

    protected virtual NodeSettings Settings => new()
    {
        Options = new Dictionary<string, string>
        {
            ["Web:TrustedProxies"] = "127.0.0.1",
            ["Web:ConversePath"] = Path.Combine(RepositoryLayout.Root, "tests", "Presence.Plays", "js", "node_modules", "converse.js", "dist"),
        },
    };
}

using System.Collections;
using Microsoft.Extensions.Logging.Abstractions;
using Presence.Actors.Admin;
using Presence.Node.Composition;
using Presence.Node.Configuration;
using Presence.Routing;

namespace Presence.Node.Tests.Cli;

/// <summary>A whole node in the test's own process, for commands that need one. It takes free ports and nothing outside its folder.</summary>
internal static class NodeInProcess
{
    public static Task<NodeHost> StartAsync(DirectoryInfo folder, params string[] arguments)
    {
        string[] all = ["--Data:Directory=data", "--Xmpp:Bind=127.0.0.1", "--Http:Port=off", "--Web:TlsPort=off", "--Registration:KeyIterations=4096", .. arguments];
        var options = OptionsValidation.TryRead(GatheredSettings.From(all, new Hashtable(), folder.FullName, folder.FullName), folder.FullName, out var problems);
        Assert.Empty(problems);
        return NodeHost.StartAsync(options!, TextWriter.Null, colour: false, TimeProvider.System, NullLoggerFactory.Instance);
    }

    public static async Task AddAsync(NodeHost node, string jid, string password)
    {
        Assert.True(node.Admin.Keys.TryDerive(password, out var deriving));
        var keys = await deriving;
        Assert.NotNull(keys);
        var reply = await node.Admin.Ask(new CreateAccountRequest(ShardKey.UserId(jid), jid, keys), CancellationToken.None);
        Assert.Equal(AdminStatus.Done, reply.Status);
    }
}

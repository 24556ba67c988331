using System.Text.Json;
using System.Text.Json.Nodes;

namespace Presence.Node.Composition;

/// <summary>Where a started node listens; 0 for what is off.</summary>
internal sealed record NodePorts(int Client, int DirectTls, int Http, string Admin, int Web = 0, int Component = 0)
{
    /// <summary>The line that tells programs the node is ready.</summary>
    public string ReadyLine()
    {
        var ports = new JsonObject { ["client"] = Client, ["directTls"] = DirectTls, ["http"] = Http, ["admin"] = Admin, ["web"] = Web };
        if (Component != 0)
        {
            ports["component"] = Component;
        }

        return "ready " + ports.ToJsonString(JsonSerializerOptions.Default);
    }
}

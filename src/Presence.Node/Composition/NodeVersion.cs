using System.Reflection;

namespace Presence.Node.Composition;

/// <summary>The version of this build, without the commit that build tools append.</summary>
internal static class NodeVersion
{
    public static string Text { get; } =
        typeof(NodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}

using System.Net.Sockets;
using Presence.Edge;
using Presence.Edge.Components;
using Presence.Node.Checks;
using Presence.Node.Configuration;
using Presence.Protocol.Addressing;
using Presence.Routing;

namespace Presence.Node.Composition;

/// <summary>Makes the table of external components and the port they connect to, from what the operator configured. Without components there is neither.</summary>
internal static class ComponentPart
{
    /// <exception cref="StartException">A secret cannot be read.</exception>
    public static ComponentTable? Table(ComponentsSection section) =>
        section.Components.Count == 0 ? null : new ComponentTable([.. section.Components.Select(c => new ComponentAccount(Jid.Parse(c.Domain), SecretOf(c)))]);

    /// <exception cref="StartException">The port cannot be listened on.</exception>
    public static ComponentServer? Start(
        ComponentsSection section, ComponentTable? table, EdgeOptions edge, IAccept accept, TimeProvider clock, ILoggerFactory loggers)
    {
        if (table is null || section.Port is not { } port)
        {
            return null;
        }

        var server = new ComponentServer(edge, new ComponentOptions { Address = section.Bind, Port = port }, table, accept, clock, loggers);
        try
        {
            server.Start();
            return server;
        }
        catch (SocketException e)
        {
            var reason = PortCheck.TryListen(section.Bind, port, out var found) ? e.Message : found;
            throw new StartException(
                $"Xmpp:ComponentPort {port} cannot be listened on: {reason}. Stop who has it ('ss -ltnp sport = :{port}' tells), or set --Xmpp:ComponentPort to another port.", e);
        }
    }

    private static string SecretOf(ComponentSection component)
    {
        if (component.SecretFile is not { } path)
        {
            return component.Secret!;
        }

        try
        {
            // Editors end a file with a line end that is no part of the secret.
            var secret = File.ReadAllText(path).TrimEnd('\r', '\n');
            return secret.Length > 0 ? secret : throw new StartException($"the SecretFile {path} of component {component.Domain} is empty; write the secret into it.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"the SecretFile {path} of component {component.Domain} cannot be read: {e.Message}", e);
        }
    }
}

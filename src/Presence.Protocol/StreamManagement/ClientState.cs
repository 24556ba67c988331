using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Protocol.StreamManagement;

/// <summary>
/// Recognises client state indication (XEP-0352). It must never change anything: what inactivity holds back is decided
/// by the session.
/// </summary>
public static class ClientState
{
    /// <summary>Reads <c>active</c> and <c>inactive</c> of namespace <c>urn:xmpp:csi:0</c>.</summary>
    public static bool TryParse(Stanza stanza, out bool active)
    {
        active = stanza.Name == "active";
        return stanza.Namespace == Namespaces.Csi && (active || stanza.Name == "inactive");
    }
}

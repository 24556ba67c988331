namespace Presence.Actors.Users.Eventing;

/// <summary>When the last published item is sent without being asked for (XEP-0060 §16.4.4, <c>send_last_published_item</c>).</summary>
public enum LastItem : byte
{
    Never,

    /// <summary>To new subscribers. Nobody subscribes to a node by itself here, so this is <see cref="Never"/>.</summary>
    OnSub,

    /// <summary>Also to resources that become available.</summary>
    OnSubAndPresence,
}

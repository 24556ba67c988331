namespace Presence.Protocol.Stanzas;

/// <summary>
/// Maps element names and <c>type</c> attributes to <see cref="StanzaKind"/> and <see cref="StanzaType"/>. It must never
/// be lenient about IQ and presence: their unknown types are <see cref="StanzaType.Invalid"/>.
/// </summary>
internal static class StanzaTypes
{
    public static StanzaKind KindOf(string name) => name switch
    {
        "message" => StanzaKind.Message,
        "presence" => StanzaKind.Presence,
        "iq" => StanzaKind.Iq,
        _ => StanzaKind.Other,
    };

    /// <param name="present">Whether there is a <c>type</c> attribute.</param>
    /// <param name="type">Its value, escapes resolved.</param>
    public static StanzaType TypeOf(StanzaKind kind, bool present, ReadOnlySpan<byte> type) => kind switch
    {
        StanzaKind.Message => OfMessage(type),
        StanzaKind.Presence => present ? OfPresence(type) : StanzaType.Available,
        StanzaKind.Iq => OfIq(type),
        _ => StanzaType.None,
    };

    private static StanzaType OfMessage(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("chat"u8) ? StanzaType.Chat
        : type.SequenceEqual("groupchat"u8) ? StanzaType.Groupchat
        : type.SequenceEqual("headline"u8) ? StanzaType.Headline
        : type.SequenceEqual("error"u8) ? StanzaType.Error
        : StanzaType.Normal;

    private static StanzaType OfPresence(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("unavailable"u8) ? StanzaType.Unavailable
        : type.SequenceEqual("subscribe"u8) ? StanzaType.Subscribe
        : type.SequenceEqual("subscribed"u8) ? StanzaType.Subscribed
        : type.SequenceEqual("unsubscribe"u8) ? StanzaType.Unsubscribe
        : type.SequenceEqual("unsubscribed"u8) ? StanzaType.Unsubscribed
        : type.SequenceEqual("probe"u8) ? StanzaType.Probe
        : type.SequenceEqual("error"u8) ? StanzaType.Error
        : StanzaType.Invalid;

    private static StanzaType OfIq(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("get"u8) ? StanzaType.Get
        : type.SequenceEqual("set"u8) ? StanzaType.Set
        : type.SequenceEqual("result"u8) ? StanzaType.Result
        : type.SequenceEqual("error"u8) ? StanzaType.Error
        : StanzaType.Invalid;
}

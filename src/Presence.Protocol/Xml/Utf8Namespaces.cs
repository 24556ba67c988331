namespace Presence.Protocol.Xml;

/// <summary>
/// The namespaces of <see cref="Namespaces"/> as UTF-8 spans over static data, for code that compares or writes bytes.
/// It must stay a mirror of that list and hold nothing of its own; reading a property allocates nothing.
/// </summary>
public static class Utf8Namespaces
{
    public static ReadOnlySpan<byte> Client => "jabber:client"u8;
    public static ReadOnlySpan<byte> Server => "jabber:server"u8;
    public static ReadOnlySpan<byte> ComponentAccept => "jabber:component:accept"u8;
    public static ReadOnlySpan<byte> Streams => "http://etherx.jabber.org/streams"u8;
    public static ReadOnlySpan<byte> StreamErrors => "urn:ietf:params:xml:ns:xmpp-streams"u8;
    public static ReadOnlySpan<byte> StanzaErrors => "urn:ietf:params:xml:ns:xmpp-stanzas"u8;
    public static ReadOnlySpan<byte> Tls => "urn:ietf:params:xml:ns:xmpp-tls"u8;
    public static ReadOnlySpan<byte> Sasl => "urn:ietf:params:xml:ns:xmpp-sasl"u8;
    public static ReadOnlySpan<byte> Sasl2 => "urn:xmpp:sasl:2"u8;
    public static ReadOnlySpan<byte> Bind => "urn:ietf:params:xml:ns:xmpp-bind"u8;
    public static ReadOnlySpan<byte> Bind2 => "urn:xmpp:bind:0"u8;
    public static ReadOnlySpan<byte> Session => "urn:ietf:params:xml:ns:xmpp-session"u8;
    public static ReadOnlySpan<byte> Framing => "urn:ietf:params:xml:ns:xmpp-framing"u8;
    public static ReadOnlySpan<byte> Xml => "http://www.w3.org/XML/1998/namespace"u8;
    public static ReadOnlySpan<byte> Xmlns => "http://www.w3.org/2000/xmlns/"u8;
    public static ReadOnlySpan<byte> Roster => "jabber:iq:roster"u8;
    public static ReadOnlySpan<byte> RosterVersioning => "urn:xmpp:features:rosterver"u8;
    public static ReadOnlySpan<byte> PreApproval => "urn:xmpp:features:pre-approval"u8;
    public static ReadOnlySpan<byte> DataForms => "jabber:x:data"u8;
    public static ReadOnlySpan<byte> DiscoInfo => "http://jabber.org/protocol/disco#info"u8;
    public static ReadOnlySpan<byte> DiscoItems => "http://jabber.org/protocol/disco#items"u8;
    public static ReadOnlySpan<byte> Muc => "http://jabber.org/protocol/muc"u8;
    public static ReadOnlySpan<byte> MucUser => "http://jabber.org/protocol/muc#user"u8;
    public static ReadOnlySpan<byte> PrivateStorage => "jabber:iq:private"u8;
    public static ReadOnlySpan<byte> Commands => "http://jabber.org/protocol/commands"u8;
    public static ReadOnlySpan<byte> VCard => "vcard-temp"u8;
    public static ReadOnlySpan<byte> Rsm => "http://jabber.org/protocol/rsm"u8;
    public static ReadOnlySpan<byte> PubSub => "http://jabber.org/protocol/pubsub"u8;
    public static ReadOnlySpan<byte> PubSubOwner => "http://jabber.org/protocol/pubsub#owner"u8;
    public static ReadOnlySpan<byte> PubSubEvent => "http://jabber.org/protocol/pubsub#event"u8;
    public static ReadOnlySpan<byte> PubSubErrors => "http://jabber.org/protocol/pubsub#errors"u8;
    public static ReadOnlySpan<byte> AvatarData => "urn:xmpp:avatar:data"u8;
    public static ReadOnlySpan<byte> AvatarMetadata => "urn:xmpp:avatar:metadata"u8;
    public static ReadOnlySpan<byte> AvatarConversion => "urn:xmpp:pep-vcard-conversion:0"u8;
    public static ReadOnlySpan<byte> Register => "jabber:iq:register"u8;
    public static ReadOnlySpan<byte> RegisterFeature => "http://jabber.org/features/iq-register"u8;
    public static ReadOnlySpan<byte> ChatStates => "http://jabber.org/protocol/chatstates"u8;
    public static ReadOnlySpan<byte> Version => "jabber:iq:version"u8;
    public static ReadOnlySpan<byte> Caps => "http://jabber.org/protocol/caps"u8;
    public static ReadOnlySpan<byte> Administration => "http://jabber.org/protocol/admin"u8;
    public static ReadOnlySpan<byte> VCardUpdate => "vcard-temp:x:update"u8;
    public static ReadOnlySpan<byte> OfflineFeature => "msgoffline"u8;
    public static ReadOnlySpan<byte> Receipts => "urn:xmpp:receipts"u8;
    public static ReadOnlySpan<byte> Blocking => "urn:xmpp:blocking"u8;
    public static ReadOnlySpan<byte> BlockingErrors => "urn:xmpp:blocking:errors"u8;
    public static ReadOnlySpan<byte> StreamManagement => "urn:xmpp:sm:3"u8;
    public static ReadOnlySpan<byte> Ping => "urn:xmpp:ping"u8;
    public static ReadOnlySpan<byte> EntityTime => "urn:xmpp:time"u8;
    public static ReadOnlySpan<byte> Delay => "urn:xmpp:delay"u8;
    public static ReadOnlySpan<byte> ExternalServices => "urn:xmpp:extdisco:2"u8;
    public static ReadOnlySpan<byte> Conference => "jabber:x:conference"u8;
    public static ReadOnlySpan<byte> Carbons => "urn:xmpp:carbons:2"u8;
    public static ReadOnlySpan<byte> Forward => "urn:xmpp:forward:0"u8;
    public static ReadOnlySpan<byte> MessageCorrect => "urn:xmpp:message-correct:0"u8;
    public static ReadOnlySpan<byte> Mam => "urn:xmpp:mam:2"u8;
    public static ReadOnlySpan<byte> MamExtended => "urn:xmpp:mam:2#extended"u8;
    public static ReadOnlySpan<byte> Idle => "urn:xmpp:idle:1"u8;
    public static ReadOnlySpan<byte> ChatMarkers => "urn:xmpp:chat-markers:0"u8;
    public static ReadOnlySpan<byte> Hints => "urn:xmpp:hints"u8;
    public static ReadOnlySpan<byte> Csi => "urn:xmpp:csi:0"u8;
    public static ReadOnlySpan<byte> JingleMessage0 => "urn:xmpp:jingle-message:0"u8;
    public static ReadOnlySpan<byte> JingleMessage1 => "urn:xmpp:jingle-message:1"u8;
    public static ReadOnlySpan<byte> Push => "urn:xmpp:push:0"u8;
    public static ReadOnlySpan<byte> StanzaIds => "urn:xmpp:sid:0"u8;
    public static ReadOnlySpan<byte> Encryption => "urn:xmpp:eme:0"u8;
    public static ReadOnlySpan<byte> OmemoAxolotl => "eu.siacs.conversations.axolotl"u8;
    public static ReadOnlySpan<byte> Omemo1 => "urn:xmpp:omemo:1"u8;
    public static ReadOnlySpan<byte> Omemo2 => "urn:xmpp:omemo:2"u8;
    public static ReadOnlySpan<byte> OpenPgp => "urn:xmpp:openpgp:0"u8;
    public static ReadOnlySpan<byte> OpenPgpLegacy => "jabber:x:encrypted"u8;
    public static ReadOnlySpan<byte> Fastening => "urn:xmpp:fasten:0"u8;
    public static ReadOnlySpan<byte> MessageRetract0 => "urn:xmpp:message-retract:0"u8;
    public static ReadOnlySpan<byte> MessageRetract1 => "urn:xmpp:message-retract:1"u8;
    public static ReadOnlySpan<byte> RetractionTombstones => "urn:xmpp:message-retract:1#tombstone"u8;
    public static ReadOnlySpan<byte> ChannelBinding => "urn:xmpp:sasl-cb:0"u8;
    public static ReadOnlySpan<byte> Reactions => "urn:xmpp:reactions:0"u8;
    public static ReadOnlySpan<byte> StreamLimits => "urn:xmpp:stream-limits:0"u8;
}

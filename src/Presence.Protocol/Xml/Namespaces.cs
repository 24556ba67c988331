namespace Presence.Protocol.Xml;

/// <summary>
/// The XML namespaces the server speaks, as strings. The same list as UTF-8 is <see cref="Utf8Namespaces"/>; a test
/// keeps the two equal. It must hold names only: which extension means what belongs to the code that uses it.
/// </summary>
public static class Namespaces
{
    /// <summary>RFC 6120: content namespace of client streams.</summary>
    public const string Client = "jabber:client";

    /// <summary>RFC 6120: content namespace of server streams.</summary>
    public const string Server = "jabber:server";

    /// <summary>XEP-0114: content namespace of streams that components open.</summary>
    public const string ComponentAccept = "jabber:component:accept";

    /// <summary>RFC 6120 §4.8.1: the stream element, features and errors.</summary>
    public const string Streams = "http://etherx.jabber.org/streams";

    /// <summary>RFC 6120 §4.9: stream error conditions.</summary>
    public const string StreamErrors = "urn:ietf:params:xml:ns:xmpp-streams";

    /// <summary>RFC 6120 §8.3: stanza error conditions.</summary>
    public const string StanzaErrors = "urn:ietf:params:xml:ns:xmpp-stanzas";

    /// <summary>RFC 6120 §5: STARTTLS.</summary>
    public const string Tls = "urn:ietf:params:xml:ns:xmpp-tls";

    /// <summary>RFC 6120 §6: SASL.</summary>
    public const string Sasl = "urn:ietf:params:xml:ns:xmpp-sasl";

    /// <summary>XEP-0388.</summary>
    public const string Sasl2 = "urn:xmpp:sasl:2";

    /// <summary>RFC 6120 §7: resource binding.</summary>
    public const string Bind = "urn:ietf:params:xml:ns:xmpp-bind";

    /// <summary>XEP-0386.</summary>
    public const string Bind2 = "urn:xmpp:bind:0";

    /// <summary>RFC 3921 §3: session, kept as an optional feature.</summary>
    public const string Session = "urn:ietf:params:xml:ns:xmpp-session";

    /// <summary>RFC 7395: WebSocket framing.</summary>
    public const string Framing = "urn:ietf:params:xml:ns:xmpp-framing";

    /// <summary>Namespaces in XML §3: prefix xml.</summary>
    public const string Xml = "http://www.w3.org/XML/1998/namespace";

    /// <summary>Namespaces in XML §3: prefix xmlns.</summary>
    public const string Xmlns = "http://www.w3.org/2000/xmlns/";

    /// <summary>RFC 6121 §2.</summary>
    public const string Roster = "jabber:iq:roster";

    /// <summary>RFC 6121 §2.6: stream feature.</summary>
    public const string RosterVersioning = "urn:xmpp:features:rosterver";

    /// <summary>RFC 6121 §3.4: stream feature.</summary>
    public const string PreApproval = "urn:xmpp:features:pre-approval";

    /// <summary>XEP-0004.</summary>
    public const string DataForms = "jabber:x:data";

    /// <summary>XEP-0030.</summary>
    public const string DiscoInfo = "http://jabber.org/protocol/disco#info";

    /// <summary>XEP-0030.</summary>
    public const string DiscoItems = "http://jabber.org/protocol/disco#items";

    /// <summary>XEP-0045.</summary>
    public const string Muc = "http://jabber.org/protocol/muc";

    /// <summary>XEP-0045.</summary>
    public const string MucUser = "http://jabber.org/protocol/muc#user";

    /// <summary>XEP-0049.</summary>
    public const string PrivateStorage = "jabber:iq:private";

    /// <summary>XEP-0050.</summary>
    public const string Commands = "http://jabber.org/protocol/commands";

    /// <summary>XEP-0054.</summary>
    public const string VCard = "vcard-temp";

    /// <summary>XEP-0059.</summary>
    public const string Rsm = "http://jabber.org/protocol/rsm";

    /// <summary>XEP-0060.</summary>
    public const string PubSub = "http://jabber.org/protocol/pubsub";

    /// <summary>XEP-0060 §8: what owners ask.</summary>
    public const string PubSubOwner = "http://jabber.org/protocol/pubsub#owner";

    /// <summary>XEP-0060 §7.1.2: what subscribers are told.</summary>
    public const string PubSubEvent = "http://jabber.org/protocol/pubsub#event";

    /// <summary>XEP-0060 §17.4.</summary>
    public const string PubSubErrors = "http://jabber.org/protocol/pubsub#errors";

    /// <summary>XEP-0084: images; also the name of the node.</summary>
    public const string AvatarData = "urn:xmpp:avatar:data";

    /// <summary>XEP-0084: which image is shown; also the name of the node.</summary>
    public const string AvatarMetadata = "urn:xmpp:avatar:metadata";

    /// <summary>XEP-0398.</summary>
    public const string AvatarConversion = "urn:xmpp:pep-vcard-conversion:0";

    /// <summary>XEP-0077.</summary>
    public const string Register = "jabber:iq:register";

    /// <summary>XEP-0077: stream feature.</summary>
    public const string RegisterFeature = "http://jabber.org/features/iq-register";

    /// <summary>XEP-0085.</summary>
    public const string ChatStates = "http://jabber.org/protocol/chatstates";

    /// <summary>XEP-0092.</summary>
    public const string Version = "jabber:iq:version";

    /// <summary>XEP-0115.</summary>
    public const string Caps = "http://jabber.org/protocol/caps";

    /// <summary>XEP-0133: form type, and the beginning of the nodes of its commands.</summary>
    public const string Administration = "http://jabber.org/protocol/admin";

    /// <summary>XEP-0153.</summary>
    public const string VCardUpdate = "vcard-temp:x:update";

    /// <summary>XEP-0160: disco feature, not a real namespace.</summary>
    public const string OfflineFeature = "msgoffline";

    /// <summary>XEP-0184.</summary>
    public const string Receipts = "urn:xmpp:receipts";

    /// <summary>XEP-0191.</summary>
    public const string Blocking = "urn:xmpp:blocking";

    /// <summary>XEP-0191 §3.4.</summary>
    public const string BlockingErrors = "urn:xmpp:blocking:errors";

    /// <summary>XEP-0198.</summary>
    public const string StreamManagement = "urn:xmpp:sm:3";

    /// <summary>XEP-0199.</summary>
    public const string Ping = "urn:xmpp:ping";

    /// <summary>XEP-0202.</summary>
    public const string EntityTime = "urn:xmpp:time";

    /// <summary>XEP-0203.</summary>
    public const string Delay = "urn:xmpp:delay";

    /// <summary>XEP-0215.</summary>
    public const string ExternalServices = "urn:xmpp:extdisco:2";

    /// <summary>XEP-0249.</summary>
    public const string Conference = "jabber:x:conference";

    /// <summary>XEP-0280.</summary>
    public const string Carbons = "urn:xmpp:carbons:2";

    /// <summary>XEP-0297.</summary>
    public const string Forward = "urn:xmpp:forward:0";

    /// <summary>XEP-0308.</summary>
    public const string MessageCorrect = "urn:xmpp:message-correct:0";

    /// <summary>XEP-0313.</summary>
    public const string Mam = "urn:xmpp:mam:2";

    /// <summary>XEP-0313.</summary>
    public const string MamExtended = "urn:xmpp:mam:2#extended";

    /// <summary>XEP-0319.</summary>
    public const string Idle = "urn:xmpp:idle:1";

    /// <summary>XEP-0333.</summary>
    public const string ChatMarkers = "urn:xmpp:chat-markers:0";

    /// <summary>XEP-0334.</summary>
    public const string Hints = "urn:xmpp:hints";

    /// <summary>XEP-0352.</summary>
    public const string Csi = "urn:xmpp:csi:0";

    /// <summary>XEP-0353, the version most clients send.</summary>
    public const string JingleMessage0 = "urn:xmpp:jingle-message:0";

    /// <summary>XEP-0353.</summary>
    public const string JingleMessage1 = "urn:xmpp:jingle-message:1";

    /// <summary>XEP-0357.</summary>
    public const string Push = "urn:xmpp:push:0";

    /// <summary>XEP-0359.</summary>
    public const string StanzaIds = "urn:xmpp:sid:0";

    /// <summary>XEP-0380.</summary>
    public const string Encryption = "urn:xmpp:eme:0";

    /// <summary>XEP-0384, the version most clients send.</summary>
    public const string OmemoAxolotl = "eu.siacs.conversations.axolotl";

    /// <summary>XEP-0384.</summary>
    public const string Omemo1 = "urn:xmpp:omemo:1";

    /// <summary>XEP-0384.</summary>
    public const string Omemo2 = "urn:xmpp:omemo:2";

    /// <summary>XEP-0373.</summary>
    public const string OpenPgp = "urn:xmpp:openpgp:0";

    /// <summary>XEP-0027.</summary>
    public const string OpenPgpLegacy = "jabber:x:encrypted";

    /// <summary>XEP-0422, which carried retractions before version 0.4 of XEP-0424.</summary>
    public const string Fastening = "urn:xmpp:fasten:0";

    /// <summary>XEP-0424 before version 0.4, as some clients still send it.</summary>
    public const string MessageRetract0 = "urn:xmpp:message-retract:0";

    /// <summary>XEP-0424.</summary>
    public const string MessageRetract1 = "urn:xmpp:message-retract:1";

    /// <summary>XEP-0424 §5: disco feature, not a real namespace.</summary>
    public const string RetractionTombstones = "urn:xmpp:message-retract:1#tombstone";

    /// <summary>XEP-0440.</summary>
    public const string ChannelBinding = "urn:xmpp:sasl-cb:0";

    /// <summary>XEP-0444.</summary>
    public const string Reactions = "urn:xmpp:reactions:0";

    /// <summary>XEP-0478.</summary>
    public const string StreamLimits = "urn:xmpp:stream-limits:0";

    /// <summary>All of the above.</summary>
    internal static readonly string[] All =
    [
        Client,
        Server,
        ComponentAccept,
        Streams,
        StreamErrors,
        StanzaErrors,
        Tls,
        Sasl,
        Sasl2,
        Bind,
        Bind2,
        Session,
        Framing,
        Xml,
        Xmlns,
        Roster,
        RosterVersioning,
        PreApproval,
        DataForms,
        DiscoInfo,
        DiscoItems,
        Muc,
        MucUser,
        PrivateStorage,
        Commands,
        VCard,
        Rsm,
        PubSub,
        PubSubOwner,
        PubSubEvent,
        PubSubErrors,
        AvatarData,
        AvatarMetadata,
        AvatarConversion,
        Register,
        RegisterFeature,
        ChatStates,
        Version,
        Caps,
        Administration,
        VCardUpdate,
        OfflineFeature,
        Receipts,
        Blocking,
        BlockingErrors,
        StreamManagement,
        Ping,
        EntityTime,
        Delay,
        ExternalServices,
        Conference,
        Carbons,
        Forward,
        MessageCorrect,
        Mam,
        MamExtended,
        Idle,
        ChatMarkers,
        Hints,
        Csi,
        JingleMessage0,
        JingleMessage1,
        Push,
        StanzaIds,
        Encryption,
        OmemoAxolotl,
        Omemo1,
        Omemo2,
        OpenPgp,
        OpenPgpLegacy,
        Fastening,
        MessageRetract0,
        MessageRetract1,
        RetractionTombstones,
        ChannelBinding,
        Reactions,
        StreamLimits,
    ];
}

namespace Presence.Chaos.Fuzz;

/// <summary>
/// What mutations start from: one good example of everything that a client may send to this server, and values that have broken servers before. {own}, {other},
/// {observer} and {component} stand for accounts of the run; the canaries' are never named.
/// </summary>
internal static class Corpus
{
    public static IReadOnlyList<string> Iqs { get; } =
    [
        Get("<query xmlns='http://jabber.org/protocol/disco#info'/>"),
        Get("<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>", "localhost"),
        Get("<query xmlns='http://jabber.org/protocol/disco#items'/>", "localhost"),
        Get("<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/>", "localhost"),
        Get("<query xmlns='http://jabber.org/protocol/disco#info'/>", "{other}"),
        Get("<ping xmlns='urn:xmpp:ping'/>", "localhost"),
        Get("<query xmlns='jabber:iq:version'/>", "localhost"),
        Get("<time xmlns='urn:xmpp:time'/>", "localhost"),
        Get("<services xmlns='urn:xmpp:extdisco:2' type='turn'/>", "localhost"),
        Get("<credentials xmlns='urn:xmpp:extdisco:2'><service host='turn.example' type='turn' port='3478'/></credentials>", "localhost"),
        Get("<query xmlns='jabber:iq:roster' ver=''/>"),
        Set("<query xmlns='jabber:iq:roster'><item jid='friend@localhost' name='Friend'><group>Friends</group><group>Work</group></item></query>"),
        Set("<query xmlns='jabber:iq:roster'><item jid='friend@localhost' subscription='remove'/></query>"),
        Set("<enable xmlns='urn:xmpp:carbons:2'/>"),
        Set("<disable xmlns='urn:xmpp:carbons:2'/>"),
        Get("<blocklist xmlns='urn:xmpp:blocking'/>"),
        Set("<block xmlns='urn:xmpp:blocking'><item jid='evil@example.com'/><item jid='example.net'/></block>"),
        Set("<unblock xmlns='urn:xmpp:blocking'><item jid='evil@example.com'/></unblock>"),
        Set("<unblock xmlns='urn:xmpp:blocking'/>"),
        Set("<query xmlns='urn:xmpp:mam:2' queryid='q'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>"
            + "<field var='with'><value>{other}</value></field><field var='start'><value>2020-06-07T00:00:00Z</value></field><field var='end'><value>2031-06-07T00:00:00+02:00</value></field></x>"
            + "<set xmlns='http://jabber.org/protocol/rsm'><max>10</max><after>28482-98726-73623</after></set></query>"),
        Set("<query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field>"
            + "<field var='ids'><value>a</value><value>b</value></field><field var='before-id'><value>c</value></field></x><set xmlns='http://jabber.org/protocol/rsm'><max>5</max><before/></set><flip-page/></query>"),
        Get("<query xmlns='urn:xmpp:mam:2'/>"),
        Get("<metadata xmlns='urn:xmpp:mam:2'/>"),
        Get("<prefs xmlns='urn:xmpp:mam:2'/>"),
        Set("<prefs xmlns='urn:xmpp:mam:2' default='roster'><always><jid>{other}</jid></always><never><jid>evil@example.com</jid></never></prefs>"),
        Get("<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>"),
        Set("<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'><conference name='c' jid='c@rooms.example' autojoin='1'><nick>n</nick></conference></storage></query>"),
        Get("<vCard xmlns='vcard-temp'/>"),
        Get("<vCard xmlns='vcard-temp'/>", "{other}"),
        Set("<vCard xmlns='vcard-temp'><FN>Fuzz</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>iVBORw0KGgo=</BINVAL></PHOTO></vCard>"),
        Set("<enable xmlns='urn:xmpp:push:0' jid='push.example.net' node='device'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>"
            + "<field var='secret'><value>s</value></field></x></enable>"),
        Set("<disable xmlns='urn:xmpp:push:0' jid='push.example.net' node='device'/>"),
        Get("<query xmlns='jabber:iq:register'/>"),
        Set("<query xmlns='jabber:iq:register'><username>nobody</username><password>pencil</password></query>", "localhost"),
        Set("<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>"),
        Set("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>again</resource></bind>"),
        Set("<command xmlns='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#get-registered-users-num' action='execute'/>", "localhost"),
        Set("<command xmlns='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#add-user' action='execute' sessionid='s'><x xmlns='jabber:x:data' type='submit'>"
            + "<field var='FORM_TYPE'><value>http://jabber.org/protocol/admin</value></field><field var='accountjid'><value>made@localhost</value></field>"
            + "<field var='password'><value>pw</value></field><field var='password-verify'><value>pw</value></field></x></command>", "localhost"),
        Set("<command xmlns='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#delete-user' action='complete'><x xmlns='jabber:x:data' type='submit'>"
            + "<field var='FORM_TYPE'><value>http://jabber.org/protocol/admin</value></field><field var='accountjids'><value>made@localhost</value></field></x></command>", "localhost"),
        Set("<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:avatar:data'><item id='1'><data xmlns='urn:xmpp:avatar:data'>AAAA</data></item></publish></pubsub>"),
        "<iq type='result' id='{id}' to='{observer}/eye'><query xmlns='jabber:iq:version'/></iq>",
        "<iq type='error' id='{id}' to='{observer}/eye'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
        Get("<query xmlns='jabber:iq:version'/>", "{observer}/eye"),
    ];

    public static IReadOnlyList<string> Messages { get; } =
    [
        "<message to='{observer}' type='chat' id='{id}'><body>hello</body></message>",
        "<message to='{observer}/eye' type='normal' id='{id}' xml:lang='en'><subject>s</subject><body>hello</body><body xml:lang='de'>hallo</body><thread parent='p'>t</thread></message>",
        "<message to='{other}' type='chat' id='{id}'><body>hello</body><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/><active xmlns='http://jabber.org/protocol/chatstates'/></message>",
        "<message to='{observer}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
        "<message to='{observer}' type='headline'><body>news</body></message>",
        "<message to='{observer}' type='groupchat'><body>room</body></message>",
        "<message to='{observer}' type='error' id='{id}'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
        "<message to='{own}' type='chat' id='{id}'><body>to myself</body></message>",
        "<message type='chat' id='{id}'><body>to nobody</body></message>",
        "<message to='nobody@localhost' type='chat' id='{id}'><body>x</body></message>",
        "<message to='localhost' type='chat' id='{id}'><body>x</body></message>",
        "<message to='somebody@elsewhere.example' id='{id}'><body>x</body></message>",
        "<message to='{observer}' type='chat' id='{id}'><received xmlns='urn:xmpp:receipts' id='1'/></message>",
        "<message to='{observer}' type='chat' id='{id}'><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/></message>",
        "<message to='{observer}' type='chat' id='{id}'><body>x</body><no-store xmlns='urn:xmpp:hints'/><no-copy xmlns='urn:xmpp:hints'/></message>",
        "<message to='{observer}' type='chat' id='{id}'><store xmlns='urn:xmpp:hints'/><private xmlns='urn:xmpp:carbons:2'/></message>",
        "<message to='{observer}' type='chat' id='{id}'><body>b</body><replace xmlns='urn:xmpp:message-correct:0' id='1'/></message>",
        "<message to='{observer}' type='chat' id='{id}'><retract xmlns='urn:xmpp:message-retract:1' id='1'/><fallback xmlns='urn:xmpp:fallback:0'/><body>gone</body></message>",
        "<message to='{observer}' type='chat' id='{id}'><apply-to xmlns='urn:xmpp:fasten:0' id='1'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to></message>",
        "<message to='{observer}' type='chat' id='{id}'><reactions xmlns='urn:xmpp:reactions:0' id='1'><reaction>+</reaction></reactions></message>",
        "<message to='{observer}' type='chat' id='{id}'><propose xmlns='urn:xmpp:jingle-message:0' id='call'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose></message>",
        "<message to='{observer}' type='chat' id='{id}'><body>x</body><stanza-id xmlns='urn:xmpp:sid:0' by='{observer}' id='forged'/><origin-id xmlns='urn:xmpp:sid:0' id='o'/></message>",
        "<message to='{observer}' type='chat' id='{id}'><body>x</body><delay xmlns='urn:xmpp:delay' from='{observer}' stamp='2002-09-10T23:08:25Z'/></message>",
        "<message to='{observer}'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='x@y'><body>forged carbon</body></message></forwarded></received></message>",
        "<message to='{observer}'><result xmlns='urn:xmpp:mam:2' id='1' queryid='q'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'/></forwarded></result></message>",
        "<message to='{observer}' type='chat' id='{id}'><encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'><key rid='2'>AA==</key></header><payload>AA==</payload></encrypted></message>",
        "<p:message xmlns:p='jabber:client' to='{observer}' type='chat'><p:body>prefixed</p:body><q:x xmlns:q='urn:q' q:a='1'/></p:message>",
        "<message to='{observer}'><x xmlns='jabber:x:conference' jid='room@rooms.example' password='p'/></message>",
    ];

    public static IReadOnlyList<string> Presences { get; } =
    [
        "<presence/>",
        "<presence><show>away</show><status>gone</status><priority>-5</priority><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/></presence>",
        "<presence><idle xmlns='urn:xmpp:idle:1' since='2031-01-01T00:00:00Z'/><x xmlns='vcard-temp:x:update'><photo>abc</photo></x></presence>",
        "<presence type='unavailable'><status>bye</status></presence>",
        "<presence to='{observer}'><status>directed</status></presence>",
        "<presence to='{observer}' type='unavailable'/>",
        "<presence to='{observer}' type='subscribe'/>",
        "<presence to='{observer}' type='subscribed'/>",
        "<presence to='{observer}' type='unsubscribe'/>",
        "<presence to='{observer}' type='unsubscribed'/>",
        "<presence to='{other}' type='subscribe' id='{id}'><status>please</status></presence>",
        "<presence to='{other}' type='subscribed'/>",
        "<presence to='{observer}' type='probe'/>",
        "<presence type='probe'/>",
        "<presence to='{observer}' type='error'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
        "<presence to='room@rooms.localhost/nick'><x xmlns='http://jabber.org/protocol/muc'/></presence>",
        "<presence to='localhost'/>",
    ];

    /// <summary>Stream management and client state.</summary>
    public static IReadOnlyList<string> Elements { get; } =
    [
        "<enable xmlns='urn:xmpp:sm:3' resume='true'/>",
        "<enable xmlns='urn:xmpp:sm:3' resume='1' max='30'/>",
        "<enable xmlns='urn:xmpp:sm:3'/>",
        "<r xmlns='urn:xmpp:sm:3'/>",
        "<a xmlns='urn:xmpp:sm:3' h='0'/>",
        "<a xmlns='urn:xmpp:sm:3' h='4294967295'/>",
        "<resume xmlns='urn:xmpp:sm:3' previd='nobody' h='0'/>",
        "<failed xmlns='urn:xmpp:sm:3'><unexpected-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>",
        "<active xmlns='urn:xmpp:csi:0'/>",
        "<inactive xmlns='urn:xmpp:csi:0'/>",
        "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AHgAeA==</auth>",
        "<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
        " ",
    ];

    /// <summary>Attribute values and texts.</summary>
    public static IReadOnlyList<string> Values { get; } =
    [
        "", " ", "0", "-1", "1", "2147483648", "4294967296", "-9223372036854775808", "18446744073709551616", "1e308", "NaN", "true", "false",
        "get", "set", "result", "error", "chat", "groupchat", "both", "from", "to", "none", "remove", "subscribe", "always", "never", "roster", "submit", "cancel", "execute",
        "{own}", "{own}/attack", "{other}", "{observer}", "{observer}/eye", "{observer}/nobody", "{component}", "bot@{component}/r", "localhost", "localhost/x", "nobody@localhost", "a@b@c/d", "@localhost", "/", "@", "elsewhere.example",
        "xn--a.example", "[::1]", "a@[::1]:5222/x", "ＡＢＣ@localhost", "ß@localhost", "\u0130@LOCALHOST", "a\u0300\u0301\u0302@localhost/\U0001F600", "\u202Eevil@localhost/\u200F",
        "2020-06-07T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999-14:00", "2020-02-30T00:00:00Z", "2020-06-07T24:00:61+99:99", "T", "2020",
        "'\"<>&]]>", "%s%n{0}", "\u0009\u000A\u000D", "\uFFFD\u2028\u0085", "urn:xmpp:mam:2", "jabber:client", "http://etherx.jabber.org/streams", "AAAA", "====", "id", "on", "{id}",
        new('a', 1024), new('/', 3000), "a@" + new string('b', 1100), string.Concat(Enumerable.Repeat("é", 700)), new('9', 400),
    ];

    public static IReadOnlyList<string> Namespaces { get; } =
    [
        "", "jabber:client", "jabber:server", "jabber:iq:roster", "jabber:iq:register", "urn:xmpp:mam:2", "urn:xmpp:push:0", "urn:xmpp:blocking", "urn:xmpp:sm:3", "urn:xmpp:forward:0", "urn:xmpp:sid:0",
        "http://etherx.jabber.org/streams", "urn:ietf:params:xml:ns:xmpp-stanzas", "jabber:x:data", "http://jabber.org/protocol/rsm", "http://www.w3.org/XML/1998/namespace", "urn:nobody",
    ];

    /// <summary>What breaks tokenizers.</summary>
    public static IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[]
        {
            "<", ">", "</", "/>", "'", "\"", "=", "&", ";", "&lt;", "&#0;", "&#x10FFFF;", "&#xD800;", "&bogus;", "<![CDATA[", "]]>", "<!--", "-->", "<!DOCTYPE a>", "<?xml version='1.0'?>", "<?a?>",
            "<stream:stream>", "</stream:stream>", "xmlns=''", "xmlns:a='b'", " ", "\t\r\n", "<a:b/>", "<a xmlns:a='u' a:a='1' a:a='2'/>", ":", "xml:lang='x'", "<message>", "</message>", "<x", "é", "\U0001F600",
        }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xEF, 0xBB, 0xBF], [0xFE, 0xFF], [0x7F], [0x1B],
    ];

    private static string Get(string payload, string? to = null) => Iq("get", payload, to);

    private static string Set(string payload, string? to = null) => Iq("set", payload, to);

    private static string Iq(string type, string payload, string? to) => $"<iq type='{type}' id='{{id}}'{(to is null ? "" : $" to='{to}'")}>{payload}</iq>";
}

-- A file as version 1 wrote it: a user with a row in every table. Never edited once that version is released; until then it is made anew
-- whenever 0001_init.sql changes: the schema and rows of a store that wrote ProjectionContract.Full, dumped as SQL.
PRAGMA auto_vacuum=INCREMENTAL;
PRAGMA application_id=1481461840;
BEGIN TRANSACTION;
CREATE TABLE account (
    user_id           INTEGER PRIMARY KEY,
    jid               TEXT    NOT NULL UNIQUE,
    shard             INTEGER NOT NULL,
    salt              BLOB    NOT NULL,
    iterations        INTEGER NOT NULL,
    stored_key_sha1   BLOB    NOT NULL,
    server_key_sha1   BLOB    NOT NULL,
    stored_key_sha256 BLOB    NOT NULL,
    server_key_sha256 BLOB    NOT NULL,
    roster_version    INTEGER NOT NULL,
    delivered_any     INTEGER NOT NULL,
    last_id           INTEGER NOT NULL
);
INSERT INTO "account" VALUES(21,'user21@example.org',5,X'0101',4097,X'0102',X'0103',X'0104',X'0105',42,12,13);
CREATE TABLE blocked (
    user_id INTEGER NOT NULL,
    jid     TEXT    NOT NULL,
    PRIMARY KEY (user_id, jid)
) WITHOUT ROWID;
INSERT INTO "blocked" VALUES(21,'example.com');
INSERT INTO "blocked" VALUES(21,'spam@example.com');
CREATE TABLE cluster (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    view        INTEGER NOT NULL,
    shard_count INTEGER NOT NULL,
    generation  INTEGER NOT NULL,
    secret      BLOB    NOT NULL
);
INSERT INTO "cluster" VALUES(1,1,16,1,X'56CF7C7FDEE72C42FD7A03ECED620F78');
CREATE TABLE delivery (
    user_id    INTEGER NOT NULL,
    session_no INTEGER NOT NULL,
    out_seq    INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, session_no, out_seq)
) WITHOUT ROWID;
INSERT INTO "delivery" VALUES(21,1,6,101);
INSERT INTO "delivery" VALUES(21,1,7,102);
INSERT INTO "delivery" VALUES(21,2,6,101);
CREATE TABLE message (
    user_id        INTEGER NOT NULL,
    id             INTEGER NOT NULL,
    peer           TEXT    NOT NULL,
    peer_resource  TEXT,
    flags          INTEGER NOT NULL,
    origin_session INTEGER NOT NULL,
    to_resource    TEXT,
    why            TEXT,
    body           BLOB    NOT NULL
);
INSERT INTO "message" VALUES(21,100,'romeo@example.net','orchard',6,3,'phone','pushed: last used',X'3C6D6573736167652069643D27313030272F3E');
INSERT INTO "message" VALUES(21,101,'romeo@example.net','orchard',6,3,'phone','pushed: last used',X'3C6D6573736167652069643D27313031272F3E');
INSERT INTO "message" VALUES(21,102,'romeo@example.net',NULL,6,3,NULL,NULL,X'');
CREATE TABLE node (
    incarnation BLOB    NOT NULL PRIMARY KEY,
    name        TEXT,
    address     TEXT,
    version     TEXT,
    status      INTEGER NOT NULL,
    weight      INTEGER NOT NULL DEFAULT 1,
    beat        INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO "node" VALUES(X'00000001000700070102030405060708',NULL,NULL,NULL,1,1,0);
CREATE TABLE outbox (
    from_shard INTEGER NOT NULL,
    to_shard   INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    prev       INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    body       BLOB    NOT NULL,
    PRIMARY KEY (from_shard, to_shard, seq)
) WITHOUT ROWID;
CREATE TABLE outbox_cursor (
    shard      INTEGER NOT NULL,
    from_shard INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    PRIMARY KEY (shard, from_shard)
) WITHOUT ROWID;
CREATE TABLE push_outbox (
    user_id      INTEGER NOT NULL,
    service      TEXT    NOT NULL,
    node         TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    latest_id    INTEGER NOT NULL,
    count        INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    state        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    PRIMARY KEY (user_id, service, node, conversation)
) WITHOUT ROWID;
INSERT INTO "push_outbox" VALUES(21,'push.example.org','n1','romeo@example.net',101,3,5000,1,4,'call');
INSERT INTO "push_outbox" VALUES(21,'push.example.org','n1','x@y',101,3,5000,0,4,'call');
CREATE TABLE push_registration (
    user_id         INTEGER NOT NULL,
    service         TEXT    NOT NULL,
    node            TEXT    NOT NULL,
    session_no      INTEGER NOT NULL,
    options         BLOB,
    hold            INTEGER NOT NULL,
    own_form        INTEGER NOT NULL,
    pushed          INTEGER NOT NULL,
    disabled_reason TEXT,
    PRIMARY KEY (user_id, service, node)
) WITHOUT ROWID;
INSERT INTO "push_registration" VALUES(21,'push.example.org','',2,NULL,0,1,55,NULL);
INSERT INTO "push_registration" VALUES(21,'push.example.org','n1',2,X'0908',1,0,55,'gone');
CREATE TABLE roster (
    user_id        INTEGER NOT NULL,
    contact        TEXT    NOT NULL,
    subscription   INTEGER NOT NULL,
    ask            INTEGER NOT NULL,
    pending_in     INTEGER NOT NULL,
    approved       INTEGER NOT NULL,
    name           TEXT,
    groups         TEXT    NOT NULL,
    pending_stanza BLOB,
    version        INTEGER NOT NULL,
    PRIMARY KEY (user_id, contact)
) WITHOUT ROWID;
INSERT INTO "roster" VALUES(21,'a@b',3,1,1,1,NULL,'[]',NULL,42);
INSERT INTO "roster" VALUES(21,'romeo@example.net',3,1,0,1,'Romeo','["Friends","Ver\nona"]',X'3C3E',41);
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO "schema_version" VALUES(1,'init');
CREATE TABLE session (
    user_id          INTEGER NOT NULL,
    session_no       INTEGER NOT NULL,
    connection       INTEGER NOT NULL,
    h_in             INTEGER NOT NULL,
    out_seq          INTEGER NOT NULL,
    acked            INTEGER NOT NULL,
    cursor           INTEGER NOT NULL,
    phase            INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    detached_at      INTEGER NOT NULL,
    last_interaction INTEGER NOT NULL,
    PRIMARY KEY (user_id, session_no)
) WITHOUT ROWID;
INSERT INTO "session" VALUES(21,1,3,4,5,6,100,1,8,9,10);
INSERT INTO "session" VALUES(21,2,3,4,5,6,102,1,8,9,10);
CREATE TABLE session_doc (
    user_id        INTEGER NOT NULL,
    session_no     INTEGER NOT NULL,
    resource       TEXT    NOT NULL,
    sm_id          TEXT,
    carbons        INTEGER NOT NULL,
    inactive       INTEGER NOT NULL,
    since          INTEGER NOT NULL,
    away           INTEGER NOT NULL,
    directed       TEXT    NOT NULL,
    presence       BLOB,
    queue          BLOB,
    UNIQUE (user_id, session_no)
);
INSERT INTO "session_doc" VALUES(21,1,'phone1','sm-21-1',1,0,77,1,'["a@b/c","ü\n\"@d"]',X'0102',X'00FF');
INSERT INTO "session_doc" VALUES(21,2,'phone2',NULL,1,0,77,1,'[]',NULL,NULL);
CREATE TABLE shard (
    id          INTEGER PRIMARY KEY,
    shard_group INTEGER NOT NULL DEFAULT 0,
    epoch       INTEGER NOT NULL,
    owner       BLOB,
    committed   INTEGER NOT NULL,
    last_batch  BLOB,
    backup      BLOB
);
INSERT INTO "shard" VALUES(0,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(1,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(2,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(3,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(4,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(5,0,1,X'00000001000700070102030405060708',2,X'00000002000100010100000007000700',NULL);
INSERT INTO "shard" VALUES(6,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(7,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(8,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(9,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(10,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(11,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(12,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(13,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(14,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
INSERT INTO "shard" VALUES(15,0,1,X'00000001000700070102030405060708',0,NULL,NULL);
CREATE TABLE tombstone (
    user_id  INTEGER NOT NULL,
    sm_id    TEXT    NOT NULL,
    h_in     INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, sm_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX message_key ON message (user_id, id);
CREATE INDEX message_peer ON message (user_id, peer, id) WHERE (flags & 2) <> 0;
COMMIT;

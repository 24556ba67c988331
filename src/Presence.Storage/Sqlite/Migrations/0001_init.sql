-- The first schema. A released migration is never edited; a change is a new file with the next number.

CREATE TABLE cluster (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    view        INTEGER NOT NULL,
    shard_count INTEGER NOT NULL,
    generation  INTEGER NOT NULL,
    secret      BLOB    NOT NULL
);

CREATE TABLE node (
    incarnation BLOB    NOT NULL PRIMARY KEY,
    name        TEXT,
    address     TEXT,
    version     TEXT,
    status      INTEGER NOT NULL,
    weight      INTEGER NOT NULL DEFAULT 1,
    beat        INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE shard (
    id          INTEGER PRIMARY KEY,
    shard_group INTEGER NOT NULL DEFAULT 0,
    epoch       INTEGER NOT NULL,
    owner       BLOB,
    committed   INTEGER NOT NULL,
    last_batch  BLOB,
    backup      BLOB
);

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

-- May hold a queue of 64 KiB, hence no clustered key.
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

CREATE TABLE tombstone (
    user_id  INTEGER NOT NULL,
    sm_id    TEXT    NOT NULL,
    h_in     INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, sm_id)
) WITHOUT ROWID;

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

-- Rows go to the end of the table and small index entries to the user's leaf: with bodies inside a clustered (user_id, id) tree
-- a row is so large that the tree grows deep, and writing measured half as fast.
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

CREATE UNIQUE INDEX message_key ON message (user_id, id);

-- Serves queries by peer and all counts; 2 is MessageFlags.Visible.
CREATE INDEX message_peer ON message (user_id, peer, id) WHERE (flags & 2) <> 0;

-- One row per numbered message.
CREATE TABLE delivery (
    user_id    INTEGER NOT NULL,
    session_no INTEGER NOT NULL,
    out_seq    INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, session_no, out_seq)
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

CREATE TABLE blocked (
    user_id INTEGER NOT NULL,
    jid     TEXT    NOT NULL,
    PRIMARY KEY (user_id, jid)
) WITHOUT ROWID;

-- The first schema. A released migration is never edited; a change is a new file with the next number.
-- Text that is ordered or compared has the collation of its bytes, as in every other store, whatever the database's own is.

CREATE TABLE cluster (
    one         integer PRIMARY KEY CHECK (one = 1),
    view        bigint  NOT NULL,
    shard_count integer NOT NULL,
    generation  bigint  NOT NULL,
    secret      bytea   NOT NULL
);

CREATE TABLE node (
    incarnation uuid    PRIMARY KEY,
    name        text,
    address     text,
    version     text,
    status      integer NOT NULL,
    weight      integer NOT NULL DEFAULT 1,
    beat        bigint  NOT NULL DEFAULT 0
);

-- Rewritten with every batch: room in the page and no index but the key make every update a heap-only one.
CREATE TABLE shard (
    id          integer PRIMARY KEY,
    shard_group integer NOT NULL DEFAULT 0,
    epoch       bigint  NOT NULL,
    owner       uuid,
    committed   bigint  NOT NULL,
    last_batch  uuid,
    backup      uuid
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 50, autovacuum_vacuum_scale_factor = 0);

CREATE TABLE account (
    user_id           bigint  PRIMARY KEY,
    jid               text    COLLATE "C" NOT NULL UNIQUE,
    shard             integer NOT NULL,
    salt              bytea   NOT NULL,
    iterations        integer NOT NULL,
    stored_key_sha1   bytea   NOT NULL,
    server_key_sha1   bytea   NOT NULL,
    stored_key_sha256 bytea   NOT NULL,
    server_key_sha256 bytea   NOT NULL,
    roster_version    bigint  NOT NULL,
    delivered_any     bigint  NOT NULL,
    last_id           bigint  NOT NULL,
    archive_default   integer,
    archive_always    text[],
    archive_never     text[]
) WITH (fillfactor = 70);

-- Accounts moved here with keys for SCRAM-SHA-1 only: while there is one, SCRAM-SHA-256 cannot be offered.
CREATE INDEX account_sha1_only ON account (user_id) WHERE length(stored_key_sha256) = 0;

CREATE TABLE session (
    user_id          bigint  NOT NULL,
    session_no       integer NOT NULL,
    connection       bigint  NOT NULL,
    h_in             bigint  NOT NULL,
    out_seq          bigint  NOT NULL,
    acked            bigint  NOT NULL,
    cursor           bigint  NOT NULL,
    phase            integer NOT NULL,
    expires_at       bigint  NOT NULL,
    detached_at      bigint  NOT NULL,
    last_interaction bigint  NOT NULL,
    PRIMARY KEY (user_id, session_no)
) WITH (fillfactor = 50);

CREATE TABLE session_doc (
    user_id    bigint  NOT NULL,
    session_no integer NOT NULL,
    resource   text    NOT NULL,
    sm_id      text,
    carbons    boolean NOT NULL,
    inactive   boolean NOT NULL,
    since      bigint  NOT NULL,
    away       boolean NOT NULL,
    directed   text[]  NOT NULL,
    presence   bytea,
    offered    bigint  NOT NULL,
    PRIMARY KEY (user_id, session_no)
);

CREATE TABLE tombstone (
    user_id  bigint NOT NULL,
    sm_id    text   COLLATE "C" NOT NULL,
    h_in     bigint NOT NULL,
    ended_at bigint NOT NULL,
    PRIMARY KEY (user_id, sm_id)
);

CREATE TABLE push_registration (
    user_id         bigint  NOT NULL,
    service         text    COLLATE "C" NOT NULL,
    node            text    COLLATE "C" NOT NULL,
    session_no      integer NOT NULL,
    options         bytea,
    hold            boolean NOT NULL,
    own_form        boolean NOT NULL,
    pushed          bigint  NOT NULL,
    disabled_reason text,
    muted           text[],
    PRIMARY KEY (user_id, service, node)
);

-- By month (0003), for an id begins with its time: what is written lies in small trees whose leaves are touched again before the next checkpoint, where one
-- tree over all users and years would have every insert log the image of another page.
CREATE TABLE message (
    user_id        bigint  NOT NULL,
    id             bigint  NOT NULL,
    peer           text    COLLATE "C" NOT NULL,
    peer_resource  text    COLLATE "C",
    flags          integer NOT NULL,
    origin_session integer NOT NULL,
    to_resource    text,
    why            text,
    body           bytea   NOT NULL,
    PRIMARY KEY (user_id, id)
) PARTITION BY RANGE (id);

-- Serves queries by peer and all counts; 2 is MessageFlags.Visible.
CREATE INDEX message_peer ON message (user_id, peer, id) WHERE (flags & 2) <> 0;

-- Retractions whose original has not been looked for yet: hardly ever more than a few rows. 131072 is MessageFlags.Unapplied.
CREATE INDEX message_unapplied ON message (user_id, id) WHERE (flags & 131072) <> 0;

-- One row per numbered message.
CREATE TABLE delivery (
    user_id    bigint  NOT NULL,
    session_no integer NOT NULL,
    out_seq    bigint  NOT NULL,
    message_id bigint  NOT NULL,
    PRIMARY KEY (user_id, session_no, out_seq)
);

CREATE TABLE push_outbox (
    user_id      bigint  NOT NULL,
    service      text    COLLATE "C" NOT NULL,
    node         text    COLLATE "C" NOT NULL,
    conversation text    COLLATE "C" NOT NULL,
    latest_id    bigint  NOT NULL,
    count        integer NOT NULL,
    due_at       bigint  NOT NULL,
    state        integer NOT NULL,
    attempts     integer NOT NULL,
    kind         text    NOT NULL,
    first_id     bigint  NOT NULL,
    PRIMARY KEY (user_id, service, node, conversation)
);

CREATE TABLE outbox (
    from_shard integer NOT NULL,
    to_shard   integer NOT NULL,
    seq        bigint  NOT NULL,
    prev       bigint  NOT NULL,
    kind       integer NOT NULL,
    body       bytea   NOT NULL,
    PRIMARY KEY (from_shard, to_shard, seq)
);

CREATE TABLE outbox_cursor (
    shard      integer NOT NULL,
    from_shard integer NOT NULL,
    seq        bigint  NOT NULL,
    PRIMARY KEY (shard, from_shard)
) WITH (fillfactor = 50);

CREATE TABLE roster (
    user_id        bigint  NOT NULL,
    contact        text    COLLATE "C" NOT NULL,
    subscription   integer NOT NULL,
    ask            boolean NOT NULL,
    pending_in     boolean NOT NULL,
    approved       boolean NOT NULL,
    name           text,
    groups         text[]  NOT NULL,
    pending_stanza bytea,
    version        bigint  NOT NULL,
    PRIMARY KEY (user_id, contact)
);

CREATE TABLE blocked (
    user_id bigint NOT NULL,
    jid     text   COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, jid)
);

-- XML that is kept for a user as it came.
CREATE TABLE document (
    user_id bigint  NOT NULL,
    kind    integer NOT NULL,
    name    text    COLLATE "C" NOT NULL,
    mark    text,
    body    bytea   NOT NULL,
    PRIMARY KEY (user_id, kind, name)
);

-- Accounts that were removed while rows of theirs are still being deleted.
CREATE TABLE erasing (
    user_id bigint PRIMARY KEY
);

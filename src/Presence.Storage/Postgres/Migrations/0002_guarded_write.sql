-- The guarded write (cluster-protocol 5.3): what a batch changes comes as arrays of rows, one array per kind of change, in steps.

CREATE TYPE ended_session AS (user_id bigint, session_no integer, connection bigint, sm_id text, h_in bigint, ended_at bigint);
CREATE TYPE acknowledged_delivery AS (user_id bigint, session_no integer, up_to bigint);
CREATE TYPE trimmed_outbox AS (from_shard integer, to_shard integer, up_to bigint);
CREATE TYPE message_key AS (user_id bigint, id bigint);
CREATE TYPE registration_key AS (user_id bigint, service text, node text);
CREATE TYPE push_key AS (user_id bigint, service text, node text, conversation text);
CREATE TYPE user_text AS (user_id bigint, value text);
CREATE TYPE document_key AS (user_id bigint, kind integer, name text);

CREATE TYPE new_account AS (user_id bigint, jid text, shard integer);
CREATE TYPE stored_session AS (
    user_id bigint, session_no integer, connection bigint, h_in bigint, out_seq bigint, acked bigint, cursor bigint, phase integer,
    expires_at bigint, detached_at bigint, last_interaction bigint);
CREATE TYPE stored_session_doc AS (
    user_id bigint, session_no integer, resource text, sm_id text, carbons boolean, inactive boolean, since bigint, away boolean, directed text[],
    presence bytea, offered bigint);
CREATE TYPE stored_message AS (
    user_id bigint, id bigint, peer text, peer_resource text, flags integer, origin_session integer, to_resource text, why text, body bytea);
CREATE TYPE stored_delivery AS (user_id bigint, session_no integer, out_seq bigint, message_id bigint);
CREATE TYPE stored_registration AS (
    user_id bigint, service text, node text, session_no integer, options bytea, hold boolean, own_form boolean, pushed bigint, disabled_reason text,
    muted text[]);
CREATE TYPE stored_push AS (
    user_id bigint, service text, node text, conversation text, latest_id bigint, count integer, due_at bigint, state integer, attempts integer,
    kind text, first_id bigint);
CREATE TYPE stored_roster_item AS (
    user_id bigint, contact text, subscription integer, ask boolean, pending_in boolean, approved boolean, name text, groups text[],
    pending_stanza bytea, version bigint);
CREATE TYPE stored_document AS (user_id bigint, kind integer, name text, mark text, body bytea);
CREATE TYPE stored_outbox_item AS (from_shard integer, to_shard integer, seq bigint, prev bigint, kind integer, body bytea);
CREATE TYPE stored_outbox_cursor AS (shard integer, from_shard integer, seq bigint);

CREATE TYPE account_keys AS (
    user_id bigint, salt bytea, iterations integer, stored_key_sha1 bytea, server_key_sha1 bytea, stored_key_sha256 bytea, server_key_sha256 bytea);
CREATE TYPE account_preferences AS (user_id bigint, archive_default integer, archive_always text[], archive_never text[]);
CREATE TYPE account_cursors AS (user_id bigint, delivered_any bigint, last_id bigint);
CREATE TYPE roster_version AS (user_id bigint, version bigint);
CREATE TYPE rewritten_message AS (user_id bigint, id bigint, flags integer, body bytea);

-- In the order in which apply_step carries them out; NULL is an empty array.
CREATE TYPE write_step AS (
    ended                 ended_session[],
    removed_accounts      bigint[],
    acknowledged          acknowledged_delivery[],
    trimmed               trimmed_outbox[],
    dropped               message_key[],
    unregistered          registration_key[],
    settled               push_key[],
    removed_contacts      user_text[],
    unblocked             user_text[],
    removed_documents     document_key[],
    accounts              new_account[],
    keys                  account_keys[],
    preferences           account_preferences[],
    cursors               account_cursors[],
    roster_versions       roster_version[],
    sessions              stored_session[],
    docs                  stored_session_doc[],
    registrations         stored_registration[],
    pushes                stored_push[],
    contacts              stored_roster_item[],
    blocked               user_text[],
    documents             stored_document[],
    messages              stored_message[],
    rewritten             rewritten_message[],
    deliveries            stored_delivery[],
    outbox                stored_outbox_item[],
    outbox_cursors        stored_outbox_cursor[]
);

-- Ends sessions whose connection number still is the one named; ten tombstones are kept per user.
CREATE FUNCTION apply_ended(p_ended ended_session[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_ended ended_session[];
BEGIN
    WITH gone AS (
        DELETE FROM session s USING unnest(p_ended) e
        WHERE s.user_id = e.user_id AND s.session_no = e.session_no AND s.connection = e.connection
        RETURNING e.*
    )
    SELECT array_agg(row(g.*)::ended_session) INTO v_ended FROM gone g;
    IF v_ended IS NULL THEN
        RETURN;
    END IF;
    DELETE FROM session_doc d USING unnest(v_ended) e WHERE d.user_id = e.user_id AND d.session_no = e.session_no;
    DELETE FROM delivery d USING unnest(v_ended) e WHERE d.user_id = e.user_id AND d.session_no = e.session_no;
    INSERT INTO tombstone (user_id, sm_id, h_in, ended_at)
        SELECT e.user_id, e.sm_id, e.h_in, e.ended_at FROM unnest(v_ended) e WHERE e.sm_id IS NOT NULL
        ON CONFLICT (user_id, sm_id) DO UPDATE SET h_in = excluded.h_in, ended_at = excluded.ended_at;
    DELETE FROM tombstone t USING unnest(v_ended) e
        WHERE t.user_id = e.user_id AND e.sm_id IS NOT NULL AND t.sm_id IN (
            SELECT k.sm_id FROM tombstone k WHERE k.user_id = e.user_id ORDER BY k.ended_at DESC, k.sm_id DESC OFFSET 10);
END $$;

CREATE FUNCTION apply_deletes(p_step write_step) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_step.removed_accounts IS NOT NULL THEN
        -- Read without asking whether the account exists; the other tables are emptied afterwards (erase_step).
        DELETE FROM account WHERE user_id = ANY (p_step.removed_accounts);
        DELETE FROM session WHERE user_id = ANY (p_step.removed_accounts);
        DELETE FROM session_doc WHERE user_id = ANY (p_step.removed_accounts);
        DELETE FROM push_registration WHERE user_id = ANY (p_step.removed_accounts);
        DELETE FROM push_outbox WHERE user_id = ANY (p_step.removed_accounts);
        DELETE FROM document WHERE user_id = ANY (p_step.removed_accounts);
        INSERT INTO erasing (user_id) SELECT unnest(p_step.removed_accounts) ON CONFLICT DO NOTHING;
    END IF;
    IF p_step.acknowledged IS NOT NULL THEN
        DELETE FROM delivery d USING unnest(p_step.acknowledged) a
            WHERE d.user_id = a.user_id AND d.session_no = a.session_no AND d.out_seq <= a.up_to;
    END IF;
    IF p_step.trimmed IS NOT NULL THEN
        DELETE FROM outbox o USING unnest(p_step.trimmed) t WHERE o.from_shard = t.from_shard AND o.to_shard = t.to_shard AND o.seq <= t.up_to;
    END IF;
    IF p_step.dropped IS NOT NULL THEN
        DELETE FROM message m USING unnest(p_step.dropped) k WHERE m.user_id = k.user_id AND m.id = k.id;
    END IF;
    IF p_step.unregistered IS NOT NULL THEN
        DELETE FROM push_registration r USING unnest(p_step.unregistered) k WHERE r.user_id = k.user_id AND r.service = k.service AND r.node = k.node;
    END IF;
    IF p_step.settled IS NOT NULL THEN
        DELETE FROM push_outbox p USING unnest(p_step.settled) k
            WHERE p.user_id = k.user_id AND p.service = k.service AND p.node = k.node AND p.conversation = k.conversation;
    END IF;
    IF p_step.removed_contacts IS NOT NULL THEN
        DELETE FROM roster r USING unnest(p_step.removed_contacts) k WHERE r.user_id = k.user_id AND r.contact = k.value;
    END IF;
    IF p_step.unblocked IS NOT NULL THEN
        DELETE FROM blocked b USING unnest(p_step.unblocked) k WHERE b.user_id = k.user_id AND b.jid = k.value;
    END IF;
    IF p_step.removed_documents IS NOT NULL THEN
        DELETE FROM document d USING unnest(p_step.removed_documents) k WHERE d.user_id = k.user_id AND d.kind = k.kind AND d.name = k.name;
    END IF;
END $$;

CREATE FUNCTION apply_accounts(p_step write_step) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_step.accounts IS NOT NULL THEN
        -- A plain INSERT: an account that exists already must refuse the batch, not be overwritten. What else an account has follows below.
        INSERT INTO account (user_id, jid, shard, salt, iterations, stored_key_sha1, server_key_sha1, stored_key_sha256, server_key_sha256,
                roster_version, delivered_any, last_id)
            SELECT a.user_id, a.jid, a.shard, '', 0, '', '', '', '', 0, 0, 0 FROM unnest(p_step.accounts) a;
    END IF;
    IF p_step.keys IS NOT NULL THEN
        UPDATE account a SET salt = k.salt, iterations = k.iterations, stored_key_sha1 = k.stored_key_sha1, server_key_sha1 = k.server_key_sha1,
                stored_key_sha256 = k.stored_key_sha256, server_key_sha256 = k.server_key_sha256
            FROM unnest(p_step.keys) k WHERE a.user_id = k.user_id;
    END IF;
    IF p_step.preferences IS NOT NULL THEN
        UPDATE account a SET archive_default = p.archive_default, archive_always = p.archive_always, archive_never = p.archive_never
            FROM unnest(p_step.preferences) p WHERE a.user_id = p.user_id;
    END IF;
    IF p_step.cursors IS NOT NULL THEN
        UPDATE account a SET delivered_any = c.delivered_any, last_id = c.last_id FROM unnest(p_step.cursors) c WHERE a.user_id = c.user_id;
    END IF;
    IF p_step.roster_versions IS NOT NULL THEN
        UPDATE account a SET roster_version = v.version FROM unnest(p_step.roster_versions) v WHERE a.user_id = v.user_id;
    END IF;
END $$;

CREATE FUNCTION apply_upserts(p_step write_step) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_step.sessions IS NOT NULL THEN
        INSERT INTO session (user_id, session_no, connection, h_in, out_seq, acked, cursor, phase, expires_at, detached_at, last_interaction)
            SELECT s.* FROM unnest(p_step.sessions) s
            ON CONFLICT (user_id, session_no) DO UPDATE SET connection = excluded.connection, h_in = excluded.h_in, out_seq = excluded.out_seq,
                acked = excluded.acked, cursor = excluded.cursor, phase = excluded.phase, expires_at = excluded.expires_at,
                detached_at = excluded.detached_at, last_interaction = excluded.last_interaction;
    END IF;
    IF p_step.docs IS NOT NULL THEN
        INSERT INTO session_doc (user_id, session_no, resource, sm_id, carbons, inactive, since, away, directed, presence, offered)
            SELECT d.* FROM unnest(p_step.docs) d
            ON CONFLICT (user_id, session_no) DO UPDATE SET resource = excluded.resource, sm_id = excluded.sm_id, carbons = excluded.carbons,
                inactive = excluded.inactive, since = excluded.since, away = excluded.away, directed = excluded.directed,
                presence = excluded.presence, offered = excluded.offered;
    END IF;
    IF p_step.registrations IS NOT NULL THEN
        INSERT INTO push_registration (user_id, service, node, session_no, options, hold, own_form, pushed, disabled_reason, muted)
            SELECT r.* FROM unnest(p_step.registrations) r
            ON CONFLICT (user_id, service, node) DO UPDATE SET session_no = excluded.session_no, options = excluded.options, hold = excluded.hold,
                own_form = excluded.own_form, pushed = excluded.pushed, disabled_reason = excluded.disabled_reason, muted = excluded.muted;
    END IF;
    IF p_step.pushes IS NOT NULL THEN
        INSERT INTO push_outbox (user_id, service, node, conversation, latest_id, count, due_at, state, attempts, kind, first_id)
            SELECT p.* FROM unnest(p_step.pushes) p
            ON CONFLICT (user_id, service, node, conversation) DO UPDATE SET latest_id = excluded.latest_id, count = excluded.count,
                due_at = excluded.due_at, state = excluded.state, attempts = excluded.attempts, kind = excluded.kind, first_id = excluded.first_id;
    END IF;
    IF p_step.contacts IS NOT NULL THEN
        INSERT INTO roster (user_id, contact, subscription, ask, pending_in, approved, name, groups, pending_stanza, version)
            SELECT c.* FROM unnest(p_step.contacts) c
            ON CONFLICT (user_id, contact) DO UPDATE SET subscription = excluded.subscription, ask = excluded.ask, pending_in = excluded.pending_in,
                approved = excluded.approved, name = excluded.name, groups = excluded.groups, pending_stanza = excluded.pending_stanza,
                version = excluded.version;
    END IF;
    IF p_step.blocked IS NOT NULL THEN
        INSERT INTO blocked (user_id, jid) SELECT b.user_id, b.value FROM unnest(p_step.blocked) b ON CONFLICT DO NOTHING;
    END IF;
    IF p_step.documents IS NOT NULL THEN
        INSERT INTO document (user_id, kind, name, mark, body)
            SELECT d.* FROM unnest(p_step.documents) d
            ON CONFLICT (user_id, kind, name) DO UPDATE SET mark = excluded.mark, body = excluded.body;
    END IF;
END $$;

CREATE FUNCTION apply_messages(p_step write_step) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_step.messages IS NOT NULL THEN
        INSERT INTO message (user_id, id, peer, peer_resource, flags, origin_session, to_resource, why, body)
            SELECT m.* FROM unnest(p_step.messages) m
            ON CONFLICT (user_id, id) DO UPDATE SET peer = excluded.peer, peer_resource = excluded.peer_resource, flags = excluded.flags,
                origin_session = excluded.origin_session, to_resource = excluded.to_resource, why = excluded.why, body = excluded.body;
    END IF;
    IF p_step.rewritten IS NOT NULL THEN
        UPDATE message m SET flags = r.flags, body = r.body FROM unnest(p_step.rewritten) r WHERE m.user_id = r.user_id AND m.id = r.id;
    END IF;
    IF p_step.deliveries IS NOT NULL THEN
        INSERT INTO delivery (user_id, session_no, out_seq, message_id)
            SELECT d.* FROM unnest(p_step.deliveries) d
            ON CONFLICT (user_id, session_no, out_seq) DO UPDATE SET message_id = excluded.message_id;
    END IF;
    IF p_step.outbox IS NOT NULL THEN
        INSERT INTO outbox (from_shard, to_shard, seq, prev, kind, body)
            SELECT o.* FROM unnest(p_step.outbox) o
            ON CONFLICT (from_shard, to_shard, seq) DO UPDATE SET prev = excluded.prev, kind = excluded.kind, body = excluded.body;
    END IF;
    IF p_step.outbox_cursors IS NOT NULL THEN
        INSERT INTO outbox_cursor (shard, from_shard, seq)
            SELECT c.* FROM unnest(p_step.outbox_cursors) c
            ON CONFLICT (shard, from_shard) DO UPDATE SET seq = excluded.seq;
    END IF;
END $$;

-- Writes all of it if every shard's guard matches, else nothing. p_outcomes, in the order of p_ids: 0 the guard matches, 1 an earlier attempt of this batch has
-- written it, 2 another epoch or owner, 3 own epoch but another base.
--
-- The lock comes first and is the guard: whoever fences a shard updates its row, so he waits for this to end or this waits for him, and what is read after
-- the lock, by statements with snapshots of their own, stays so until the end. In the order of ids, as everybody locks shards: no deadlock.
--
-- COMMIT is in here, because in the extended protocol the server would otherwise commit only when the client's next message (Sync) has come: an owner that is
-- stopped between the two would hold the locks, and the take-over, for as long as it is stopped.
CREATE PROCEDURE commit_batch(
    p_batch uuid, p_owner uuid, p_ids integer[], p_epochs bigint[], p_bases bigint[], p_steps write_step[], INOUT p_outcomes smallint[])
LANGUAGE plpgsql AS $$
DECLARE
    v_step write_step;
BEGIN
    PERFORM 1 FROM shard WHERE id = ANY (p_ids) ORDER BY id FOR NO KEY UPDATE;
    SELECT array_agg(
            CASE
                WHEN s.epoch IS DISTINCT FROM w.epoch OR s.owner IS DISTINCT FROM p_owner THEN 2
                WHEN s.committed = w.base THEN 0
                WHEN s.last_batch = p_batch THEN 1
                ELSE 3
            END::smallint ORDER BY w.at)
        INTO p_outcomes
        FROM unnest(p_ids, p_epochs, p_bases) WITH ORDINALITY AS w (id, epoch, base, at) LEFT JOIN shard s ON s.id = w.id;
    IF 0 = ALL (p_outcomes) THEN
        UPDATE shard SET committed = committed + 1, last_batch = p_batch WHERE id = ANY (p_ids);
        FOREACH v_step IN ARRAY p_steps LOOP
            IF v_step.ended IS NOT NULL THEN
                PERFORM apply_ended(v_step.ended);
            END IF;
            PERFORM apply_deletes(v_step);
            PERFORM apply_accounts(v_step);
            PERFORM apply_upserts(v_step);
            PERFORM apply_messages(v_step);
        END LOOP;
    END IF;
    COMMIT;
END $$;

-- Taking shards, and the work that is done beside the commits.

-- The months of the message log that have a partition of their own. What is older (a brought archive) lies in message_before, what is newer (a clock that ran
-- ahead, or nobody made the month) in message_after: every id has its place, so that a write can never fail for want of one.
CREATE TABLE message_month (
    month timestamp PRIMARY KEY
);

CREATE FUNCTION first_id_of(p_month timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM p_month)::bigint * 1000) << 20
$$;

-- Makes the months up to p_ahead months from now; returns how many. Gives up at once (55P03) when somebody reads the log for long: everybody else would queue behind.
CREATE FUNCTION make_months(p_ahead integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    v_month timestamp;
    v_made integer := 0;
BEGIN
    SELECT coalesce(max(m.month) + interval '1 month', v_now) INTO v_month FROM message_month m;
    WHILE v_month <= v_now + make_interval(months => p_ahead) LOOP
        PERFORM set_config('lock_timeout', '500ms', true);
        LOCK TABLE message IN ACCESS EXCLUSIVE MODE;
        INSERT INTO message_month (month) VALUES (v_month);
        ALTER TABLE message DETACH PARTITION message_after;
        EXECUTE format('CREATE TABLE %I PARTITION OF message FOR VALUES FROM (%s) TO (%s)',
            'message_' || to_char(v_month, 'YYYY_MM'), first_id_of(v_month), first_id_of(v_month + interval '1 month'));
        WITH moved AS (DELETE FROM message_after WHERE id < first_id_of(v_month + interval '1 month') RETURNING *)
            INSERT INTO message SELECT * FROM moved;
        EXECUTE format('ALTER TABLE message ATTACH PARTITION message_after FOR VALUES FROM (%s) TO (MAXVALUE)', first_id_of(v_month + interval '1 month'));
        v_month := v_month + interval '1 month';
        v_made := v_made + 1;
    END LOOP;
    RETURN v_made;
END $$;

DO $$
DECLARE
    v_first bigint := first_id_of(date_trunc('month', now() AT TIME ZONE 'UTC'));
BEGIN
    EXECUTE format('CREATE TABLE message_before PARTITION OF message FOR VALUES FROM (MINVALUE) TO (%s)', v_first);
    EXECUTE format('CREATE TABLE message_after PARTITION OF message FOR VALUES FROM (%s) TO (MAXVALUE)', v_first);
    PERFORM make_months(2);
END $$;

-- Locks in the order that everybody keeps: cluster, node, shards by id.
CREATE FUNCTION take_all(p_owner uuid) RETURNS TABLE (id integer, epoch bigint, committed bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM cluster FOR NO KEY UPDATE;
    DELETE FROM node;
    INSERT INTO node (incarnation, status) VALUES (p_owner, 1);
    PERFORM 1 FROM shard s ORDER BY s.id FOR NO KEY UPDATE;
    UPDATE shard s SET epoch = s.epoch + 1, owner = p_owner;
    RETURN QUERY SELECT s.id, s.epoch, s.committed FROM shard s ORDER BY s.id;
END $$;

-- Walks accounts after p_after, at most p_accounts of them, until one had rows to delete: only one user's rows are touched in a transaction, and the account before
-- the messages, as the guarded write does it, so that the two cannot deadlock.
CREATE FUNCTION trim_archive(p_after bigint, p_accounts integer, p_older bigint, p_limit integer)
RETURNS TABLE (last_user bigint, looked integer, deleted integer, more boolean) LANGUAGE plpgsql AS $$
DECLARE
    v_user record;
    v_highest bigint;
BEGIN
    last_user := p_after;
    looked := 0;
    deleted := 0;
    FOR v_user IN SELECT a.user_id FROM account a WHERE a.user_id > p_after ORDER BY a.user_id LIMIT p_accounts LOOP
        last_user := v_user.user_id;
        looked := looked + 1;
        SELECT max(m.id) INTO v_highest FROM message m WHERE m.user_id = last_user;
        IF EXISTS (SELECT 1 FROM message m WHERE m.user_id = last_user AND m.id < p_older) THEN
            PERFORM 1 FROM account a WHERE a.user_id = last_user FOR NO KEY UPDATE;
            -- 32: Offline, 1: Outgoing, 64: ToSelf.
            DELETE FROM message d WHERE d.user_id = last_user AND d.id IN (
                SELECT m.id FROM message m
                WHERE m.user_id = last_user AND m.id < p_older
                    AND m.id <= (SELECT coalesce(min(s.cursor), 9223372036854775807) FROM session s WHERE s.user_id = last_user)
                    AND NOT EXISTS (SELECT 1 FROM delivery n WHERE n.user_id = last_user AND n.message_id = m.id)
                    AND NOT ((m.flags & 32) <> 0 AND ((m.flags & 1) = 0 OR (m.flags & 64) <> 0)
                        AND m.id > (SELECT a.delivered_any FROM account a WHERE a.user_id = last_user))
                ORDER BY m.id LIMIT p_limit);
            GET DIAGNOSTICS deleted = ROW_COUNT;
            IF deleted > 0 THEN
                -- The next id must be greater than any before, also when the row that told is gone.
                UPDATE account a SET last_id = greatest(a.last_id, v_highest) WHERE a.user_id = last_user;
                EXIT;
            END IF;
        END IF;
    END LOOP;
    more := EXISTS (SELECT 1 FROM account a WHERE a.user_id > last_user);
    RETURN NEXT;
END $$;

-- One step of deleting what removed accounts left; false: nothing is left.
CREATE FUNCTION erase_step(p_limit integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_user bigint;
    v_deleted integer;
BEGIN
    SELECT e.user_id INTO v_user FROM erasing e LIMIT 1 FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM message d WHERE d.user_id = v_user AND d.id IN (SELECT m.id FROM message m WHERE m.user_id = v_user ORDER BY m.id LIMIT p_limit);
    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    IF v_deleted < p_limit THEN
        DELETE FROM tombstone WHERE user_id = v_user;
        DELETE FROM delivery WHERE user_id = v_user;
        DELETE FROM roster WHERE user_id = v_user;
        DELETE FROM blocked WHERE user_id = v_user;
        DELETE FROM erasing WHERE user_id = v_user;
    END IF;
    RETURN true;
END $$;

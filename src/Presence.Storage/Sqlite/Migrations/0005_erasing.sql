-- Accounts that were removed while rows of theirs are still being deleted.
CREATE TABLE erasing (
    user_id INTEGER PRIMARY KEY
);

-- Accounts moved here with keys for SCRAM-SHA-1 only: while there is one, SCRAM-SHA-256 cannot be offered.
CREATE INDEX account_sha1_only ON account (user_id) WHERE length(stored_key_sha256) = 0;

-- Oldest message a push tells of; 0 in rows from before. Without it a push whose messages were taken back could tell again of one that had its own.
ALTER TABLE push_outbox ADD COLUMN first_id INTEGER NOT NULL DEFAULT 0;

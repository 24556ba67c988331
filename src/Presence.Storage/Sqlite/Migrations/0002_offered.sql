-- Rows up to here are not offered again when the session becomes available once more (sessions.md 4.3).
ALTER TABLE session_doc ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;

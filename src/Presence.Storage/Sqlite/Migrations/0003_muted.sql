-- Conversations that never wake the device (sessions.md 5.2), as a JSON array of bare JIDs; NULL = none.
ALTER TABLE push_registration ADD COLUMN muted TEXT;

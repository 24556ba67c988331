-- Never written: what waits for a session are rows of the message log and their numbers (delivery). The table is small.
ALTER TABLE session_doc DROP COLUMN queue;

-- Archive preferences (XEP-0441): archive_default NULL = none were set; the lists as JSON arrays of JIDs.
ALTER TABLE account ADD COLUMN archive_default INTEGER;
ALTER TABLE account ADD COLUMN archive_always TEXT;
ALTER TABLE account ADD COLUMN archive_never TEXT;

-- XML that is kept for a user as it came. Bodies may be large, hence no clustered key.
CREATE TABLE document (
    user_id INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    mark    TEXT,
    body    BLOB    NOT NULL,
    UNIQUE (user_id, kind, name)
);

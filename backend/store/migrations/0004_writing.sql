-- What writing needs besides the post itself: names of versions, steps back, cards of links.

-- A person's own name for a version, and why the program kept it ('' for a plain save).
ALTER TABLE post_version ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE post_version ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- What the page behind a link of a post says, fetched once. The picture is in the content store.
CREATE TABLE link_card (
    row            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    post           INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    url            TEXT    NOT NULL CHECK (url <> ''),
    title          TEXT    NOT NULL,
    text           TEXT    NOT NULL,
    site           TEXT    NOT NULL,
    picture_sha256 TEXT,
    picture_type   TEXT,
    picture_bytes  INTEGER,
    picture_width  INTEGER,
    picture_height INTEGER,
    fetched_at_ms  INTEGER NOT NULL,
    UNIQUE (post, url)
) STRICT;

-- The steps that undo goes back through: numbers of versions, in order. idx has gaps where old
-- steps were dropped. Only this machine's steps are undone on this machine.
CREATE TABLE local_undo (
    row     INTEGER PRIMARY KEY,
    post    INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    idx     INTEGER NOT NULL,
    version INTEGER NOT NULL, -- post_version.number
    step    TEXT    NOT NULL, -- what was done; saves of the same step run together
    at_ms   INTEGER NOT NULL,
    UNIQUE (post, idx)
) STRICT;

-- Where in the steps a post stands.
CREATE TABLE local_undo_place (
    row  INTEGER PRIMARY KEY,
    post INTEGER NOT NULL UNIQUE REFERENCES post (row) ON DELETE CASCADE,
    idx  INTEGER NOT NULL
) STRICT;

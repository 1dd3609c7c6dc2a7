-- Where networks fetch media from, that take an address and no bytes: a folder of the person's own.
CREATE TABLE shelf (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    workspace     INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    place_json    TEXT    NOT NULL CHECK (json_valid(place_json)), -- no secret is in it
    left_at_ms    INTEGER,                                         -- another took its place, or none: only what stands there is removed
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX shelf_one ON shelf (workspace) WHERE left_at_ms IS NULL;

-- What opens a shelf and what makes the names on it, sealed; the associated data is shelf, kind and version.
CREATE TABLE local_shelf_secret (
    row           INTEGER PRIMARY KEY,
    shelf         INTEGER NOT NULL UNIQUE REFERENCES shelf (row) ON DELETE CASCADE,
    version       INTEGER NOT NULL CHECK (version >= 1),
    sealed        BLOB    NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;

-- Files that stand on a shelf, or that are about to. A row is written before its file and goes after it.
CREATE TABLE local_shelved (
    row      INTEGER PRIMARY KEY,
    shelf    INTEGER NOT NULL REFERENCES shelf (row) ON DELETE RESTRICT,
    delivery INTEGER REFERENCES delivery (row) ON DELETE RESTRICT, -- NULL: a trial
    name     TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    at_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX local_shelved_shelf ON local_shelved (shelf);
CREATE INDEX local_shelved_delivery ON local_shelved (delivery);

-- The first schema. Rules of the house: STRICT; row INTEGER PRIMARY KEY for joins; id TEXT for
-- the outside; …_ms are UTC milliseconds; tables named local_… belong to this machine and are
-- never replicated; every other table is followed by change_log through generated triggers.

CREATE TABLE local_clock (
    row    INTEGER PRIMARY KEY CHECK (row = 1),
    hlc    INTEGER NOT NULL, -- hybrid logical clock of the running write: milliseconds << 16 | counter
    now_ms INTEGER NOT NULL, -- the one "now" of the running write
    actor  TEXT    NOT NULL  -- who writes: this machine's id
) STRICT;
INSERT INTO local_clock (row, hlc, now_ms, actor) VALUES (1, 0, 0, 'local');

CREATE TABLE change_log (
    row   INTEGER PRIMARY KEY,
    hlc   INTEGER NOT NULL,
    actor TEXT    NOT NULL,
    tbl   TEXT    NOT NULL,
    key   INTEGER NOT NULL,                          -- the changed row's number
    op    TEXT    NOT NULL CHECK (op IN ('i', 'u', 'd')),
    cols  TEXT    NOT NULL                           -- JSON object: every column of an insert, the changed ones of an update
) STRICT;

CREATE TABLE local_setting (
    row   INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE workspace (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE channel (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    workspace     INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    network       TEXT    NOT NULL,
    remote_id     TEXT    NOT NULL CHECK (remote_id <> ''),
    handle        TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    server        TEXT    NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('ready', 'reauth', 'removed')),
    options_json  TEXT    NOT NULL CHECK (json_valid(options_json)),
    limits_json   TEXT    CHECK (limits_json IS NULL OR json_valid(limits_json)),
    limits_at_ms  INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    UNIQUE (network, server, remote_id)
) STRICT;

-- Tokens, sealed with the key in the keychain; the associated data is channel, kind and version.
CREATE TABLE local_secret (
    row           INTEGER PRIMARY KEY,
    channel       INTEGER NOT NULL REFERENCES channel (row) ON DELETE CASCADE,
    kind          TEXT    NOT NULL,
    version       INTEGER NOT NULL CHECK (version >= 1),
    sealed        BLOB    NOT NULL,
    expires_at_ms INTEGER NOT NULL, -- 0: never
    updated_at_ms INTEGER NOT NULL,
    UNIQUE (channel, kind)
) STRICT;

CREATE TABLE asset (
    row            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    workspace      INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    sha256         TEXT    NOT NULL CHECK (length(sha256) = 64),
    kind           TEXT    NOT NULL CHECK (kind IN ('image', 'animation', 'video')),
    format         TEXT    NOT NULL,
    bytes          INTEGER NOT NULL CHECK (bytes > 0),
    width          INTEGER NOT NULL,
    height         INTEGER NOT NULL,
    turn           INTEGER NOT NULL CHECK (turn BETWEEN 1 AND 8),
    duration_ms    INTEGER NOT NULL,
    frames         INTEGER NOT NULL,
    name           TEXT    NOT NULL,
    reference      TEXT    NOT NULL, -- '' when a copy is kept
    alt            TEXT    NOT NULL,
    focus_x        REAL,
    focus_y        REAL,
    taken_at_ms    INTEGER,
    camera         TEXT    NOT NULL,
    latitude       REAL,
    longitude      REAL,
    warning        TEXT    NOT NULL,
    imported_at_ms INTEGER NOT NULL,
    deleted_at_ms  INTEGER,
    CHECK ((focus_x IS NULL) = (focus_y IS NULL)),
    UNIQUE (workspace, sha256)
) STRICT;
CREATE INDEX asset_sha256 ON asset (sha256);

CREATE TABLE asset_tag (
    row   INTEGER PRIMARY KEY,
    asset INTEGER NOT NULL REFERENCES asset (row) ON DELETE CASCADE,
    tag   TEXT    NOT NULL CHECK (tag <> ''),
    UNIQUE (asset, tag)
) STRICT;

-- Files seen by an import, so that an interrupted or repeated one does not read them again.
CREATE TABLE local_import (
    row         INTEGER PRIMARY KEY,
    workspace   INTEGER NOT NULL REFERENCES workspace (row) ON DELETE CASCADE,
    path        TEXT    NOT NULL,
    bytes       INTEGER NOT NULL,
    mtime_ns    INTEGER NOT NULL,
    asset       INTEGER NOT NULL REFERENCES asset (row) ON DELETE CASCADE,
    UNIQUE (workspace, path)
) STRICT;

-- Renditions can be made again, so they belong to this machine.
CREATE TABLE local_rendition (
    row           INTEGER PRIMARY KEY,
    asset         INTEGER NOT NULL REFERENCES asset (row) ON DELETE CASCADE,
    recipe        TEXT    NOT NULL,
    sha256        TEXT    NOT NULL CHECK (length(sha256) = 64),
    format        TEXT    NOT NULL,
    width         INTEGER NOT NULL,
    height        INTEGER NOT NULL,
    bytes         INTEGER NOT NULL,
    quality       INTEGER NOT NULL,
    passed        INTEGER NOT NULL CHECK (passed IN (0, 1)),
    created_at_ms INTEGER NOT NULL,
    UNIQUE (asset, recipe)
) STRICT;

CREATE TABLE post (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    workspace     INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    text          TEXT    NOT NULL,
    link          TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    warning       TEXT    NOT NULL,
    visibility    TEXT    NOT NULL,
    poll_json     TEXT    CHECK (poll_json IS NULL OR json_valid(poll_json)),
    version       INTEGER NOT NULL CHECK (version >= 1),
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    deleted_at_ms INTEGER
) STRICT;
CREATE INDEX post_workspace ON post (workspace, updated_at_ms);

-- A post for one channel. NULL, or 0 for the lists, follows the shared content.
CREATE TABLE variant (
    row            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    post           INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    channel        INTEGER NOT NULL REFERENCES channel (row) ON DELETE RESTRICT,
    own_text       TEXT,
    own_link       TEXT,
    own_language   TEXT,
    own_warning    TEXT,
    own_visibility TEXT,
    own_parts      INTEGER NOT NULL CHECK (own_parts IN (0, 1)),
    own_media      INTEGER NOT NULL CHECK (own_media IN (0, 1)),
    own_poll_json  TEXT    CHECK (own_poll_json IS NULL OR json_valid(own_poll_json)),
    own_only       INTEGER CHECK (own_only >= 0), -- the one part for a network without threads
    options_json   TEXT    NOT NULL CHECK (json_valid(options_json)),
    removed        INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)), -- taken off the post, kept for its deliveries
    UNIQUE (post, channel)
) STRICT;

CREATE TABLE post_part (
    row     INTEGER PRIMARY KEY,
    post    INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    variant INTEGER REFERENCES variant (row) ON DELETE CASCADE, -- NULL: shared
    idx     INTEGER NOT NULL,
    text    TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX post_part_place ON post_part (post, ifnull(variant, 0), idx);

CREATE TABLE post_media (
    row     INTEGER PRIMARY KEY,
    post    INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    variant INTEGER REFERENCES variant (row) ON DELETE CASCADE, -- NULL: shared
    idx     INTEGER NOT NULL,
    asset   INTEGER NOT NULL REFERENCES asset (row) ON DELETE RESTRICT,
    alt     TEXT    NOT NULL,
    focus_x REAL,
    focus_y REAL,
    part    INTEGER NOT NULL CHECK (part >= 0),
    decorative INTEGER NOT NULL CHECK (decorative IN (0, 1)),
    preset     TEXT    NOT NULL, -- the size that is sent, '' for the whole picture
    crops_json TEXT    NOT NULL CHECK (json_valid(crops_json)), -- parts chosen for this use, by preset
    CHECK ((focus_x IS NULL) = (focus_y IS NULL))
) STRICT;
CREATE UNIQUE INDEX post_media_place ON post_media (post, ifnull(variant, 0), idx);
CREATE INDEX post_media_asset ON post_media (asset);

-- Every saved state of a post, content and variants as one JSON document.
CREATE TABLE post_version (
    row         INTEGER PRIMARY KEY,
    post        INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    number      INTEGER NOT NULL CHECK (number >= 1),
    saved_at_ms INTEGER NOT NULL,
    body_json   TEXT    NOT NULL CHECK (json_valid(body_json)),
    UNIQUE (post, number)
) STRICT;

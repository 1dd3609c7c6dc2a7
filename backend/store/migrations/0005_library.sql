-- What keeping thousands of pictures in order needs: imports, collections, crops, own sizes, watched folders.

-- Which import brought an asset; equal for everything that came together.
ALTER TABLE asset ADD COLUMN batch TEXT NOT NULL DEFAULT '';

-- What the program sees in a picture, worked out from its thumbnail. It can be worked out again.
CREATE TABLE local_look (
    row    INTEGER PRIMARY KEY,
    asset  INTEGER NOT NULL UNIQUE REFERENCES asset (row) ON DELETE CASCADE,
    colour INTEGER NOT NULL CHECK (colour BETWEEN -1 AND 16777215), -- the average, red first; -1: there is no picture
    hash   INTEGER NOT NULL                                         -- 64 bits of difference between neighbours
) STRICT;

-- A collection holds what was put in by hand, or, with a query, whatever it finds.
CREATE TABLE collection (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    workspace     INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    name          TEXT    NOT NULL CHECK (name <> ''),
    query         TEXT    NOT NULL,
    created_at_ms INTEGER NOT NULL,
    UNIQUE (workspace, name)
) STRICT;

CREATE TABLE collection_asset (
    row         INTEGER PRIMARY KEY,
    collection  INTEGER NOT NULL REFERENCES collection (row) ON DELETE CASCADE,
    asset       INTEGER NOT NULL REFERENCES asset (row) ON DELETE CASCADE,
    added_at_ms INTEGER NOT NULL,
    UNIQUE (collection, asset)
) STRICT;
CREATE INDEX collection_asset_asset ON collection_asset (asset);

-- The part of a picture that a person chose for one size, in shares of its width and height.
CREATE TABLE asset_crop (
    row    INTEGER PRIMARY KEY,
    asset  INTEGER NOT NULL REFERENCES asset (row) ON DELETE CASCADE,
    preset TEXT    NOT NULL CHECK (preset <> ''),
    x      REAL    NOT NULL CHECK (x >= 0),
    y      REAL    NOT NULL CHECK (y >= 0),
    width  REAL    NOT NULL CHECK (width > 0 AND x + width <= 1.000001),
    height REAL    NOT NULL CHECK (height > 0 AND y + height <= 1.000001),
    UNIQUE (asset, preset)
) STRICT;

-- A person's own sizes.
CREATE TABLE preset (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    body_json     TEXT    NOT NULL CHECK (json_valid(body_json)),
    created_at_ms INTEGER NOT NULL
) STRICT;

-- The sizes a workspace works with; none: the usual ones.
CREATE TABLE shown_preset (
    row       INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (row) ON DELETE CASCADE,
    idx       INTEGER NOT NULL,
    preset    TEXT    NOT NULL CHECK (preset <> ''),
    UNIQUE (workspace, preset)
) STRICT;

-- Folders of this machine whose new pictures come into the library by themselves.
CREATE TABLE local_watched (
    row         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    workspace   INTEGER NOT NULL REFERENCES workspace (row) ON DELETE CASCADE,
    path        TEXT    NOT NULL CHECK (path <> ''),
    recursive   INTEGER NOT NULL CHECK (recursive IN (0, 1)),
    reference   INTEGER NOT NULL CHECK (reference IN (0, 1)), -- 1: originals stay where they are
    added_at_ms INTEGER NOT NULL,
    UNIQUE (workspace, path)
) STRICT;

-- Files whose asset was deleted for ever: a watched folder does not bring them back.
CREATE TABLE local_gone (
    row       INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (row) ON DELETE CASCADE,
    path      TEXT    NOT NULL,
    bytes     INTEGER NOT NULL,
    mtime_ns  INTEGER NOT NULL,
    UNIQUE (workspace, path)
) STRICT;

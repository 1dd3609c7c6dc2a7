-- How pictures are adjusted: what a person changed of how they look, beside originals that stay as they are.

ALTER TABLE asset ADD COLUMN adjust_json TEXT NOT NULL DEFAULT '' CHECK (adjust_json = '' OR json_valid(adjust_json)); -- '': not

-- Focal points and chosen parts are kept as places in the picture as it was imported, so that they come back when
-- a turn is taken back. A part that was chosen in a picture on its side has another shape than one upright.
ALTER TABLE asset_crop ADD COLUMN turned INTEGER NOT NULL DEFAULT 0 CHECK (turned IN (0, 1)); -- by a quarter or three

-- An adjustment with a name, to be used again.
CREATE TABLE named_look (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    workspace     INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    name          TEXT    NOT NULL CHECK (name <> ''),
    adjust_json   TEXT    NOT NULL CHECK (json_valid(adjust_json)),
    created_at_ms INTEGER NOT NULL,
    UNIQUE (workspace, name)
) STRICT;

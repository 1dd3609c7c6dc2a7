-- Pictures that sizes of a person's own draw on what they make, each kept once: the text that a shared file has of it.
CREATE TABLE preset_picture (
    row           INTEGER PRIMARY KEY,
    sha256        TEXT    NOT NULL UNIQUE CHECK (length(sha256) = 64), -- of data
    data          TEXT    NOT NULL CHECK (data LIKE 'data:image/png;base64,%'),
    created_at_ms INTEGER NOT NULL
) STRICT;

-- A named list of sizes of a workspace. The current one and shown_preset are the same list.
CREATE TABLE preset_set (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    workspace     INTEGER NOT NULL REFERENCES workspace (row) ON DELETE CASCADE,
    name          TEXT    NOT NULL CHECK (name <> ''),
    presets_json  TEXT    NOT NULL CHECK (json_valid(presets_json)), -- ids in their order
    current       INTEGER NOT NULL CHECK (current IN (0, 1)),
    created_at_ms INTEGER NOT NULL,
    UNIQUE (workspace, name)
) STRICT;
CREATE UNIQUE INDEX preset_set_current ON preset_set (workspace) WHERE current = 1;

-- Which size a rendition was made for, '' for none, of which recipe before a network's limits, and since when the size, its part of the picture or the
-- focal point is another.
ALTER TABLE local_rendition ADD COLUMN preset TEXT NOT NULL DEFAULT '';
ALTER TABLE local_rendition ADD COLUMN basis TEXT NOT NULL DEFAULT '';
ALTER TABLE local_rendition ADD COLUMN stale_at_ms INTEGER;
CREATE INDEX local_rendition_stale ON local_rendition (stale_at_ms) WHERE stale_at_ms IS NOT NULL;

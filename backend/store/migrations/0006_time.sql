-- When posts go out: zones, lateness, slots and repeats. Wall times are kept as minutes of the day
-- with the IANA zone they are meant in; instants are made from them only when they are needed.

-- What a person chose for a workspace, a channel or a post. NULL: not chosen here.
CREATE TABLE time_rule (
    row             INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    workspace       INTEGER UNIQUE REFERENCES workspace (row) ON DELETE CASCADE,
    channel         INTEGER UNIQUE REFERENCES channel (row) ON DELETE CASCADE,
    post            INTEGER UNIQUE REFERENCES post (row) ON DELETE CASCADE,
    zone            TEXT    CHECK (zone <> ''),
    late_policy     TEXT    CHECK (late_policy IN ('publish', 'next_slot', 'ask', 'skip')),
    late_after_ms   INTEGER CHECK (late_after_ms >= 0),
    give_up_ms      INTEGER CHECK (give_up_ms >= 0), -- so long after its time nothing goes out; 0: no end
    not_after_ms    INTEGER,                         -- a post's own last instant
    updated_at_ms   INTEGER NOT NULL,
    CHECK ((workspace IS NOT NULL) + (channel IS NOT NULL) + (post IS NOT NULL) = 1),
    CHECK ((late_policy IS NULL) = (late_after_ms IS NULL) AND (late_policy IS NULL) = (give_up_ms IS NULL)),
    CHECK (not_after_ms IS NULL OR post IS NOT NULL)
) STRICT;

-- A named week of a channel.
CREATE TABLE slot_set (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    channel       INTEGER NOT NULL REFERENCES channel (row) ON DELETE CASCADE,
    name          TEXT    NOT NULL CHECK (name <> ''),
    zone          TEXT    NOT NULL CHECK (zone <> ''),
    spread_ms     INTEGER NOT NULL CHECK (spread_ms BETWEEN 0 AND 3600000), -- goes out up to so much before or after
    paused        INTEGER NOT NULL CHECK (paused IN (0, 1)),
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    UNIQUE (channel, name)
) STRICT;

CREATE TABLE slot (
    row      INTEGER PRIMARY KEY,
    id       TEXT    NOT NULL UNIQUE,
    slot_set INTEGER NOT NULL REFERENCES slot_set (row) ON DELETE CASCADE,
    weekday  INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7), -- ISO 8601: 1 is Monday
    minute   INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 1439),
    UNIQUE (slot_set, weekday, minute)
) STRICT;

-- A post that goes out again and again. Its next 60 days are deliveries, each frozen by itself.
CREATE TABLE repeat (
    row            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    post           INTEGER NOT NULL UNIQUE REFERENCES post (row) ON DELETE CASCADE,
    zone           TEXT    NOT NULL CHECK (zone <> ''),
    first_date     TEXT    NOT NULL CHECK (first_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    minute         INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 1439),
    unit           TEXT    NOT NULL CHECK (unit IN ('day', 'week', 'month')),
    every          INTEGER NOT NULL CHECK (every BETWEEN 1 AND 366),
    weekdays       INTEGER NOT NULL CHECK (weekdays BETWEEN 0 AND 127), -- of unit week: bit 0 is Monday
    last_date      TEXT    CHECK (last_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    times          INTEGER NOT NULL CHECK (times >= 0),                 -- how often in all; 0: no end
    spread_ms      INTEGER NOT NULL CHECK (spread_ms BETWEEN 0 AND 3600000),
    offsets_json   TEXT    NOT NULL CHECK (json_valid(offsets_json)),   -- [{"channel": id, "afterMs": n}]
    trouble        TEXT    NOT NULL,                                    -- why the last expansion stopped; '' if it did not
    created_at_ms  INTEGER NOT NULL,
    updated_at_ms  INTEGER NOT NULL
) STRICT;

-- Where a channel's wall times are taken already.
CREATE INDEX delivery_wall ON delivery (channel, due_at_ms) WHERE state NOT IN ('rejected', 'missed', 'cancelled');

-- How long after the instant of its wall time a delivery is due: a draw, or a channel that follows later.
ALTER TABLE delivery ADD COLUMN due_shift_ms INTEGER NOT NULL DEFAULT 0;

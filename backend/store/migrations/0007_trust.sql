-- What was published or put away, latest last: a page of it must not read all of it.
CREATE INDEX delivery_past ON delivery (workspace, ifnull(published_at_ms, due_at_ms), post)
    WHERE state = 'published' OR deleted_at_ms IS NOT NULL AND state <> 'cancelled';

-- What networks allow and what was used of it, and which servers get a pause. All of it is this
-- machine's own: another one has requests of its own.
CREATE TABLE local_budget (
    row         INTEGER PRIMARY KEY,
    key         TEXT    NOT NULL UNIQUE,        -- what is limited, and for whom
    per_ms      INTEGER NOT NULL CHECK (per_ms > 0),
    said_limit  INTEGER NOT NULL DEFAULT 0,     -- as the network said last; 0: never
    said_left   INTEGER NOT NULL DEFAULT 0,
    since       INTEGER NOT NULL DEFAULT 0,     -- points spent after it said so
    opens_at_ms INTEGER                         -- when everything can be had again; NULL: never said
) STRICT;

-- Points spent, in pieces of a sixtieth of the budget's time.
CREATE TABLE local_spend (
    row    INTEGER PRIMARY KEY,
    budget INTEGER NOT NULL REFERENCES local_budget (row) ON DELETE CASCADE,
    at_ms  INTEGER NOT NULL,                    -- when the piece begins
    points INTEGER NOT NULL CHECK (points >= 0),
    UNIQUE (budget, at_ms)
) STRICT;

-- Points promised to an attempt. What a process that died had left of its promises may have been
-- spent: the next one counts it so.
CREATE TABLE local_reserve (
    row         INTEGER PRIMARY KEY,
    budget      INTEGER NOT NULL REFERENCES local_budget (row) ON DELETE CASCADE,
    claim_token TEXT    NOT NULL,
    points      INTEGER NOT NULL CHECK (points >= 0),
    UNIQUE (claim_token, budget)
) STRICT;
CREATE INDEX local_reserve_budget ON local_reserve (budget);

-- The latest times a server failed.
CREATE TABLE local_fault (
    row   INTEGER PRIMARY KEY,
    host  TEXT    NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX local_fault_host ON local_fault (host, at_ms);

CREATE TABLE local_breaker (
    row      INTEGER PRIMARY KEY,
    host     TEXT    NOT NULL UNIQUE,
    until_ms INTEGER NOT NULL
) STRICT;

-- What a channel published, by time: a new delivery is compared with the last days.
CREATE INDEX delivery_sent ON delivery (channel, published_at_ms) WHERE state = 'published';

-- Which picture a rendition in a frozen plan was made of.
CREATE INDEX local_rendition_sha256 ON local_rendition (sha256);

-- The story of one delivery, from the change log.
CREATE INDEX change_log_delivery ON change_log (key) WHERE tbl = 'delivery';

-- What a person was told of what is held or in doubt: nothing is told twice while it stands.
CREATE TABLE local_told (
    row      INTEGER PRIMARY KEY,
    delivery INTEGER NOT NULL UNIQUE REFERENCES delivery (row) ON DELETE CASCADE,
    what     TEXT    NOT NULL
) STRICT;

-- When the publisher said last that it lives.
ALTER TABLE local_publisher ADD COLUMN beat_at_ms INTEGER NOT NULL DEFAULT 0;

-- The instant of the slot that a delivery was put into by itself. Two processes that look for a free
-- one at the same moment find the same; the second looks again.
ALTER TABLE delivery ADD COLUMN slot_at_ms INTEGER;
CREATE UNIQUE INDEX delivery_slot ON delivery (channel, slot_at_ms)
    WHERE slot_at_ms IS NOT NULL AND state NOT IN ('rejected', 'missed', 'cancelled');

-- A person's word that a delivery goes out although something like it did. It holds for that
-- content: another time asks nobody again, another text does.
CREATE TABLE send_anyway (
    row          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    delivery     INTEGER NOT NULL REFERENCES delivery (row) ON DELETE RESTRICT,
    content_hash TEXT    NOT NULL CHECK (length(content_hash) = 64),
    actor_id     TEXT    NOT NULL,
    at_ms        INTEGER NOT NULL,
    UNIQUE (delivery, content_hash)
) STRICT;
CREATE TRIGGER send_anyway_fixed BEFORE UPDATE ON send_anyway BEGIN SELECT RAISE (ABORT, 'queue: a person''s word does not change'); END;
CREATE TRIGGER send_anyway_kept BEFORE DELETE ON send_anyway BEGIN SELECT RAISE (ABORT, 'queue: a person''s word is kept'); END;

-- The one machine that publishes from this data folder. A copy of the folder on another machine
-- says so here, and publishes nothing until a person names that machine.
CREATE TABLE local_home (
    row      INTEGER PRIMARY KEY CHECK (row = 1),
    machine  TEXT    NOT NULL,
    name     TEXT    NOT NULL,                  -- as people call it
    since_ms INTEGER NOT NULL
) STRICT;

-- What was learnt about the clocks of machines.
CREATE TABLE clock_mark (
    row       INTEGER PRIMARY KEY,
    id        TEXT    NOT NULL UNIQUE,
    kind      TEXT    NOT NULL CHECK (kind IN ('date', 'certificate', 'step', 'sleep', 'suspect', 'trusted')),
    host      TEXT    NOT NULL,                 -- who said it, '' for what the machine noticed itself
    offset_ms INTEGER NOT NULL,                 -- of the true time from the wall clock; of a sleep how long it was
    at_ms     INTEGER NOT NULL,
    boot_ms   INTEGER NOT NULL,                 -- since the start of the machine
    boot_id   TEXT    NOT NULL,
    machine   TEXT    NOT NULL
) STRICT;
CREATE INDEX clock_mark_boot ON clock_mark (machine, boot_id);

-- What another copy of this database may have published is looked for when its time has come.
CREATE INDEX delivery_copy ON delivery (wake_at_ms)
    WHERE state = 'held' AND hold_reason IN ('restored_copy', 'moved_profile') AND wake_at_ms IS NOT NULL;

-- Files that a network has already, for other posts of the same account.
CREATE TABLE local_upload (
    row           INTEGER PRIMARY KEY,
    channel       INTEGER NOT NULL REFERENCES channel (row) ON DELETE CASCADE,
    sha256        TEXT    NOT NULL,
    request_hash  TEXT    NOT NULL, -- of the request that sent it: a description can be part of it
    sealed        BLOB    NOT NULL, -- the network's answer
    expires_at_ms INTEGER NOT NULL,
    UNIQUE (channel, request_hash)
) STRICT;

-- Who is renewing a channel's secret. Many servers end the old one with its first use: two that
-- renew at once would sign each other out.
CREATE TABLE local_renewal (
    row      INTEGER PRIMARY KEY,
    channel  INTEGER NOT NULL UNIQUE REFERENCES channel (row) ON DELETE CASCADE,
    token    TEXT    NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;

-- The older part of the change log, packed: what repeats in it is said once. Nothing of it is lost.
CREATE TABLE change_pack (
    row        INTEGER PRIMARY KEY, -- the number of its last change
    first      INTEGER NOT NULL,    -- the number of its first
    until_hlc  INTEGER NOT NULL,    -- the clock of its last
    deliveries BLOB    NOT NULL,    -- which deliveries it tells of
    packed     BLOB    NOT NULL,
    CHECK (first <= row)
) STRICT;
CREATE INDEX change_pack_until ON change_pack (until_hlc);
CREATE TRIGGER change_pack_follows BEFORE INSERT ON change_pack
WHEN EXISTS (SELECT 1 FROM change_pack p WHERE p.row >= NEW.first)
BEGIN SELECT RAISE (ABORT, 'the change log is packed once'); END;
CREATE TRIGGER change_pack_fixed BEFORE UPDATE ON change_pack BEGIN SELECT RAISE (ABORT, 'the change log does not change'); END;
CREATE TRIGGER change_pack_kept BEFORE DELETE ON change_pack BEGIN SELECT RAISE (ABORT, 'the change log is kept'); END;
CREATE TRIGGER change_log_kept BEFORE DELETE ON change_log
WHEN NOT EXISTS (SELECT 1 FROM change_pack p WHERE p.row >= OLD.row AND p.first <= OLD.row)
BEGIN SELECT RAISE (ABORT, 'the change log is kept'); END;

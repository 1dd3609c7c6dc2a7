-- What a person had deleted at a network. The delivery stays published: it was. Each segment's request is a row
-- of its own, written before it is sent and given its outcome once.
CREATE TABLE deletion (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    delivery      INTEGER NOT NULL REFERENCES delivery (row) ON DELETE RESTRICT,
    segment_idx   INTEGER NOT NULL CHECK (segment_idx >= 0),
    actor_id      TEXT    NOT NULL,
    at_ms         INTEGER NOT NULL,
    outcome       TEXT    CHECK (outcome IN ('not_sent', 'accepted', 'rejected', 'throttled', 'reauth', 'ambiguous')),
    network_code  TEXT    NOT NULL DEFAULT '',
    detail        TEXT    NOT NULL DEFAULT '', -- for people; never a secret
    outcome_at_ms INTEGER,
    CHECK ((outcome IS NULL) = (outcome_at_ms IS NULL))
) STRICT;
CREATE UNIQUE INDEX deletion_done ON deletion (delivery, segment_idx) WHERE outcome = 'accepted'; -- gone once
CREATE UNIQUE INDEX deletion_one_open ON deletion (delivery) WHERE outcome IS NULL;               -- one at a time
CREATE INDEX deletion_delivery ON deletion (delivery);

CREATE TRIGGER deletion_of_what_is_live BEFORE INSERT ON deletion
WHEN NEW.outcome IS NOT NULL OR NOT EXISTS (SELECT 1 FROM delivery d JOIN segment s ON s.delivery = d.row
    AND s.generation = d.generation WHERE d.row = NEW.delivery AND d.state = 'published' AND s.idx = NEW.segment_idx)
BEGIN SELECT RAISE (ABORT, 'queue: only what is live is deleted, and before its outcome is known'); END;
CREATE TRIGGER deletion_outcome_once BEFORE UPDATE ON deletion
WHEN OLD.outcome IS NOT NULL OR NEW.outcome IS NULL OR NEW.row <> OLD.row OR NEW.id <> OLD.id OR NEW.delivery <> OLD.delivery
    OR NEW.segment_idx <> OLD.segment_idx OR NEW.actor_id <> OLD.actor_id OR NEW.at_ms <> OLD.at_ms
BEGIN SELECT RAISE (ABORT, 'queue: the outcome of a deletion is written once, and nothing else of it changes'); END;
CREATE TRIGGER deletion_kept BEFORE DELETE ON deletion BEGIN SELECT RAISE (ABORT, 'queue: deletions are kept'); END;
CREATE TRIGGER deletion_not_replaced BEFORE INSERT ON deletion
WHEN EXISTS (SELECT 1 FROM deletion e WHERE e.row = NEW.row OR e.id = NEW.id)
BEGIN SELECT RAISE (ABORT, 'queue: deletions are kept'); END;

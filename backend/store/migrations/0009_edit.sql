-- What a person changed of posts that are live. The plan of a delivery stays what was published; each
-- change is a row of its own, written before its first request and given its outcome once.
CREATE TABLE edit (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    delivery      INTEGER NOT NULL REFERENCES delivery (row) ON DELETE RESTRICT,
    part          INTEGER NOT NULL CHECK (part >= 0),
    content_json  TEXT    NOT NULL CHECK (json_valid(content_json)), -- how the part reads after it
    actor_id      TEXT    NOT NULL,
    at_ms         INTEGER NOT NULL,
    outcome       TEXT    CHECK (outcome IN ('not_sent', 'accepted', 'rejected', 'throttled', 'reauth', 'ambiguous')),
    network_code  TEXT    NOT NULL DEFAULT '',
    detail        TEXT    NOT NULL DEFAULT '', -- for people; never a secret
    outcome_at_ms INTEGER,
    CHECK ((outcome IS NULL) = (outcome_at_ms IS NULL))
) STRICT;
CREATE INDEX edit_delivery ON edit (delivery);
CREATE UNIQUE INDEX edit_one_open ON edit (delivery) WHERE outcome IS NULL; -- one at a time

CREATE TRIGGER edit_of_what_is_live BEFORE INSERT ON edit
WHEN NEW.outcome IS NOT NULL OR NOT EXISTS (SELECT 1 FROM delivery d WHERE d.row = NEW.delivery AND d.state = 'published')
BEGIN SELECT RAISE (ABORT, 'queue: only what is live is edited, and before its outcome is known'); END;
CREATE TRIGGER edit_outcome_once BEFORE UPDATE ON edit
WHEN OLD.outcome IS NOT NULL OR NEW.outcome IS NULL OR NEW.row <> OLD.row OR NEW.id <> OLD.id OR NEW.delivery <> OLD.delivery
    OR NEW.part <> OLD.part OR NEW.content_json <> OLD.content_json OR NEW.actor_id <> OLD.actor_id OR NEW.at_ms <> OLD.at_ms
BEGIN SELECT RAISE (ABORT, 'queue: the outcome of an edit is written once, and nothing else of it changes'); END;
CREATE TRIGGER edit_kept BEFORE DELETE ON edit BEGIN SELECT RAISE (ABORT, 'queue: edits are kept'); END;
CREATE TRIGGER edit_not_replaced BEFORE INSERT ON edit
WHEN EXISTS (SELECT 1 FROM edit e WHERE e.row = NEW.row OR e.id = NEW.id)
BEGIN SELECT RAISE (ABORT, 'queue: edits are kept'); END;

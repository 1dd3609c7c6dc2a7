-- The plan of what was published long ago stands in the packed change log alone, as its attempts and calls do.
ALTER TABLE delivery ADD COLUMN plan_from INTEGER; -- the number of the change that gave it its plan; NULL: it is here

-- It leaves the row once, when the journal did, and for good.
CREATE TRIGGER delivery_plan_moves_once BEFORE UPDATE OF plan_from ON delivery
WHEN NEW.plan_from IS NOT OLD.plan_from AND (OLD.plan_from IS NOT NULL OR NEW.plan_from IS NULL
    OR OLD.journal_last IS NULL OR NEW.plan_from >= OLD.journal_first OR NEW.plan_json <> '{}' OR NEW.plan_hash <> ''
    OR NOT EXISTS (SELECT 1 FROM change_pack p WHERE p.row >= NEW.plan_from AND p.first <= NEW.plan_from))
BEGIN SELECT RAISE (ABORT, 'queue: a plan moves to the packed log once, after its journal'); END;
CREATE TRIGGER delivery_plan_moved BEFORE UPDATE OF plan_json, plan_hash, approved_hash ON delivery
WHEN OLD.plan_from IS NOT NULL
    AND (NEW.plan_json <> OLD.plan_json OR NEW.plan_hash <> OLD.plan_hash OR NEW.approved_hash IS NOT OLD.approved_hash)
BEGIN SELECT RAISE (ABORT, 'queue: a plan that moved to the packed log does not change'); END;

DROP TRIGGER delivery_stays_ended;
CREATE TRIGGER delivery_stays_ended BEFORE UPDATE ON delivery
WHEN OLD.state IN ('published', 'rejected', 'missed', 'cancelled')
    AND (NEW.state <> OLD.state OR NEW.generation <> OLD.generation
        OR (NEW.plan_hash <> OLD.plan_hash OR NEW.plan_json <> OLD.plan_json) AND NEW.plan_from IS NULL
        OR NEW.remote_id IS NOT OLD.remote_id OR NEW.due_at_ms <> OLD.due_at_ms)
BEGIN SELECT RAISE (ABORT, 'queue: an ended delivery does not change'); END;

-- A key that follows from the delivery's number is not written down for ever.
DROP TRIGGER segment_fixed;
CREATE TRIGGER segment_fixed BEFORE UPDATE ON segment
WHEN NEW.row <> OLD.row OR NEW.delivery <> OLD.delivery OR NEW.generation <> OLD.generation OR NEW.idx <> OLD.idx
    OR NEW.client_key <> OLD.client_key AND (NEW.client_key <> ''
        OR NOT EXISTS (SELECT 1 FROM delivery d WHERE d.row = OLD.delivery AND d.journal_last IS NOT NULL))
BEGIN SELECT RAISE (ABORT, 'queue: a segment keeps its place and its key'); END;

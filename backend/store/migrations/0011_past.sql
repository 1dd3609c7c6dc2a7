-- The attempts and calls of what was published long ago stand in the packed change log alone. They are
-- read from there; nothing can go on from them.
ALTER TABLE delivery ADD COLUMN journal_first INTEGER; -- the number of the change that they begin with; NULL: they are rows
ALTER TABLE delivery ADD COLUMN journal_last  INTEGER; -- of the change that ends them

-- What was published and has its attempts and calls as rows still, oldest first.
CREATE INDEX delivery_loose ON delivery (published_at_ms) WHERE state = 'published' AND journal_last IS NULL;

-- They leave as rows only when the log has them for good, and nothing of them was ever in doubt.
CREATE TRIGGER delivery_journal_moves_once BEFORE UPDATE OF journal_first, journal_last ON delivery
WHEN (NEW.journal_first IS NOT OLD.journal_first OR NEW.journal_last IS NOT OLD.journal_last) AND (
    OLD.state <> 'published' OR OLD.journal_last IS NOT NULL OR NEW.journal_first IS NULL OR NEW.journal_last IS NULL
    OR NEW.journal_first > NEW.journal_last
    OR NEW.journal_last > (SELECT ifnull(max(p.row), 0) FROM change_pack p)
    OR EXISTS (SELECT 1 FROM resolution r WHERE r.delivery = OLD.row)
    OR EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = OLD.row AND a.ended_at_ms IS NULL)
    OR EXISTS (SELECT 1 FROM call c WHERE c.delivery = OLD.row
        AND (c.outcome IS NULL OR c.outcome = 'ambiguous' AND c.effect = 'public')))
BEGIN SELECT RAISE (ABORT, 'queue: the journal moves to the packed log once, and when it is beyond doubt'); END;

CREATE TRIGGER attempt_ended_for_good BEFORE INSERT ON attempt
WHEN EXISTS (SELECT 1 FROM delivery d WHERE d.row = NEW.delivery AND d.journal_last IS NOT NULL)
BEGIN SELECT RAISE (ABORT, 'queue: what was published long ago is not attempted'); END;

DROP TRIGGER call_kept;
CREATE TRIGGER call_kept BEFORE DELETE ON call
WHEN NOT EXISTS (SELECT 1 FROM delivery d WHERE d.row = OLD.delivery AND d.journal_last IS NOT NULL)
BEGIN SELECT RAISE (ABORT, 'queue: calls are kept'); END;
DROP TRIGGER attempt_kept;
CREATE TRIGGER attempt_kept BEFORE DELETE ON attempt
WHEN NOT EXISTS (SELECT 1 FROM delivery d WHERE d.row = OLD.delivery AND d.journal_last IS NOT NULL)
BEGIN SELECT RAISE (ABORT, 'queue: attempts are kept'); END;

-- How many journals were taken away since the file was written anew: they leave holes.
CREATE TABLE local_packed (
    row   INTEGER PRIMARY KEY CHECK (row = 1),
    since INTEGER NOT NULL
) STRICT;
INSERT INTO local_packed VALUES (1, 0);

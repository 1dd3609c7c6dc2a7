-- The publishing queue. What must never happen is forbidden here, in SQL, so that no program
-- that opens this file can do it by mistake.

CREATE TABLE local_publisher (
    row           INTEGER PRIMARY KEY CHECK (row = 1),
    hold_all      INTEGER NOT NULL CHECK (hold_all IN (0, 1)), -- "hold everything": changes no delivery
    epoch         INTEGER NOT NULL,                            -- +1 at every publisher start
    machine       TEXT    NOT NULL,
    process       TEXT    NOT NULL,
    boot_id       TEXT    NOT NULL,
    started_at_ms INTEGER NOT NULL
) STRICT;
INSERT INTO local_publisher VALUES (1, 0, 0, '', '', '', 0);

CREATE TABLE delivery (
    row             INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    workspace       INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    post            INTEGER NOT NULL REFERENCES post (row) ON DELETE RESTRICT,
    variant         INTEGER NOT NULL REFERENCES variant (row) ON DELETE RESTRICT,
    channel         INTEGER NOT NULL REFERENCES channel (row) ON DELETE RESTRICT,
    occurrence_key  TEXT    NOT NULL,
    generation      INTEGER NOT NULL DEFAULT 1 CHECK (generation >= 1),
    state           TEXT    NOT NULL CHECK (state IN ('planned', 'preparing', 'waiting', 'sending', 'unknown',
                        'held', 'published', 'rejected', 'missed', 'cancelled')),
    hold_reason     TEXT    CHECK (hold_reason IN ('by_person', 'ambiguous', 'partial_thread', 'approval', 'reauth',
                        'late_ask', 'clock', 'duplicate_suspect', 'restored_copy', 'moved_profile', 'media_missing',
                        'plan_changed', 'network_changed', 'budget')),
    due_at_ms       INTEGER NOT NULL,
    due_wall        TEXT,                       -- local date and time of a repeated one
    due_zone        TEXT,                       -- its IANA zone
    due_rule        TEXT,                       -- how a gap or fold was resolved
    late_policy     TEXT    NOT NULL CHECK (late_policy IN ('publish', 'next_slot', 'ask', 'skip')),
    late_after_ms   INTEGER NOT NULL CHECK (late_after_ms >= 0),
    deadline_at_ms  INTEGER,
    wake_at_ms      INTEGER,                    -- when the publisher looks next; NULL: it need not
    plan_json       TEXT    NOT NULL CHECK (json_valid(plan_json)),
    plan_hash       TEXT    NOT NULL,
    approved_hash   TEXT,
    approved_by     TEXT,
    home_machine    TEXT    NOT NULL,
    owner_epoch     INTEGER NOT NULL DEFAULT 0,
    claim_owner     TEXT,
    claim_token     TEXT,
    claim_boot      TEXT,
    claim_until_ms  INTEGER,
    attempts        INTEGER NOT NULL DEFAULT 0,
    soft_failures   INTEGER NOT NULL DEFAULT 0,
    last_error_class TEXT   NOT NULL DEFAULT '',
    last_error_text TEXT    NOT NULL DEFAULT '',
    remote_id       TEXT,
    remote_url      TEXT,
    published_at_ms INTEGER,
    released_at_ms  INTEGER,                    -- when a held one was let go last
    row_version     INTEGER NOT NULL DEFAULT 1,
    hlc             INTEGER NOT NULL,
    actor_id        TEXT    NOT NULL,
    created_at_ms   INTEGER NOT NULL,
    updated_at_ms   INTEGER NOT NULL,
    deleted_at_ms   INTEGER,
    UNIQUE (variant, channel, occurrence_key, generation),
    CHECK ((state = 'held') = (hold_reason IS NOT NULL)),
    CHECK ((state IN ('preparing', 'sending')) = (claim_token IS NOT NULL)),
    CHECK (state NOT IN ('planned', 'waiting', 'unknown') OR wake_at_ms IS NOT NULL), -- or nobody would look
    CHECK (state <> 'published' OR published_at_ms IS NOT NULL AND (remote_id IS NOT NULL OR remote_url IS NOT NULL))
) STRICT;
-- With all that a look asks about, so that it reads nothing else of what it passes over.
CREATE INDEX delivery_wake ON delivery (wake_at_ms, channel, state) WHERE state IN ('planned', 'waiting', 'unknown');
CREATE INDEX delivery_state ON delivery (state, due_at_ms);
CREATE INDEX delivery_open ON delivery (row) WHERE state IN ('preparing', 'sending');
CREATE INDEX delivery_post ON delivery (post);
CREATE INDEX delivery_channel ON delivery (channel, state);

CREATE TABLE segment (
    row        INTEGER PRIMARY KEY,
    delivery   INTEGER NOT NULL REFERENCES delivery (row) ON DELETE RESTRICT,
    generation INTEGER NOT NULL CHECK (generation >= 1),
    idx        INTEGER NOT NULL CHECK (idx >= 0),
    plan_hash  TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('pending', 'sending', 'unknown', 'published')),
    client_key TEXT    NOT NULL,
    container_id         TEXT,                  -- the invisible object that becomes this segment
    container_expires_ms INTEGER,               -- until when it can be made visible; NULL: for good
    remote_id  TEXT,                            -- NULL although it is live: a person gave its address alone
    remote_url TEXT,
    remote_ref TEXT,
    published_at_ms INTEGER,                    -- when it was accepted or proved live
    UNIQUE (delivery, generation, idx),
    CHECK (state <> 'published' OR remote_id IS NOT NULL OR remote_url IS NOT NULL)
) STRICT;

CREATE INDEX segment_remote ON segment (remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX segment_url ON segment (remote_url) WHERE remote_id IS NULL AND remote_url IS NOT NULL;

CREATE TABLE attempt (
    row           INTEGER PRIMARY KEY,
    delivery      INTEGER NOT NULL REFERENCES delivery (row) ON DELETE RESTRICT,
    no            INTEGER NOT NULL,
    claim_token   TEXT    NOT NULL UNIQUE,
    machine       TEXT    NOT NULL,
    process       TEXT    NOT NULL,
    app_version   TEXT    NOT NULL,
    boot_id       TEXT    NOT NULL,
    started_at_ms INTEGER NOT NULL,
    ended_at_ms   INTEGER,
    end_class     TEXT,
    UNIQUE (delivery, no)
) STRICT;

CREATE INDEX attempt_open ON attempt (row) WHERE ended_at_ms IS NULL;

-- The journal. A public call without an outcome is an intent: it may be on its way.
CREATE TABLE call (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    attempt       INTEGER NOT NULL REFERENCES attempt (row) ON DELETE RESTRICT,
    delivery      INTEGER NOT NULL REFERENCES delivery (row) ON DELETE RESTRICT,
    generation    INTEGER NOT NULL,
    segment_idx   INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    step          TEXT    NOT NULL,
    effect        TEXT    NOT NULL CHECK (effect IN ('none', 'invisible', 'public')),
    claim_token   TEXT    NOT NULL,
    owner_epoch   INTEGER NOT NULL,
    client_key    TEXT    NOT NULL,
    key_until_ms  INTEGER NOT NULL, -- until when the same key, or container, is the same post; 0: never
    container_id  TEXT,             -- the invisible object that this call makes visible
    request_hash  TEXT    NOT NULL,
    intent_at_ms  INTEGER NOT NULL,
    intent_boot_ms INTEGER NOT NULL,
    boot_id       TEXT    NOT NULL,
    outcome       TEXT    CHECK (outcome IN ('not_sent', 'accepted', 'rejected', 'throttled', 'reauth', 'ambiguous')),
    http_status   INTEGER,
    network_code  TEXT,
    network_request_id TEXT,
    retry_after_ms INTEGER,
    remote_id     TEXT,
    detail        TEXT,            -- for people; never a secret
    outcome_at_ms INTEGER,
    UNIQUE (attempt, seq),
    CHECK (effect = 'public' OR outcome IS NOT NULL),
    CHECK (outcome <> 'accepted' OR effect <> 'public' OR remote_id IS NOT NULL)
) STRICT;
CREATE INDEX call_delivery ON call (delivery, generation, segment_idx);
-- One open public intent a delivery; one accepted public call a segment.
CREATE UNIQUE INDEX call_one_open ON call (delivery) WHERE effect = 'public' AND outcome IS NULL;
CREATE UNIQUE INDEX call_one_accepted ON call (delivery, generation, segment_idx)
    WHERE effect = 'public' AND outcome = 'accepted';

-- Answers of finished steps, sealed: they can hold upload addresses, which are secrets.
CREATE TABLE local_reply (
    row    INTEGER PRIMARY KEY,
    call   INTEGER NOT NULL UNIQUE REFERENCES call (row) ON DELETE CASCADE,
    sealed BLOB    NOT NULL
) STRICT;

-- What was found out, or decided by a person, about a call whose outcome was ambiguous.
CREATE TABLE resolution (
    row        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    delivery   INTEGER NOT NULL REFERENCES delivery (row) ON DELETE RESTRICT,
    generation INTEGER NOT NULL,
    segment_idx INTEGER NOT NULL,
    call       INTEGER REFERENCES call (row) ON DELETE RESTRICT,
    verdict    TEXT    NOT NULL CHECK (verdict IN ('live', 'absent', 'same_key', 'send_again', 'undecided')),
    source     TEXT    NOT NULL CHECK (source IN ('proof', 'person')),
    actor_id   TEXT    NOT NULL,
    evidence   TEXT    NOT NULL,
    remote_id  TEXT,
    remote_url TEXT,
    at_ms      INTEGER NOT NULL,
    CHECK (verdict <> 'send_again' OR source = 'person'),
    CHECK (verdict <> 'live' OR remote_id IS NOT NULL OR remote_url IS NOT NULL)
) STRICT;
CREATE INDEX resolution_delivery ON resolution (delivery, generation, segment_idx);
CREATE UNIQUE INDEX resolution_one_live ON resolution (delivery, generation, segment_idx) WHERE verdict = 'live';

-- An ambiguous call stays open to doubt until its last resolution says live, absent, same_key or send_again.
CREATE VIEW doubt AS
SELECT c.row AS call, c.delivery, c.generation, c.segment_idx, c.client_key, c.request_hash, c.key_until_ms, c.container_id,
       (SELECT r.verdict FROM resolution r WHERE r.call = c.row ORDER BY r.row DESC LIMIT 1) AS verdict
FROM call c
WHERE c.effect = 'public' AND c.outcome = 'ambiguous';

CREATE TRIGGER delivery_starts_planned BEFORE INSERT ON delivery
WHEN NEW.state <> 'planned' OR NEW.generation <> 1
BEGIN SELECT RAISE (ABORT, 'queue: a delivery starts planned, in generation 1'); END;

CREATE TRIGGER delivery_transition BEFORE UPDATE OF state ON delivery
WHEN NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN (
    'planned>preparing', 'planned>missed', 'planned>held', 'planned>cancelled',
    'waiting>preparing', 'waiting>missed', 'waiting>held', 'waiting>planned', 'waiting>cancelled',
    'preparing>waiting', 'preparing>planned', 'preparing>held', 'preparing>rejected', 'preparing>sending',
    'preparing>cancelled',
    'sending>preparing', 'sending>published', 'sending>rejected', 'sending>held', 'sending>waiting', 'sending>unknown',
    'unknown>published', 'unknown>preparing', 'unknown>waiting', 'unknown>held',
    'held>planned', 'held>unknown', 'held>published', 'held>rejected', 'held>cancelled')
BEGIN SELECT RAISE (ABORT, 'queue: forbidden change of state'); END;

CREATE TRIGGER delivery_claim_approved BEFORE UPDATE OF state ON delivery
WHEN NEW.state = 'preparing' AND OLD.state IN ('planned', 'waiting') AND NEW.approved_hash IS NOT NEW.plan_hash
BEGIN SELECT RAISE (ABORT, 'queue: only an approved plan is claimed'); END;

CREATE TRIGGER delivery_sending_has_intent BEFORE UPDATE OF state ON delivery
WHEN NEW.state = 'sending' AND OLD.state <> 'sending' AND NOT EXISTS (
    SELECT 1 FROM call c WHERE c.delivery = NEW.row AND c.effect = 'public' AND c.outcome IS NULL
        AND c.claim_token = NEW.claim_token)
BEGIN SELECT RAISE (ABORT, 'queue: sending needs a committed intent'); END;

CREATE TRIGGER delivery_leaves_sending BEFORE UPDATE OF state ON delivery
WHEN OLD.state = 'sending' AND NEW.state <> 'sending' AND EXISTS (
    SELECT 1 FROM call c WHERE c.delivery = NEW.row AND c.effect = 'public' AND c.outcome IS NULL)
BEGIN SELECT RAISE (ABORT, 'queue: sending ends with an outcome, not with a time-out'); END;

CREATE TRIGGER delivery_sending_keeps_doubt BEFORE UPDATE OF state ON delivery
WHEN OLD.state = 'sending' AND NEW.state NOT IN ('sending', 'unknown') AND EXISTS (
    SELECT 1 FROM doubt d WHERE d.delivery = NEW.row AND d.generation = NEW.generation
        AND (d.verdict IS NULL OR d.verdict = 'undecided'))
BEGIN SELECT RAISE (ABORT, 'queue: doubt leads to unknown'); END;

CREATE TRIGGER delivery_leaves_unknown BEFORE UPDATE OF state ON delivery
WHEN OLD.state = 'unknown' AND NEW.state <> 'unknown' AND (
    NOT EXISTS (SELECT 1 FROM resolution r WHERE r.delivery = NEW.row AND r.generation = NEW.generation)
    OR EXISTS (SELECT 1 FROM doubt d WHERE d.delivery = NEW.row AND d.generation = NEW.generation AND d.verdict IS NULL)
    OR (NEW.state <> 'held' AND EXISTS (SELECT 1 FROM doubt d WHERE d.delivery = NEW.row
        AND d.generation = NEW.generation AND d.verdict = 'undecided')))
BEGIN SELECT RAISE (ABORT, 'queue: unknown ends with a resolution'); END;

-- Giving a delivery back to the publisher, ending it, or replanning it needs every intent settled.
CREATE TRIGGER delivery_doubt_needs_a_person BEFORE UPDATE OF state ON delivery
WHEN OLD.state = 'held' AND NEW.state IN ('planned', 'published', 'rejected', 'cancelled') AND EXISTS (
    SELECT 1 FROM doubt d WHERE d.delivery = NEW.row AND d.generation = OLD.generation
        AND (d.verdict IS NULL OR d.verdict = 'undecided'))
BEGIN SELECT RAISE (ABORT, 'queue: a held delivery with doubt needs a resolution'); END;

CREATE TRIGGER delivery_cancel_nothing_public BEFORE UPDATE OF state ON delivery
WHEN NEW.state = 'cancelled' AND EXISTS (
    SELECT 1 FROM call c WHERE c.delivery = NEW.row AND c.generation = NEW.generation AND c.effect = 'public'
        AND (c.outcome IS NULL OR c.outcome = 'accepted'
            OR c.outcome = 'ambiguous' AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.call = c.row
                AND r.verdict IN ('absent', 'send_again')))
    UNION ALL
    SELECT 1 FROM segment s WHERE s.delivery = NEW.row AND s.generation = NEW.generation AND s.state = 'published')
BEGIN SELECT RAISE (ABORT, 'queue: only what is certainly not public can be cancelled'); END;

CREATE TRIGGER delivery_missed_or_rejected_nothing_public BEFORE UPDATE OF state ON delivery
WHEN NEW.state IN ('missed', 'rejected') AND OLD.state <> 'held' AND EXISTS (
    SELECT 1 FROM segment s WHERE s.delivery = NEW.row AND s.generation = NEW.generation
        AND s.state IN ('published', 'unknown', 'sending')
    UNION ALL
    SELECT 1 FROM doubt d WHERE d.delivery = NEW.row AND d.generation = NEW.generation
        AND (d.verdict IS NULL OR d.verdict <> 'absent'))
BEGIN SELECT RAISE (ABORT, 'queue: a part of it is or may be live'); END;

CREATE TRIGGER delivery_published_whole BEFORE UPDATE OF state ON delivery
WHEN NEW.state = 'published' AND (
    NOT EXISTS (SELECT 1 FROM segment s WHERE s.delivery = NEW.row AND s.generation = NEW.generation)
    OR EXISTS (SELECT 1 FROM segment s WHERE s.delivery = NEW.row AND s.generation = NEW.generation AND s.state <> 'published'))
BEGIN SELECT RAISE (ABORT, 'queue: published means every segment is proved live'); END;

CREATE TRIGGER delivery_generation BEFORE UPDATE OF generation ON delivery
WHEN NEW.generation <> OLD.generation AND (NEW.generation <> OLD.generation + 1 OR OLD.state <> 'held' OR NOT EXISTS (
    SELECT 1 FROM resolution r WHERE r.delivery = NEW.row AND r.generation = OLD.generation AND r.verdict = 'send_again'
        AND r.source = 'person'))
BEGIN SELECT RAISE (ABORT, 'queue: only a person begins a new generation'); END;

CREATE TRIGGER delivery_stays_ended BEFORE UPDATE ON delivery
WHEN OLD.state IN ('published', 'rejected', 'missed', 'cancelled')
    AND (NEW.state <> OLD.state OR NEW.generation <> OLD.generation OR NEW.plan_hash <> OLD.plan_hash
        OR NEW.remote_id IS NOT OLD.remote_id OR NEW.due_at_ms <> OLD.due_at_ms)
BEGIN SELECT RAISE (ABORT, 'queue: an ended delivery does not change'); END;

CREATE TRIGGER delivery_kept BEFORE DELETE ON delivery
BEGIN SELECT RAISE (ABORT, 'queue: deliveries are kept'); END;

CREATE TRIGGER segment_published_has_proof BEFORE UPDATE OF state ON segment
WHEN NEW.state = 'published' AND OLD.state <> 'published' AND NOT EXISTS (
    SELECT 1 FROM call c WHERE c.delivery = NEW.delivery AND c.generation = NEW.generation AND c.segment_idx = NEW.idx
        AND c.effect = 'public' AND c.outcome = 'accepted'
    UNION ALL
    SELECT 1 FROM resolution r WHERE r.delivery = NEW.delivery AND r.generation = NEW.generation
        AND r.segment_idx = NEW.idx AND r.verdict = 'live')
BEGIN SELECT RAISE (ABORT, 'queue: a segment is published by an accepted call or a proof'); END;

-- The invisible object of a segment is the proof of what happened: it is not exchanged while it
-- may be visible, or another one could be made visible beside it.
CREATE TRIGGER segment_container_stays BEFORE UPDATE OF container_id, container_expires_ms ON segment
WHEN (NEW.container_id IS NOT OLD.container_id OR NEW.container_expires_ms IS NOT OLD.container_expires_ms) AND EXISTS (
    SELECT 1 FROM call c WHERE c.delivery = OLD.delivery AND c.generation = OLD.generation AND c.segment_idx = OLD.idx
        AND c.effect = 'public' AND (c.outcome IS NULL OR c.outcome = 'accepted')
    UNION ALL
    SELECT 1 FROM doubt d WHERE d.delivery = OLD.delivery AND d.generation = OLD.generation AND d.segment_idx = OLD.idx
        AND (d.verdict IS NULL OR d.verdict <> 'absent'))
BEGIN SELECT RAISE (ABORT, 'queue: a container that may be visible is kept'); END;

CREATE TRIGGER segment_stays_published BEFORE UPDATE OF state ON segment
WHEN OLD.state = 'published' AND NEW.state <> 'published'
BEGIN SELECT RAISE (ABORT, 'queue: a published segment stays published'); END;

CREATE TRIGGER call_public_allowed BEFORE INSERT ON call
WHEN NEW.effect = 'public'
BEGIN
    SELECT RAISE (ABORT, 'queue: a public call needs the claim') WHERE NOT EXISTS (
        SELECT 1 FROM delivery d WHERE d.row = NEW.delivery AND d.state = 'preparing'
            AND d.claim_token = NEW.claim_token AND d.generation = NEW.generation);
    SELECT RAISE (ABORT, 'queue: an intent has no outcome yet') WHERE NEW.outcome IS NOT NULL;
    SELECT RAISE (ABORT, 'queue: a public call makes a segment that is certainly not public') WHERE NOT EXISTS (
        SELECT 1 FROM segment s WHERE s.delivery = NEW.delivery AND s.generation = NEW.generation
            AND s.idx = NEW.segment_idx AND s.state = 'pending');
    SELECT RAISE (ABORT, 'queue: an earlier intent is open or was accepted') WHERE EXISTS (
        SELECT 1 FROM call c WHERE c.delivery = NEW.delivery AND c.effect = 'public' AND (c.outcome IS NULL
            OR c.outcome = 'accepted' AND c.generation = NEW.generation AND c.segment_idx = NEW.segment_idx));
    SELECT RAISE (ABORT, 'queue: an earlier part is not live yet') WHERE EXISTS (
        SELECT 1 FROM segment s WHERE s.delivery = NEW.delivery AND s.generation = NEW.generation
            AND s.idx < NEW.segment_idx AND s.state <> 'published');
    SELECT RAISE (ABORT, 'queue: an earlier intent is in doubt') WHERE EXISTS (
        SELECT 1 FROM doubt d WHERE d.delivery = NEW.delivery AND d.generation = NEW.generation
            AND d.segment_idx = NEW.segment_idx
            AND (d.verdict IS NULL OR d.verdict NOT IN ('absent', 'same_key')
                OR d.verdict = 'same_key' AND (d.client_key <> NEW.client_key OR d.request_hash <> NEW.request_hash
                    OR d.container_id IS NOT NEW.container_id OR NEW.intent_at_ms >= d.key_until_ms)));
    SELECT RAISE (ABORT, 'queue: a container is written down before it is made visible')
    WHERE NEW.container_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM segment s WHERE s.delivery = NEW.delivery AND s.generation = NEW.generation
            AND s.idx = NEW.segment_idx AND s.container_id = NEW.container_id);
END;

CREATE TRIGGER call_outcome_once BEFORE UPDATE ON call
WHEN OLD.outcome IS NOT NULL OR NEW.outcome IS NULL OR NEW.row <> OLD.row OR NEW.id <> OLD.id OR NEW.seq <> OLD.seq
    OR NEW.delivery <> OLD.delivery OR NEW.attempt <> OLD.attempt
    OR NEW.generation <> OLD.generation OR NEW.segment_idx <> OLD.segment_idx OR NEW.step <> OLD.step
    OR NEW.effect <> OLD.effect OR NEW.claim_token <> OLD.claim_token OR NEW.client_key <> OLD.client_key
    OR NEW.request_hash <> OLD.request_hash OR NEW.intent_at_ms <> OLD.intent_at_ms OR NEW.key_until_ms <> OLD.key_until_ms
    OR NEW.container_id IS NOT OLD.container_id
BEGIN SELECT RAISE (ABORT, 'queue: an outcome is written once, and nothing else of a call changes'); END;

CREATE TRIGGER call_accepted_once BEFORE UPDATE OF outcome ON call
WHEN NEW.effect = 'public' AND NEW.outcome = 'accepted' AND EXISTS (
    SELECT 1 FROM call c WHERE c.row <> NEW.row AND c.delivery = NEW.delivery AND c.generation = NEW.generation
        AND c.segment_idx = NEW.segment_idx AND c.effect = 'public' AND c.outcome = 'accepted')
BEGIN SELECT RAISE (ABORT, 'queue: one accepted public call a segment'); END;

-- INSERT OR REPLACE deletes without asking the triggers for DELETE.
CREATE TRIGGER delivery_not_replaced BEFORE INSERT ON delivery
WHEN EXISTS (SELECT 1 FROM delivery d WHERE d.row = NEW.row OR d.id = NEW.id
    OR d.variant = NEW.variant AND d.channel = NEW.channel AND d.occurrence_key = NEW.occurrence_key AND d.generation = NEW.generation)
BEGIN SELECT RAISE (ABORT, 'queue: deliveries are kept'); END;
CREATE TRIGGER attempt_not_replaced BEFORE INSERT ON attempt
WHEN EXISTS (SELECT 1 FROM attempt a WHERE a.row = NEW.row OR a.claim_token = NEW.claim_token
    OR a.delivery = NEW.delivery AND a.no = NEW.no)
BEGIN SELECT RAISE (ABORT, 'queue: attempts are kept'); END;
CREATE TRIGGER call_not_replaced BEFORE INSERT ON call
WHEN EXISTS (SELECT 1 FROM call c WHERE c.row = NEW.row OR c.id = NEW.id OR c.attempt = NEW.attempt AND c.seq = NEW.seq)
BEGIN SELECT RAISE (ABORT, 'queue: calls are kept'); END;
CREATE TRIGGER resolution_not_replaced BEFORE INSERT ON resolution
WHEN EXISTS (SELECT 1 FROM resolution r WHERE r.row = NEW.row OR r.id = NEW.id)
BEGIN SELECT RAISE (ABORT, 'queue: resolutions are kept'); END;

CREATE TRIGGER resolution_of_doubt BEFORE INSERT ON resolution
WHEN NOT EXISTS (SELECT 1 FROM doubt d WHERE d.call = NEW.call AND d.delivery = NEW.delivery
    AND d.generation = NEW.generation AND d.segment_idx = NEW.segment_idx
    AND (d.verdict IS NULL OR d.verdict IN ('undecided', 'same_key')))
    -- Found on the network although this database never sent it: another copy of it did.
    AND NOT (NEW.call IS NULL AND NEW.verdict = 'live' AND NEW.source = 'proof' AND NEW.evidence <> '' AND EXISTS (
        SELECT 1 FROM delivery d WHERE d.row = NEW.delivery AND d.state = 'held' AND d.hold_reason IN ('restored_copy', 'moved_profile')) AND NOT EXISTS (
        SELECT 1 FROM call c WHERE c.delivery = NEW.delivery AND c.generation = NEW.generation
            AND c.segment_idx = NEW.segment_idx AND c.effect = 'public'
            AND (c.outcome IS NULL OR c.outcome IN ('accepted', 'ambiguous'))))
BEGIN SELECT RAISE (ABORT, 'queue: only what is in doubt is resolved, once'); END;

CREATE TRIGGER segment_starts_pending BEFORE INSERT ON segment
WHEN NEW.state <> 'pending' AND NOT (NEW.state = 'published' AND EXISTS (
    SELECT 1 FROM segment s WHERE s.delivery = NEW.delivery AND s.generation = NEW.generation - 1 AND s.idx = NEW.idx
        AND s.state = 'published' AND s.remote_id IS NEW.remote_id AND s.remote_url IS NEW.remote_url))
BEGIN SELECT RAISE (ABORT, 'queue: a segment starts pending, or live from the generation before'); END;
CREATE TRIGGER segment_not_replaced BEFORE INSERT ON segment
WHEN EXISTS (SELECT 1 FROM segment s WHERE s.row = NEW.row
    OR s.delivery = NEW.delivery AND s.generation = NEW.generation AND s.idx = NEW.idx)
BEGIN SELECT RAISE (ABORT, 'queue: segments are kept'); END;
CREATE TRIGGER segment_fixed BEFORE UPDATE ON segment
WHEN NEW.row <> OLD.row OR NEW.delivery <> OLD.delivery OR NEW.generation <> OLD.generation OR NEW.idx <> OLD.idx
    OR NEW.client_key <> OLD.client_key
BEGIN SELECT RAISE (ABORT, 'queue: a segment keeps its place and its key'); END;
CREATE TRIGGER segment_kept BEFORE DELETE ON segment BEGIN SELECT RAISE (ABORT, 'queue: segments are kept'); END;

-- What may be live, or is being sent, stays what was approved.
CREATE TRIGGER delivery_plan_frozen BEFORE UPDATE OF plan_json, plan_hash, approved_hash, due_at_ms ON delivery
WHEN NEW.generation = OLD.generation AND (NEW.plan_json <> OLD.plan_json OR NEW.plan_hash <> OLD.plan_hash
        OR NEW.approved_hash IS NOT OLD.approved_hash OR NEW.due_at_ms <> OLD.due_at_ms)
    AND (OLD.state IN ('preparing', 'sending', 'unknown') OR EXISTS (
        SELECT 1 FROM call c WHERE c.delivery = OLD.row AND c.generation = OLD.generation AND c.effect = 'public'
            AND (c.outcome IS NULL OR c.outcome = 'accepted' OR c.outcome = 'ambiguous' AND NOT EXISTS (
                SELECT 1 FROM resolution r WHERE r.call = c.row AND r.verdict = 'absent'))))
BEGIN SELECT RAISE (ABORT, 'queue: a plan that may be live does not change'); END;

CREATE TRIGGER call_kept BEFORE DELETE ON call BEGIN SELECT RAISE (ABORT, 'queue: calls are kept'); END;
CREATE TRIGGER attempt_kept BEFORE DELETE ON attempt BEGIN SELECT RAISE (ABORT, 'queue: attempts are kept'); END;
CREATE TRIGGER resolution_fixed BEFORE UPDATE ON resolution BEGIN SELECT RAISE (ABORT, 'queue: a resolution does not change'); END;
CREATE TRIGGER resolution_kept BEFORE DELETE ON resolution BEGIN SELECT RAISE (ABORT, 'queue: resolutions are kept'); END;
CREATE TRIGGER change_log_fixed BEFORE UPDATE ON change_log BEGIN SELECT RAISE (ABORT, 'the change log does not change'); END;

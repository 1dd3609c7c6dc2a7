CREATE TABLE asset (
    row            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    workspace      INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    sha256         TEXT    NOT NULL CHECK (length(sha256) = 64),
    kind           TEXT    NOT NULL CHECK (kind IN ('image', 'animation', 'video')),
    format         TEXT    NOT NULL,
    bytes          INTEGER NOT NULL CHECK (bytes > 0),
    width          INTEGER NOT NULL,
    height         INTEGER NOT NULL,
    turn           INTEGER NOT NULL CHECK (turn BETWEEN 1 AND 8),
    duration_ms    INTEGER NOT NULL,
    frames         INTEGER NOT NULL,
    name           TEXT    NOT NULL,
    reference      TEXT    NOT NULL, -- '' when a copy is kept
    alt            TEXT    NOT NULL,
    focus_x        REAL,
    focus_y        REAL,
    taken_at_ms    INTEGER,
    camera         TEXT    NOT NULL,
    latitude       REAL,
    longitude      REAL,
    warning        TEXT    NOT NULL,
    imported_at_ms INTEGER NOT NULL,
    deleted_at_ms  INTEGER, batch TEXT NOT NULL DEFAULT '', adjust_json TEXT NOT NULL DEFAULT '' CHECK (adjust_json = '' OR json_valid(adjust_json)),
    CHECK ((focus_x IS NULL) = (focus_y IS NULL)),
    UNIQUE (workspace, sha256)
) STRICT;

CREATE TABLE asset_crop (
    row    INTEGER PRIMARY KEY,
    asset  INTEGER NOT NULL REFERENCES asset (row) ON DELETE CASCADE,
    preset TEXT    NOT NULL CHECK (preset <> ''),
    x      REAL    NOT NULL CHECK (x >= 0),
    y      REAL    NOT NULL CHECK (y >= 0),
    width  REAL    NOT NULL CHECK (width > 0 AND x + width <= 1.000001),
    height REAL    NOT NULL CHECK (height > 0 AND y + height <= 1.000001), turned INTEGER NOT NULL DEFAULT 0 CHECK (turned IN (0, 1)),
    UNIQUE (asset, preset)
) STRICT;

CREATE TABLE asset_tag (
    row   INTEGER PRIMARY KEY,
    asset INTEGER NOT NULL REFERENCES asset (row) ON DELETE CASCADE,
    tag   TEXT    NOT NULL CHECK (tag <> ''),
    UNIQUE (asset, tag)
) STRICT;

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

CREATE TABLE change_log (
    row   INTEGER PRIMARY KEY,
    hlc   INTEGER NOT NULL,
    actor TEXT    NOT NULL,
    tbl   TEXT    NOT NULL,
    key   INTEGER NOT NULL,                          -- the changed row's number
    op    TEXT    NOT NULL CHECK (op IN ('i', 'u', 'd')),
    cols  TEXT    NOT NULL                           -- JSON object: every column of an insert, the changed ones of an update
) STRICT;

CREATE TABLE change_pack (
    row        INTEGER PRIMARY KEY, -- the number of its last change
    first      INTEGER NOT NULL,    -- the number of its first
    until_hlc  INTEGER NOT NULL,    -- the clock of its last
    deliveries BLOB    NOT NULL,    -- which deliveries it tells of
    packed     BLOB    NOT NULL,
    CHECK (first <= row)
) STRICT;

CREATE TABLE channel (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    workspace     INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    network       TEXT    NOT NULL,
    remote_id     TEXT    NOT NULL CHECK (remote_id <> ''),
    handle        TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    server        TEXT    NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('ready', 'reauth', 'removed')),
    options_json  TEXT    NOT NULL CHECK (json_valid(options_json)),
    limits_json   TEXT    CHECK (limits_json IS NULL OR json_valid(limits_json)),
    limits_at_ms  INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL, title TEXT NOT NULL DEFAULT '', paused_at_ms INTEGER, defaults_json TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(defaults_json)),
    UNIQUE (network, server, remote_id)
) STRICT;

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
    deleted_at_ms   INTEGER, due_shift_ms INTEGER NOT NULL DEFAULT 0, slot_at_ms INTEGER, journal_first INTEGER, journal_last  INTEGER, plan_from INTEGER,
    UNIQUE (variant, channel, occurrence_key, generation),
    CHECK ((state = 'held') = (hold_reason IS NOT NULL)),
    CHECK ((state IN ('preparing', 'sending')) = (claim_token IS NOT NULL)),
    CHECK (state NOT IN ('planned', 'waiting', 'unknown') OR wake_at_ms IS NOT NULL), -- or nobody would look
    CHECK (state <> 'published' OR published_at_ms IS NOT NULL AND (remote_id IS NOT NULL OR remote_url IS NOT NULL))
) STRICT;

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

CREATE TABLE link_card (
    row            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    post           INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    url            TEXT    NOT NULL CHECK (url <> ''),
    title          TEXT    NOT NULL,
    text           TEXT    NOT NULL,
    site           TEXT    NOT NULL,
    picture_sha256 TEXT,
    picture_type   TEXT,
    picture_bytes  INTEGER,
    picture_width  INTEGER,
    picture_height INTEGER,
    fetched_at_ms  INTEGER NOT NULL,
    UNIQUE (post, url)
) STRICT;

CREATE TABLE local_breaker (
    row      INTEGER PRIMARY KEY,
    host     TEXT    NOT NULL UNIQUE,
    until_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE local_budget (
    row         INTEGER PRIMARY KEY,
    key         TEXT    NOT NULL UNIQUE,        -- what is limited, and for whom
    per_ms      INTEGER NOT NULL CHECK (per_ms > 0),
    said_limit  INTEGER NOT NULL DEFAULT 0,     -- as the network said last; 0: never
    said_left   INTEGER NOT NULL DEFAULT 0,
    since       INTEGER NOT NULL DEFAULT 0,     -- points spent after it said so
    opens_at_ms INTEGER                         -- when everything can be had again; NULL: never said
) STRICT;

CREATE TABLE local_clock (
    row    INTEGER PRIMARY KEY CHECK (row = 1),
    hlc    INTEGER NOT NULL, -- hybrid logical clock of the running write: milliseconds << 16 | counter
    now_ms INTEGER NOT NULL, -- the one "now" of the running write
    actor  TEXT    NOT NULL  -- who writes: this machine's id
) STRICT;

CREATE TABLE local_fault (
    row   INTEGER PRIMARY KEY,
    host  TEXT    NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE local_gone (
    row       INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (row) ON DELETE CASCADE,
    path      TEXT    NOT NULL,
    bytes     INTEGER NOT NULL,
    mtime_ns  INTEGER NOT NULL,
    UNIQUE (workspace, path)
) STRICT;

CREATE TABLE local_home (
    row      INTEGER PRIMARY KEY CHECK (row = 1),
    machine  TEXT    NOT NULL,
    name     TEXT    NOT NULL,                  -- as people call it
    since_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE local_import (
    row         INTEGER PRIMARY KEY,
    workspace   INTEGER NOT NULL REFERENCES workspace (row) ON DELETE CASCADE,
    path        TEXT    NOT NULL,
    bytes       INTEGER NOT NULL,
    mtime_ns    INTEGER NOT NULL,
    asset       INTEGER NOT NULL REFERENCES asset (row) ON DELETE CASCADE,
    UNIQUE (workspace, path)
) STRICT;

CREATE TABLE local_look (
    row    INTEGER PRIMARY KEY,
    asset  INTEGER NOT NULL UNIQUE REFERENCES asset (row) ON DELETE CASCADE,
    colour INTEGER NOT NULL CHECK (colour BETWEEN -1 AND 16777215), -- the average, red first; -1: there is no picture
    hash   INTEGER NOT NULL                                         -- 64 bits of difference between neighbours
) STRICT;

CREATE TABLE local_packed (
    row   INTEGER PRIMARY KEY CHECK (row = 1),
    since INTEGER NOT NULL
) STRICT;

CREATE TABLE local_publisher (
    row           INTEGER PRIMARY KEY CHECK (row = 1),
    hold_all      INTEGER NOT NULL CHECK (hold_all IN (0, 1)), -- "hold everything": changes no delivery
    epoch         INTEGER NOT NULL,                            -- +1 at every publisher start
    machine       TEXT    NOT NULL,
    process       TEXT    NOT NULL,
    boot_id       TEXT    NOT NULL,
    started_at_ms INTEGER NOT NULL
, beat_at_ms INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE local_rendition (
    row           INTEGER PRIMARY KEY,
    asset         INTEGER NOT NULL REFERENCES asset (row) ON DELETE CASCADE,
    recipe        TEXT    NOT NULL,
    sha256        TEXT    NOT NULL CHECK (length(sha256) = 64),
    format        TEXT    NOT NULL,
    width         INTEGER NOT NULL,
    height        INTEGER NOT NULL,
    bytes         INTEGER NOT NULL,
    quality       INTEGER NOT NULL,
    passed        INTEGER NOT NULL CHECK (passed IN (0, 1)),
    created_at_ms INTEGER NOT NULL, preset TEXT NOT NULL DEFAULT '', basis TEXT NOT NULL DEFAULT '', stale_at_ms INTEGER,
    UNIQUE (asset, recipe)
) STRICT;

CREATE TABLE local_renewal (
    row      INTEGER PRIMARY KEY,
    channel  INTEGER NOT NULL UNIQUE REFERENCES channel (row) ON DELETE CASCADE,
    token    TEXT    NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE local_reply (
    row    INTEGER PRIMARY KEY,
    call   INTEGER NOT NULL UNIQUE REFERENCES call (row) ON DELETE CASCADE,
    sealed BLOB    NOT NULL
) STRICT;

CREATE TABLE local_reserve (
    row         INTEGER PRIMARY KEY,
    budget      INTEGER NOT NULL REFERENCES local_budget (row) ON DELETE CASCADE,
    claim_token TEXT    NOT NULL,
    points      INTEGER NOT NULL CHECK (points >= 0),
    UNIQUE (claim_token, budget)
) STRICT;

CREATE TABLE local_secret (
    row           INTEGER PRIMARY KEY,
    channel       INTEGER NOT NULL REFERENCES channel (row) ON DELETE CASCADE,
    kind          TEXT    NOT NULL,
    version       INTEGER NOT NULL CHECK (version >= 1),
    sealed        BLOB    NOT NULL,
    expires_at_ms INTEGER NOT NULL, -- 0: never
    updated_at_ms INTEGER NOT NULL,
    UNIQUE (channel, kind)
) STRICT;

CREATE TABLE local_setting (
    row   INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE local_shelf_secret (
    row           INTEGER PRIMARY KEY,
    shelf         INTEGER NOT NULL UNIQUE REFERENCES shelf (row) ON DELETE CASCADE,
    version       INTEGER NOT NULL CHECK (version >= 1),
    sealed        BLOB    NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE local_shelved (
    row      INTEGER PRIMARY KEY,
    shelf    INTEGER NOT NULL REFERENCES shelf (row) ON DELETE RESTRICT,
    delivery INTEGER REFERENCES delivery (row) ON DELETE RESTRICT, -- NULL: a trial
    name     TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    at_ms    INTEGER NOT NULL
) STRICT;

CREATE TABLE local_spend (
    row    INTEGER PRIMARY KEY,
    budget INTEGER NOT NULL REFERENCES local_budget (row) ON DELETE CASCADE,
    at_ms  INTEGER NOT NULL,                    -- when the piece begins
    points INTEGER NOT NULL CHECK (points >= 0),
    UNIQUE (budget, at_ms)
) STRICT;

CREATE TABLE local_told (
    row      INTEGER PRIMARY KEY,
    delivery INTEGER NOT NULL UNIQUE REFERENCES delivery (row) ON DELETE CASCADE,
    what     TEXT    NOT NULL
) STRICT;

CREATE TABLE local_touched (
    row   INTEGER PRIMARY KEY,
    asset INTEGER NOT NULL
) STRICT;

CREATE TABLE local_undo (
    row     INTEGER PRIMARY KEY,
    post    INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    idx     INTEGER NOT NULL,
    version INTEGER NOT NULL, -- post_version.number
    step    TEXT    NOT NULL, -- what was done; saves of the same step run together
    at_ms   INTEGER NOT NULL,
    UNIQUE (post, idx)
) STRICT;

CREATE TABLE local_undo_place (
    row  INTEGER PRIMARY KEY,
    post INTEGER NOT NULL UNIQUE REFERENCES post (row) ON DELETE CASCADE,
    idx  INTEGER NOT NULL
) STRICT;

CREATE TABLE local_upload (
    row           INTEGER PRIMARY KEY,
    channel       INTEGER NOT NULL REFERENCES channel (row) ON DELETE CASCADE,
    sha256        TEXT    NOT NULL,
    request_hash  TEXT    NOT NULL, -- of the request that sent it: a description can be part of it
    sealed        BLOB    NOT NULL, -- the network's answer
    expires_at_ms INTEGER NOT NULL,
    UNIQUE (channel, request_hash)
) STRICT;

CREATE TABLE local_video_task (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    workspace     INTEGER NOT NULL REFERENCES workspace (row) ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    wanted_json   TEXT    NOT NULL CHECK (json_valid(wanted_json)),
    key           TEXT    NOT NULL, -- of the contents and what is done with them
    state         TEXT    NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'stopped')),
    result        INTEGER REFERENCES asset (row) ON DELETE SET NULL,
    code          TEXT    NOT NULL DEFAULT '',
    detail        TEXT    NOT NULL DEFAULT '', -- for people
    beat_at_ms    INTEGER, -- when who runs it said so last
    claim_token   TEXT,    -- who runs it
    dismissed     INTEGER NOT NULL DEFAULT 0 CHECK (dismissed IN (0, 1)), -- a person has seen what became of it
    created_at_ms INTEGER NOT NULL,
    ended_at_ms   INTEGER,
    CHECK ((state = 'running') = (claim_token IS NOT NULL) AND (state = 'running') = (beat_at_ms IS NOT NULL)),
    CHECK ((state IN ('done', 'failed', 'stopped')) = (ended_at_ms IS NOT NULL))
) STRICT;

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

CREATE TABLE named_look (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    workspace     INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    name          TEXT    NOT NULL CHECK (name <> ''),
    adjust_json   TEXT    NOT NULL CHECK (json_valid(adjust_json)),
    created_at_ms INTEGER NOT NULL,
    UNIQUE (workspace, name)
) STRICT;

CREATE TABLE post (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    workspace     INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    text          TEXT    NOT NULL,
    link          TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    warning       TEXT    NOT NULL,
    visibility    TEXT    NOT NULL,
    poll_json     TEXT    CHECK (poll_json IS NULL OR json_valid(poll_json)),
    version       INTEGER NOT NULL CHECK (version >= 1),
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    deleted_at_ms INTEGER
) STRICT;

CREATE TABLE post_media (
    row     INTEGER PRIMARY KEY,
    post    INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    variant INTEGER REFERENCES variant (row) ON DELETE CASCADE, -- NULL: shared
    idx     INTEGER NOT NULL,
    asset   INTEGER NOT NULL REFERENCES asset (row) ON DELETE RESTRICT,
    alt     TEXT    NOT NULL,
    focus_x REAL,
    focus_y REAL,
    part    INTEGER NOT NULL CHECK (part >= 0),
    decorative INTEGER NOT NULL CHECK (decorative IN (0, 1)),
    preset     TEXT    NOT NULL, -- the size that is sent, '' for the whole picture
    crops_json TEXT    NOT NULL CHECK (json_valid(crops_json)), -- parts chosen for this use, by preset
    CHECK ((focus_x IS NULL) = (focus_y IS NULL))
) STRICT;

CREATE TABLE post_part (
    row     INTEGER PRIMARY KEY,
    post    INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    variant INTEGER REFERENCES variant (row) ON DELETE CASCADE, -- NULL: shared
    idx     INTEGER NOT NULL,
    text    TEXT    NOT NULL
) STRICT;

CREATE TABLE post_version (
    row         INTEGER PRIMARY KEY,
    post        INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    number      INTEGER NOT NULL CHECK (number >= 1),
    saved_at_ms INTEGER NOT NULL,
    body_json   TEXT    NOT NULL CHECK (json_valid(body_json)), name TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
    UNIQUE (post, number)
) STRICT;

CREATE TABLE preset (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    body_json     TEXT    NOT NULL CHECK (json_valid(body_json)),
    created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE preset_picture (
    row           INTEGER PRIMARY KEY,
    sha256        TEXT    NOT NULL UNIQUE CHECK (length(sha256) = 64), -- of data
    data          TEXT    NOT NULL CHECK (data LIKE 'data:image/png;base64,%'),
    created_at_ms INTEGER NOT NULL
) STRICT;

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

CREATE TABLE send_anyway (
    row          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    delivery     INTEGER NOT NULL REFERENCES delivery (row) ON DELETE RESTRICT,
    content_hash TEXT    NOT NULL CHECK (length(content_hash) = 64),
    actor_id     TEXT    NOT NULL,
    at_ms        INTEGER NOT NULL,
    UNIQUE (delivery, content_hash)
) STRICT;

CREATE TABLE shelf (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    workspace     INTEGER NOT NULL REFERENCES workspace (row) ON DELETE RESTRICT,
    place_json    TEXT    NOT NULL CHECK (json_valid(place_json)), -- no secret is in it
    left_at_ms    INTEGER,                                         -- another took its place, or none: only what stands there is removed
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE shown_preset (
    row       INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (row) ON DELETE CASCADE,
    idx       INTEGER NOT NULL,
    preset    TEXT    NOT NULL CHECK (preset <> ''),
    UNIQUE (workspace, preset)
) STRICT;

CREATE TABLE slot (
    row      INTEGER PRIMARY KEY,
    id       TEXT    NOT NULL UNIQUE,
    slot_set INTEGER NOT NULL REFERENCES slot_set (row) ON DELETE CASCADE,
    weekday  INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7), -- ISO 8601: 1 is Monday
    minute   INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 1439),
    UNIQUE (slot_set, weekday, minute)
) STRICT;

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

CREATE TABLE variant (
    row            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    post           INTEGER NOT NULL REFERENCES post (row) ON DELETE CASCADE,
    channel        INTEGER NOT NULL REFERENCES channel (row) ON DELETE RESTRICT,
    own_text       TEXT,
    own_link       TEXT,
    own_language   TEXT,
    own_warning    TEXT,
    own_visibility TEXT,
    own_parts      INTEGER NOT NULL CHECK (own_parts IN (0, 1)),
    own_media      INTEGER NOT NULL CHECK (own_media IN (0, 1)),
    own_poll_json  TEXT    CHECK (own_poll_json IS NULL OR json_valid(own_poll_json)),
    own_only       INTEGER CHECK (own_only >= 0), -- the one part for a network without threads
    options_json   TEXT    NOT NULL CHECK (json_valid(options_json)),
    removed        INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)), -- taken off the post, kept for its deliveries
    UNIQUE (post, channel)
) STRICT;

CREATE TABLE workspace (
    row           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    created_at_ms INTEGER NOT NULL
, demo INTEGER NOT NULL DEFAULT 0 CHECK (demo IN (0, 1)), settings_json TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings_json)), removed_at_ms INTEGER) STRICT;

CREATE VIEW doubt AS
SELECT c.row AS call, c.delivery, c.generation, c.segment_idx, c.client_key, c.request_hash, c.key_until_ms, c.container_id,
       (SELECT r.verdict FROM resolution r WHERE r.call = c.row ORDER BY r.row DESC LIMIT 1) AS verdict
FROM call c
WHERE c.effect = 'public' AND c.outcome = 'ambiguous';

CREATE INDEX asset_sha256 ON asset (sha256);

CREATE INDEX attempt_open ON attempt (row) WHERE ended_at_ms IS NULL;

CREATE INDEX call_delivery ON call (delivery, generation, segment_idx);

CREATE UNIQUE INDEX call_one_accepted ON call (delivery, generation, segment_idx)
    WHERE effect = 'public' AND outcome = 'accepted';

CREATE UNIQUE INDEX call_one_open ON call (delivery) WHERE effect = 'public' AND outcome IS NULL;

CREATE INDEX change_log_delivery ON change_log (key) WHERE tbl = 'delivery';

CREATE INDEX change_pack_until ON change_pack (until_hlc);

CREATE INDEX clock_mark_boot ON clock_mark (machine, boot_id);

CREATE INDEX collection_asset_asset ON collection_asset (asset);

CREATE INDEX deletion_delivery ON deletion (delivery);

CREATE UNIQUE INDEX deletion_done ON deletion (delivery, segment_idx) WHERE outcome = 'accepted';

CREATE UNIQUE INDEX deletion_one_open ON deletion (delivery) WHERE outcome IS NULL;

CREATE INDEX delivery_channel ON delivery (channel, state);

CREATE INDEX delivery_copy ON delivery (wake_at_ms)
    WHERE state = 'held' AND hold_reason IN ('restored_copy', 'moved_profile') AND wake_at_ms IS NOT NULL;

CREATE INDEX delivery_loose ON delivery (published_at_ms) WHERE state = 'published' AND journal_last IS NULL;

CREATE INDEX delivery_open ON delivery (row) WHERE state IN ('preparing', 'sending');

CREATE INDEX delivery_past ON delivery (workspace, ifnull(published_at_ms, due_at_ms), post)
    WHERE state = 'published' OR deleted_at_ms IS NOT NULL AND state <> 'cancelled';

CREATE INDEX delivery_post ON delivery (post);

CREATE INDEX delivery_sent ON delivery (channel, published_at_ms) WHERE state = 'published';

CREATE UNIQUE INDEX delivery_slot ON delivery (channel, slot_at_ms)
    WHERE slot_at_ms IS NOT NULL AND state NOT IN ('rejected', 'missed', 'cancelled');

CREATE INDEX delivery_state ON delivery (state, due_at_ms);

CREATE INDEX delivery_wake ON delivery (wake_at_ms, channel, state) WHERE state IN ('planned', 'waiting', 'unknown');

CREATE INDEX delivery_wall ON delivery (channel, due_at_ms) WHERE state NOT IN ('rejected', 'missed', 'cancelled');

CREATE INDEX edit_delivery ON edit (delivery);

CREATE UNIQUE INDEX edit_one_open ON edit (delivery) WHERE outcome IS NULL;

CREATE INDEX local_fault_host ON local_fault (host, at_ms);

CREATE INDEX local_rendition_sha256 ON local_rendition (sha256);

CREATE INDEX local_rendition_stale ON local_rendition (stale_at_ms) WHERE stale_at_ms IS NOT NULL;

CREATE INDEX local_reserve_budget ON local_reserve (budget);

CREATE INDEX local_shelved_delivery ON local_shelved (delivery);

CREATE INDEX local_shelved_shelf ON local_shelved (shelf);

CREATE INDEX local_video_task_key ON local_video_task (key) WHERE state = 'done';

CREATE UNIQUE INDEX local_video_task_one ON local_video_task (state) WHERE state = 'running';

CREATE INDEX local_video_task_result ON local_video_task (result);

CREATE INDEX local_video_task_workspace ON local_video_task (workspace);

CREATE INDEX post_media_asset ON post_media (asset);

CREATE UNIQUE INDEX post_media_place ON post_media (post, ifnull(variant, 0), idx);

CREATE UNIQUE INDEX post_part_place ON post_part (post, ifnull(variant, 0), idx);

CREATE INDEX post_workspace ON post (workspace, updated_at_ms);

CREATE UNIQUE INDEX preset_set_current ON preset_set (workspace) WHERE current = 1;

CREATE INDEX resolution_delivery ON resolution (delivery, generation, segment_idx);

CREATE UNIQUE INDEX resolution_one_live ON resolution (delivery, generation, segment_idx) WHERE verdict = 'live';

CREATE INDEX segment_remote ON segment (remote_id) WHERE remote_id IS NOT NULL;

CREATE INDEX segment_url ON segment (remote_url) WHERE remote_id IS NULL AND remote_url IS NOT NULL;

CREATE UNIQUE INDEX shelf_one ON shelf (workspace) WHERE left_at_ms IS NULL;

CREATE TRIGGER attempt_ended_for_good BEFORE INSERT ON attempt
WHEN EXISTS (SELECT 1 FROM delivery d WHERE d.row = NEW.delivery AND d.journal_last IS NOT NULL)
BEGIN SELECT RAISE (ABORT, 'queue: what was published long ago is not attempted'); END;

CREATE TRIGGER attempt_kept BEFORE DELETE ON attempt
WHEN NOT EXISTS (SELECT 1 FROM delivery d WHERE d.row = OLD.delivery AND d.journal_last IS NOT NULL)
BEGIN SELECT RAISE (ABORT, 'queue: attempts are kept'); END;

CREATE TRIGGER attempt_not_replaced BEFORE INSERT ON attempt
WHEN EXISTS (SELECT 1 FROM attempt a WHERE a.row = NEW.row OR a.claim_token = NEW.claim_token
    OR a.delivery = NEW.delivery AND a.no = NEW.no)
BEGIN SELECT RAISE (ABORT, 'queue: attempts are kept'); END;

CREATE TRIGGER call_accepted_once BEFORE UPDATE OF outcome ON call
WHEN NEW.effect = 'public' AND NEW.outcome = 'accepted' AND EXISTS (
    SELECT 1 FROM call c WHERE c.row <> NEW.row AND c.delivery = NEW.delivery AND c.generation = NEW.generation
        AND c.segment_idx = NEW.segment_idx AND c.effect = 'public' AND c.outcome = 'accepted')
BEGIN SELECT RAISE (ABORT, 'queue: one accepted public call a segment'); END;

CREATE TRIGGER call_kept BEFORE DELETE ON call
WHEN NOT EXISTS (SELECT 1 FROM delivery d WHERE d.row = OLD.delivery AND d.journal_last IS NOT NULL)
BEGIN SELECT RAISE (ABORT, 'queue: calls are kept'); END;

CREATE TRIGGER call_not_replaced BEFORE INSERT ON call
WHEN EXISTS (SELECT 1 FROM call c WHERE c.row = NEW.row OR c.id = NEW.id OR c.attempt = NEW.attempt AND c.seq = NEW.seq)
BEGIN SELECT RAISE (ABORT, 'queue: calls are kept'); END;

CREATE TRIGGER call_outcome_once BEFORE UPDATE ON call
WHEN OLD.outcome IS NOT NULL OR NEW.outcome IS NULL OR NEW.row <> OLD.row OR NEW.id <> OLD.id OR NEW.seq <> OLD.seq
    OR NEW.delivery <> OLD.delivery OR NEW.attempt <> OLD.attempt
    OR NEW.generation <> OLD.generation OR NEW.segment_idx <> OLD.segment_idx OR NEW.step <> OLD.step
    OR NEW.effect <> OLD.effect OR NEW.claim_token <> OLD.claim_token OR NEW.client_key <> OLD.client_key
    OR NEW.request_hash <> OLD.request_hash OR NEW.intent_at_ms <> OLD.intent_at_ms OR NEW.key_until_ms <> OLD.key_until_ms
    OR NEW.container_id IS NOT OLD.container_id
BEGIN SELECT RAISE (ABORT, 'queue: an outcome is written once, and nothing else of a call changes'); END;

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

CREATE TRIGGER change_log_fixed BEFORE UPDATE ON change_log BEGIN SELECT RAISE (ABORT, 'the change log does not change'); END;

CREATE TRIGGER change_log_kept BEFORE DELETE ON change_log
WHEN NOT EXISTS (SELECT 1 FROM change_pack p WHERE p.row >= OLD.row AND p.first <= OLD.row)
BEGIN SELECT RAISE (ABORT, 'the change log is kept'); END;

CREATE TRIGGER change_pack_fixed BEFORE UPDATE ON change_pack BEGIN SELECT RAISE (ABORT, 'the change log does not change'); END;

CREATE TRIGGER change_pack_follows BEFORE INSERT ON change_pack
WHEN EXISTS (SELECT 1 FROM change_pack p WHERE p.row >= NEW.first)
BEGIN SELECT RAISE (ABORT, 'the change log is packed once'); END;

CREATE TRIGGER change_pack_kept BEFORE DELETE ON change_pack BEGIN SELECT RAISE (ABORT, 'the change log is kept'); END;

CREATE TRIGGER channel_workspace_fixed BEFORE UPDATE OF workspace ON channel
WHEN NEW.workspace <> OLD.workspace
BEGIN SELECT RAISE (ABORT, 'channel: a channel stays in its workspace'); END;

CREATE TRIGGER deletion_kept BEFORE DELETE ON deletion BEGIN SELECT RAISE (ABORT, 'queue: deletions are kept'); END;

CREATE TRIGGER deletion_not_replaced BEFORE INSERT ON deletion
WHEN EXISTS (SELECT 1 FROM deletion e WHERE e.row = NEW.row OR e.id = NEW.id)
BEGIN SELECT RAISE (ABORT, 'queue: deletions are kept'); END;

CREATE TRIGGER deletion_of_what_is_live BEFORE INSERT ON deletion
WHEN NEW.outcome IS NOT NULL OR NOT EXISTS (SELECT 1 FROM delivery d JOIN segment s ON s.delivery = d.row
    AND s.generation = d.generation WHERE d.row = NEW.delivery AND d.state = 'published' AND s.idx = NEW.segment_idx)
BEGIN SELECT RAISE (ABORT, 'queue: only what is live is deleted, and before its outcome is known'); END;

CREATE TRIGGER deletion_outcome_once BEFORE UPDATE ON deletion
WHEN OLD.outcome IS NOT NULL OR NEW.outcome IS NULL OR NEW.row <> OLD.row OR NEW.id <> OLD.id OR NEW.delivery <> OLD.delivery
    OR NEW.segment_idx <> OLD.segment_idx OR NEW.actor_id <> OLD.actor_id OR NEW.at_ms <> OLD.at_ms
BEGIN SELECT RAISE (ABORT, 'queue: the outcome of a deletion is written once, and nothing else of it changes'); END;

CREATE TRIGGER delivery_cancel_nothing_public BEFORE UPDATE OF state ON delivery
WHEN NEW.state = 'cancelled' AND EXISTS (
    SELECT 1 FROM call c WHERE c.delivery = NEW.row AND c.generation = NEW.generation AND c.effect = 'public'
        AND (c.outcome IS NULL OR c.outcome = 'accepted'
            OR c.outcome = 'ambiguous' AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.call = c.row
                AND r.verdict IN ('absent', 'send_again')))
    UNION ALL
    SELECT 1 FROM segment s WHERE s.delivery = NEW.row AND s.generation = NEW.generation AND s.state = 'published')
BEGIN SELECT RAISE (ABORT, 'queue: only what is certainly not public can be cancelled'); END;

CREATE TRIGGER delivery_claim_approved BEFORE UPDATE OF state ON delivery
WHEN NEW.state = 'preparing' AND OLD.state IN ('planned', 'waiting') AND NEW.approved_hash IS NOT NEW.plan_hash
BEGIN SELECT RAISE (ABORT, 'queue: only an approved plan is claimed'); END;

CREATE TRIGGER delivery_doubt_needs_a_person BEFORE UPDATE OF state ON delivery
WHEN OLD.state = 'held' AND NEW.state IN ('planned', 'published', 'rejected', 'cancelled') AND EXISTS (
    SELECT 1 FROM doubt d WHERE d.delivery = NEW.row AND d.generation = OLD.generation
        AND (d.verdict IS NULL OR d.verdict = 'undecided'))
BEGIN SELECT RAISE (ABORT, 'queue: a held delivery with doubt needs a resolution'); END;

CREATE TRIGGER delivery_generation BEFORE UPDATE OF generation ON delivery
WHEN NEW.generation <> OLD.generation AND (NEW.generation <> OLD.generation + 1 OR OLD.state <> 'held' OR NOT EXISTS (
    SELECT 1 FROM resolution r WHERE r.delivery = NEW.row AND r.generation = OLD.generation AND r.verdict = 'send_again'
        AND r.source = 'person'))
BEGIN SELECT RAISE (ABORT, 'queue: only a person begins a new generation'); END;

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

CREATE TRIGGER delivery_kept BEFORE DELETE ON delivery
BEGIN SELECT RAISE (ABORT, 'queue: deliveries are kept'); END;

CREATE TRIGGER delivery_leaves_sending BEFORE UPDATE OF state ON delivery
WHEN OLD.state = 'sending' AND NEW.state <> 'sending' AND EXISTS (
    SELECT 1 FROM call c WHERE c.delivery = NEW.row AND c.effect = 'public' AND c.outcome IS NULL)
BEGIN SELECT RAISE (ABORT, 'queue: sending ends with an outcome, not with a time-out'); END;

CREATE TRIGGER delivery_leaves_unknown BEFORE UPDATE OF state ON delivery
WHEN OLD.state = 'unknown' AND NEW.state <> 'unknown' AND (
    NOT EXISTS (SELECT 1 FROM resolution r WHERE r.delivery = NEW.row AND r.generation = NEW.generation)
    OR EXISTS (SELECT 1 FROM doubt d WHERE d.delivery = NEW.row AND d.generation = NEW.generation AND d.verdict IS NULL)
    OR (NEW.state <> 'held' AND EXISTS (SELECT 1 FROM doubt d WHERE d.delivery = NEW.row
        AND d.generation = NEW.generation AND d.verdict = 'undecided')))
BEGIN SELECT RAISE (ABORT, 'queue: unknown ends with a resolution'); END;

CREATE TRIGGER delivery_missed_or_rejected_nothing_public BEFORE UPDATE OF state ON delivery
WHEN NEW.state IN ('missed', 'rejected') AND OLD.state <> 'held' AND EXISTS (
    SELECT 1 FROM segment s WHERE s.delivery = NEW.row AND s.generation = NEW.generation
        AND s.state IN ('published', 'unknown', 'sending')
    UNION ALL
    SELECT 1 FROM doubt d WHERE d.delivery = NEW.row AND d.generation = NEW.generation
        AND (d.verdict IS NULL OR d.verdict <> 'absent'))
BEGIN SELECT RAISE (ABORT, 'queue: a part of it is or may be live'); END;

CREATE TRIGGER delivery_not_replaced BEFORE INSERT ON delivery
WHEN EXISTS (SELECT 1 FROM delivery d WHERE d.row = NEW.row OR d.id = NEW.id
    OR d.variant = NEW.variant AND d.channel = NEW.channel AND d.occurrence_key = NEW.occurrence_key AND d.generation = NEW.generation)
BEGIN SELECT RAISE (ABORT, 'queue: deliveries are kept'); END;

CREATE TRIGGER delivery_plan_frozen BEFORE UPDATE OF plan_json, plan_hash, approved_hash, due_at_ms ON delivery
WHEN NEW.generation = OLD.generation AND (NEW.plan_json <> OLD.plan_json OR NEW.plan_hash <> OLD.plan_hash
        OR NEW.approved_hash IS NOT OLD.approved_hash OR NEW.due_at_ms <> OLD.due_at_ms)
    AND (OLD.state IN ('preparing', 'sending', 'unknown') OR EXISTS (
        SELECT 1 FROM call c WHERE c.delivery = OLD.row AND c.generation = OLD.generation AND c.effect = 'public'
            AND (c.outcome IS NULL OR c.outcome = 'accepted' OR c.outcome = 'ambiguous' AND NOT EXISTS (
                SELECT 1 FROM resolution r WHERE r.call = c.row AND r.verdict = 'absent'))))
BEGIN SELECT RAISE (ABORT, 'queue: a plan that may be live does not change'); END;

CREATE TRIGGER delivery_plan_moved BEFORE UPDATE OF plan_json, plan_hash, approved_hash ON delivery
WHEN OLD.plan_from IS NOT NULL
    AND (NEW.plan_json <> OLD.plan_json OR NEW.plan_hash <> OLD.plan_hash OR NEW.approved_hash IS NOT OLD.approved_hash)
BEGIN SELECT RAISE (ABORT, 'queue: a plan that moved to the packed log does not change'); END;

CREATE TRIGGER delivery_plan_moves_once BEFORE UPDATE OF plan_from ON delivery
WHEN NEW.plan_from IS NOT OLD.plan_from AND (OLD.plan_from IS NOT NULL OR NEW.plan_from IS NULL
    OR OLD.journal_last IS NULL OR NEW.plan_from >= OLD.journal_first OR NEW.plan_json <> '{}' OR NEW.plan_hash <> ''
    OR NOT EXISTS (SELECT 1 FROM change_pack p WHERE p.row >= NEW.plan_from AND p.first <= NEW.plan_from))
BEGIN SELECT RAISE (ABORT, 'queue: a plan moves to the packed log once, after its journal'); END;

CREATE TRIGGER delivery_published_whole BEFORE UPDATE OF state ON delivery
WHEN NEW.state = 'published' AND (
    NOT EXISTS (SELECT 1 FROM segment s WHERE s.delivery = NEW.row AND s.generation = NEW.generation)
    OR EXISTS (SELECT 1 FROM segment s WHERE s.delivery = NEW.row AND s.generation = NEW.generation AND s.state <> 'published'))
BEGIN SELECT RAISE (ABORT, 'queue: published means every segment is proved live'); END;

CREATE TRIGGER delivery_sending_has_intent BEFORE UPDATE OF state ON delivery
WHEN NEW.state = 'sending' AND OLD.state <> 'sending' AND NOT EXISTS (
    SELECT 1 FROM call c WHERE c.delivery = NEW.row AND c.effect = 'public' AND c.outcome IS NULL
        AND c.claim_token = NEW.claim_token)
BEGIN SELECT RAISE (ABORT, 'queue: sending needs a committed intent'); END;

CREATE TRIGGER delivery_sending_keeps_doubt BEFORE UPDATE OF state ON delivery
WHEN OLD.state = 'sending' AND NEW.state NOT IN ('sending', 'unknown') AND EXISTS (
    SELECT 1 FROM doubt d WHERE d.delivery = NEW.row AND d.generation = NEW.generation
        AND (d.verdict IS NULL OR d.verdict = 'undecided'))
BEGIN SELECT RAISE (ABORT, 'queue: doubt leads to unknown'); END;

CREATE TRIGGER delivery_starts_planned BEFORE INSERT ON delivery
WHEN NEW.state <> 'planned' OR NEW.generation <> 1
BEGIN SELECT RAISE (ABORT, 'queue: a delivery starts planned, in generation 1'); END;

CREATE TRIGGER delivery_stays_ended BEFORE UPDATE ON delivery
WHEN OLD.state IN ('published', 'rejected', 'missed', 'cancelled')
    AND (NEW.state <> OLD.state OR NEW.generation <> OLD.generation
        OR (NEW.plan_hash <> OLD.plan_hash OR NEW.plan_json <> OLD.plan_json) AND NEW.plan_from IS NULL
        OR NEW.remote_id IS NOT OLD.remote_id OR NEW.due_at_ms <> OLD.due_at_ms)
BEGIN SELECT RAISE (ABORT, 'queue: an ended delivery does not change'); END;

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

CREATE TRIGGER edit_kept BEFORE DELETE ON edit BEGIN SELECT RAISE (ABORT, 'queue: edits are kept'); END;

CREATE TRIGGER edit_not_replaced BEFORE INSERT ON edit
WHEN EXISTS (SELECT 1 FROM edit e WHERE e.row = NEW.row OR e.id = NEW.id)
BEGIN SELECT RAISE (ABORT, 'queue: edits are kept'); END;

CREATE TRIGGER edit_of_what_is_live BEFORE INSERT ON edit
WHEN NEW.outcome IS NOT NULL OR NOT EXISTS (SELECT 1 FROM delivery d WHERE d.row = NEW.delivery AND d.state = 'published')
BEGIN SELECT RAISE (ABORT, 'queue: only what is live is edited, and before its outcome is known'); END;

CREATE TRIGGER edit_outcome_once BEFORE UPDATE ON edit
WHEN OLD.outcome IS NOT NULL OR NEW.outcome IS NULL OR NEW.row <> OLD.row OR NEW.id <> OLD.id OR NEW.delivery <> OLD.delivery
    OR NEW.part <> OLD.part OR NEW.content_json <> OLD.content_json OR NEW.actor_id <> OLD.actor_id OR NEW.at_ms <> OLD.at_ms
BEGIN SELECT RAISE (ABORT, 'queue: the outcome of an edit is written once, and nothing else of it changes'); END;

CREATE TRIGGER log_asset_crop_d AFTER DELETE ON asset_crop BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'asset_crop', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_asset_crop_i AFTER INSERT ON asset_crop BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'asset_crop', NEW.row, 'i', json_object('row', NEW.row, 'asset', NEW.asset, 'preset', NEW.preset, 'x', NEW.x, 'y', NEW.y, 'width', NEW.width, 'height', NEW.height, 'turned', NEW.turned) FROM local_clock; END;

CREATE TRIGGER log_asset_crop_u AFTER UPDATE ON asset_crop BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'asset_crop', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'asset' k, NEW.asset v WHERE NEW.asset IS NOT OLD.asset UNION ALL SELECT 'preset' k, NEW.preset v WHERE NEW.preset IS NOT OLD.preset UNION ALL SELECT 'x' k, NEW.x v WHERE NEW.x IS NOT OLD.x UNION ALL SELECT 'y' k, NEW.y v WHERE NEW.y IS NOT OLD.y UNION ALL SELECT 'width' k, NEW.width v WHERE NEW.width IS NOT OLD.width UNION ALL SELECT 'height' k, NEW.height v WHERE NEW.height IS NOT OLD.height UNION ALL SELECT 'turned' k, NEW.turned v WHERE NEW.turned IS NOT OLD.turned)) FROM local_clock; END;

CREATE TRIGGER log_asset_d AFTER DELETE ON asset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'asset', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_asset_i AFTER INSERT ON asset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'asset', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'workspace', NEW.workspace, 'sha256', NEW.sha256, 'kind', NEW.kind, 'format', NEW.format, 'bytes', NEW.bytes, 'width', NEW.width, 'height', NEW.height, 'turn', NEW.turn, 'duration_ms', NEW.duration_ms, 'frames', NEW.frames, 'name', NEW.name, 'reference', NEW.reference, 'alt', NEW.alt, 'focus_x', NEW.focus_x, 'focus_y', NEW.focus_y, 'taken_at_ms', NEW.taken_at_ms, 'camera', NEW.camera, 'latitude', NEW.latitude, 'longitude', NEW.longitude, 'warning', NEW.warning, 'imported_at_ms', NEW.imported_at_ms, 'deleted_at_ms', NEW.deleted_at_ms, 'batch', NEW.batch, 'adjust_json', NEW.adjust_json) FROM local_clock; END;

CREATE TRIGGER log_asset_tag_d AFTER DELETE ON asset_tag BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'asset_tag', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_asset_tag_i AFTER INSERT ON asset_tag BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'asset_tag', NEW.row, 'i', json_object('row', NEW.row, 'asset', NEW.asset, 'tag', NEW.tag) FROM local_clock; END;

CREATE TRIGGER log_asset_tag_u AFTER UPDATE ON asset_tag BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'asset_tag', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'asset' k, NEW.asset v WHERE NEW.asset IS NOT OLD.asset UNION ALL SELECT 'tag' k, NEW.tag v WHERE NEW.tag IS NOT OLD.tag)) FROM local_clock; END;

CREATE TRIGGER log_asset_u AFTER UPDATE ON asset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'asset', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'workspace' k, NEW.workspace v WHERE NEW.workspace IS NOT OLD.workspace UNION ALL SELECT 'sha256' k, NEW.sha256 v WHERE NEW.sha256 IS NOT OLD.sha256 UNION ALL SELECT 'kind' k, NEW.kind v WHERE NEW.kind IS NOT OLD.kind UNION ALL SELECT 'format' k, NEW.format v WHERE NEW.format IS NOT OLD.format UNION ALL SELECT 'bytes' k, NEW.bytes v WHERE NEW.bytes IS NOT OLD.bytes UNION ALL SELECT 'width' k, NEW.width v WHERE NEW.width IS NOT OLD.width UNION ALL SELECT 'height' k, NEW.height v WHERE NEW.height IS NOT OLD.height UNION ALL SELECT 'turn' k, NEW.turn v WHERE NEW.turn IS NOT OLD.turn UNION ALL SELECT 'duration_ms' k, NEW.duration_ms v WHERE NEW.duration_ms IS NOT OLD.duration_ms UNION ALL SELECT 'frames' k, NEW.frames v WHERE NEW.frames IS NOT OLD.frames UNION ALL SELECT 'name' k, NEW.name v WHERE NEW.name IS NOT OLD.name UNION ALL SELECT 'reference' k, NEW.reference v WHERE NEW.reference IS NOT OLD.reference UNION ALL SELECT 'alt' k, NEW.alt v WHERE NEW.alt IS NOT OLD.alt UNION ALL SELECT 'focus_x' k, NEW.focus_x v WHERE NEW.focus_x IS NOT OLD.focus_x UNION ALL SELECT 'focus_y' k, NEW.focus_y v WHERE NEW.focus_y IS NOT OLD.focus_y UNION ALL SELECT 'taken_at_ms' k, NEW.taken_at_ms v WHERE NEW.taken_at_ms IS NOT OLD.taken_at_ms UNION ALL SELECT 'camera' k, NEW.camera v WHERE NEW.camera IS NOT OLD.camera UNION ALL SELECT 'latitude' k, NEW.latitude v WHERE NEW.latitude IS NOT OLD.latitude UNION ALL SELECT 'longitude' k, NEW.longitude v WHERE NEW.longitude IS NOT OLD.longitude UNION ALL SELECT 'warning' k, NEW.warning v WHERE NEW.warning IS NOT OLD.warning UNION ALL SELECT 'imported_at_ms' k, NEW.imported_at_ms v WHERE NEW.imported_at_ms IS NOT OLD.imported_at_ms UNION ALL SELECT 'deleted_at_ms' k, NEW.deleted_at_ms v WHERE NEW.deleted_at_ms IS NOT OLD.deleted_at_ms UNION ALL SELECT 'batch' k, NEW.batch v WHERE NEW.batch IS NOT OLD.batch UNION ALL SELECT 'adjust_json' k, NEW.adjust_json v WHERE NEW.adjust_json IS NOT OLD.adjust_json)) FROM local_clock; END;

CREATE TRIGGER log_attempt_d AFTER DELETE ON attempt BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'attempt', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_attempt_i AFTER INSERT ON attempt BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'attempt', NEW.row, 'i', json_object('row', NEW.row, 'delivery', NEW.delivery, 'no', NEW.no, 'claim_token', NEW.claim_token, 'machine', NEW.machine, 'process', NEW.process, 'app_version', NEW.app_version, 'boot_id', NEW.boot_id, 'started_at_ms', NEW.started_at_ms, 'ended_at_ms', NEW.ended_at_ms, 'end_class', NEW.end_class) FROM local_clock; END;

CREATE TRIGGER log_attempt_u AFTER UPDATE ON attempt BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'attempt', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'delivery' k, NEW.delivery v WHERE NEW.delivery IS NOT OLD.delivery UNION ALL SELECT 'no' k, NEW.no v WHERE NEW.no IS NOT OLD.no UNION ALL SELECT 'claim_token' k, NEW.claim_token v WHERE NEW.claim_token IS NOT OLD.claim_token UNION ALL SELECT 'machine' k, NEW.machine v WHERE NEW.machine IS NOT OLD.machine UNION ALL SELECT 'process' k, NEW.process v WHERE NEW.process IS NOT OLD.process UNION ALL SELECT 'app_version' k, NEW.app_version v WHERE NEW.app_version IS NOT OLD.app_version UNION ALL SELECT 'boot_id' k, NEW.boot_id v WHERE NEW.boot_id IS NOT OLD.boot_id UNION ALL SELECT 'started_at_ms' k, NEW.started_at_ms v WHERE NEW.started_at_ms IS NOT OLD.started_at_ms UNION ALL SELECT 'ended_at_ms' k, NEW.ended_at_ms v WHERE NEW.ended_at_ms IS NOT OLD.ended_at_ms UNION ALL SELECT 'end_class' k, NEW.end_class v WHERE NEW.end_class IS NOT OLD.end_class)) FROM local_clock; END;

CREATE TRIGGER log_call_d AFTER DELETE ON call BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'call', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_call_i AFTER INSERT ON call BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'call', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'attempt', NEW.attempt, 'delivery', NEW.delivery, 'generation', NEW.generation, 'segment_idx', NEW.segment_idx, 'seq', NEW.seq, 'step', NEW.step, 'effect', NEW.effect, 'claim_token', NEW.claim_token, 'owner_epoch', NEW.owner_epoch, 'client_key', NEW.client_key, 'key_until_ms', NEW.key_until_ms, 'container_id', NEW.container_id, 'request_hash', NEW.request_hash, 'intent_at_ms', NEW.intent_at_ms, 'intent_boot_ms', NEW.intent_boot_ms, 'boot_id', NEW.boot_id, 'outcome', NEW.outcome, 'http_status', NEW.http_status, 'network_code', NEW.network_code, 'network_request_id', NEW.network_request_id, 'retry_after_ms', NEW.retry_after_ms, 'remote_id', NEW.remote_id, 'detail', NEW.detail, 'outcome_at_ms', NEW.outcome_at_ms) FROM local_clock; END;

CREATE TRIGGER log_call_u AFTER UPDATE ON call BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'call', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'attempt' k, NEW.attempt v WHERE NEW.attempt IS NOT OLD.attempt UNION ALL SELECT 'delivery' k, NEW.delivery v WHERE NEW.delivery IS NOT OLD.delivery UNION ALL SELECT 'generation' k, NEW.generation v WHERE NEW.generation IS NOT OLD.generation UNION ALL SELECT 'segment_idx' k, NEW.segment_idx v WHERE NEW.segment_idx IS NOT OLD.segment_idx UNION ALL SELECT 'seq' k, NEW.seq v WHERE NEW.seq IS NOT OLD.seq UNION ALL SELECT 'step' k, NEW.step v WHERE NEW.step IS NOT OLD.step UNION ALL SELECT 'effect' k, NEW.effect v WHERE NEW.effect IS NOT OLD.effect UNION ALL SELECT 'claim_token' k, NEW.claim_token v WHERE NEW.claim_token IS NOT OLD.claim_token UNION ALL SELECT 'owner_epoch' k, NEW.owner_epoch v WHERE NEW.owner_epoch IS NOT OLD.owner_epoch UNION ALL SELECT 'client_key' k, NEW.client_key v WHERE NEW.client_key IS NOT OLD.client_key UNION ALL SELECT 'key_until_ms' k, NEW.key_until_ms v WHERE NEW.key_until_ms IS NOT OLD.key_until_ms UNION ALL SELECT 'container_id' k, NEW.container_id v WHERE NEW.container_id IS NOT OLD.container_id UNION ALL SELECT 'request_hash' k, NEW.request_hash v WHERE NEW.request_hash IS NOT OLD.request_hash UNION ALL SELECT 'intent_at_ms' k, NEW.intent_at_ms v WHERE NEW.intent_at_ms IS NOT OLD.intent_at_ms UNION ALL SELECT 'intent_boot_ms' k, NEW.intent_boot_ms v WHERE NEW.intent_boot_ms IS NOT OLD.intent_boot_ms UNION ALL SELECT 'boot_id' k, NEW.boot_id v WHERE NEW.boot_id IS NOT OLD.boot_id UNION ALL SELECT 'outcome' k, NEW.outcome v WHERE NEW.outcome IS NOT OLD.outcome UNION ALL SELECT 'http_status' k, NEW.http_status v WHERE NEW.http_status IS NOT OLD.http_status UNION ALL SELECT 'network_code' k, NEW.network_code v WHERE NEW.network_code IS NOT OLD.network_code UNION ALL SELECT 'network_request_id' k, NEW.network_request_id v WHERE NEW.network_request_id IS NOT OLD.network_request_id UNION ALL SELECT 'retry_after_ms' k, NEW.retry_after_ms v WHERE NEW.retry_after_ms IS NOT OLD.retry_after_ms UNION ALL SELECT 'remote_id' k, NEW.remote_id v WHERE NEW.remote_id IS NOT OLD.remote_id UNION ALL SELECT 'detail' k, NEW.detail v WHERE NEW.detail IS NOT OLD.detail UNION ALL SELECT 'outcome_at_ms' k, NEW.outcome_at_ms v WHERE NEW.outcome_at_ms IS NOT OLD.outcome_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_channel_d AFTER DELETE ON channel BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'channel', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_channel_i AFTER INSERT ON channel BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'channel', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'workspace', NEW.workspace, 'network', NEW.network, 'remote_id', NEW.remote_id, 'handle', NEW.handle, 'name', NEW.name, 'server', NEW.server, 'state', NEW.state, 'options_json', NEW.options_json, 'limits_json', NEW.limits_json, 'limits_at_ms', NEW.limits_at_ms, 'created_at_ms', NEW.created_at_ms, 'updated_at_ms', NEW.updated_at_ms, 'title', NEW.title, 'paused_at_ms', NEW.paused_at_ms, 'defaults_json', NEW.defaults_json) FROM local_clock; END;

CREATE TRIGGER log_channel_u AFTER UPDATE ON channel BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'channel', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'workspace' k, NEW.workspace v WHERE NEW.workspace IS NOT OLD.workspace UNION ALL SELECT 'network' k, NEW.network v WHERE NEW.network IS NOT OLD.network UNION ALL SELECT 'remote_id' k, NEW.remote_id v WHERE NEW.remote_id IS NOT OLD.remote_id UNION ALL SELECT 'handle' k, NEW.handle v WHERE NEW.handle IS NOT OLD.handle UNION ALL SELECT 'name' k, NEW.name v WHERE NEW.name IS NOT OLD.name UNION ALL SELECT 'server' k, NEW.server v WHERE NEW.server IS NOT OLD.server UNION ALL SELECT 'state' k, NEW.state v WHERE NEW.state IS NOT OLD.state UNION ALL SELECT 'options_json' k, NEW.options_json v WHERE NEW.options_json IS NOT OLD.options_json UNION ALL SELECT 'limits_json' k, NEW.limits_json v WHERE NEW.limits_json IS NOT OLD.limits_json UNION ALL SELECT 'limits_at_ms' k, NEW.limits_at_ms v WHERE NEW.limits_at_ms IS NOT OLD.limits_at_ms UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms UNION ALL SELECT 'updated_at_ms' k, NEW.updated_at_ms v WHERE NEW.updated_at_ms IS NOT OLD.updated_at_ms UNION ALL SELECT 'title' k, NEW.title v WHERE NEW.title IS NOT OLD.title UNION ALL SELECT 'paused_at_ms' k, NEW.paused_at_ms v WHERE NEW.paused_at_ms IS NOT OLD.paused_at_ms UNION ALL SELECT 'defaults_json' k, NEW.defaults_json v WHERE NEW.defaults_json IS NOT OLD.defaults_json)) FROM local_clock; END;

CREATE TRIGGER log_clock_mark_d AFTER DELETE ON clock_mark BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'clock_mark', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_clock_mark_i AFTER INSERT ON clock_mark BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'clock_mark', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'kind', NEW.kind, 'host', NEW.host, 'offset_ms', NEW.offset_ms, 'at_ms', NEW.at_ms, 'boot_ms', NEW.boot_ms, 'boot_id', NEW.boot_id, 'machine', NEW.machine) FROM local_clock; END;

CREATE TRIGGER log_clock_mark_u AFTER UPDATE ON clock_mark BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'clock_mark', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'kind' k, NEW.kind v WHERE NEW.kind IS NOT OLD.kind UNION ALL SELECT 'host' k, NEW.host v WHERE NEW.host IS NOT OLD.host UNION ALL SELECT 'offset_ms' k, NEW.offset_ms v WHERE NEW.offset_ms IS NOT OLD.offset_ms UNION ALL SELECT 'at_ms' k, NEW.at_ms v WHERE NEW.at_ms IS NOT OLD.at_ms UNION ALL SELECT 'boot_ms' k, NEW.boot_ms v WHERE NEW.boot_ms IS NOT OLD.boot_ms UNION ALL SELECT 'boot_id' k, NEW.boot_id v WHERE NEW.boot_id IS NOT OLD.boot_id UNION ALL SELECT 'machine' k, NEW.machine v WHERE NEW.machine IS NOT OLD.machine)) FROM local_clock; END;

CREATE TRIGGER log_collection_asset_d AFTER DELETE ON collection_asset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'collection_asset', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_collection_asset_i AFTER INSERT ON collection_asset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'collection_asset', NEW.row, 'i', json_object('row', NEW.row, 'collection', NEW.collection, 'asset', NEW.asset, 'added_at_ms', NEW.added_at_ms) FROM local_clock; END;

CREATE TRIGGER log_collection_asset_u AFTER UPDATE ON collection_asset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'collection_asset', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'collection' k, NEW.collection v WHERE NEW.collection IS NOT OLD.collection UNION ALL SELECT 'asset' k, NEW.asset v WHERE NEW.asset IS NOT OLD.asset UNION ALL SELECT 'added_at_ms' k, NEW.added_at_ms v WHERE NEW.added_at_ms IS NOT OLD.added_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_collection_d AFTER DELETE ON collection BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'collection', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_collection_i AFTER INSERT ON collection BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'collection', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'workspace', NEW.workspace, 'name', NEW.name, 'query', NEW.query, 'created_at_ms', NEW.created_at_ms) FROM local_clock; END;

CREATE TRIGGER log_collection_u AFTER UPDATE ON collection BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'collection', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'workspace' k, NEW.workspace v WHERE NEW.workspace IS NOT OLD.workspace UNION ALL SELECT 'name' k, NEW.name v WHERE NEW.name IS NOT OLD.name UNION ALL SELECT 'query' k, NEW.query v WHERE NEW.query IS NOT OLD.query UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_deletion_d AFTER DELETE ON deletion BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'deletion', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_deletion_i AFTER INSERT ON deletion BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'deletion', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'delivery', NEW.delivery, 'segment_idx', NEW.segment_idx, 'actor_id', NEW.actor_id, 'at_ms', NEW.at_ms, 'outcome', NEW.outcome, 'network_code', NEW.network_code, 'detail', NEW.detail, 'outcome_at_ms', NEW.outcome_at_ms) FROM local_clock; END;

CREATE TRIGGER log_deletion_u AFTER UPDATE ON deletion BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'deletion', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'delivery' k, NEW.delivery v WHERE NEW.delivery IS NOT OLD.delivery UNION ALL SELECT 'segment_idx' k, NEW.segment_idx v WHERE NEW.segment_idx IS NOT OLD.segment_idx UNION ALL SELECT 'actor_id' k, NEW.actor_id v WHERE NEW.actor_id IS NOT OLD.actor_id UNION ALL SELECT 'at_ms' k, NEW.at_ms v WHERE NEW.at_ms IS NOT OLD.at_ms UNION ALL SELECT 'outcome' k, NEW.outcome v WHERE NEW.outcome IS NOT OLD.outcome UNION ALL SELECT 'network_code' k, NEW.network_code v WHERE NEW.network_code IS NOT OLD.network_code UNION ALL SELECT 'detail' k, NEW.detail v WHERE NEW.detail IS NOT OLD.detail UNION ALL SELECT 'outcome_at_ms' k, NEW.outcome_at_ms v WHERE NEW.outcome_at_ms IS NOT OLD.outcome_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_delivery_d AFTER DELETE ON delivery BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'delivery', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_delivery_i AFTER INSERT ON delivery BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'delivery', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'workspace', NEW.workspace, 'post', NEW.post, 'variant', NEW.variant, 'channel', NEW.channel, 'occurrence_key', NEW.occurrence_key, 'generation', NEW.generation, 'state', NEW.state, 'hold_reason', NEW.hold_reason, 'due_at_ms', NEW.due_at_ms, 'due_wall', NEW.due_wall, 'due_zone', NEW.due_zone, 'due_rule', NEW.due_rule, 'late_policy', NEW.late_policy, 'late_after_ms', NEW.late_after_ms, 'deadline_at_ms', NEW.deadline_at_ms, 'wake_at_ms', NEW.wake_at_ms, 'plan_json', NEW.plan_json, 'plan_hash', NEW.plan_hash, 'approved_hash', NEW.approved_hash, 'approved_by', NEW.approved_by, 'home_machine', NEW.home_machine, 'owner_epoch', NEW.owner_epoch, 'claim_owner', NEW.claim_owner, 'claim_token', NEW.claim_token, 'claim_boot', NEW.claim_boot, 'claim_until_ms', NEW.claim_until_ms, 'attempts', NEW.attempts, 'soft_failures', NEW.soft_failures, 'last_error_class', NEW.last_error_class, 'last_error_text', NEW.last_error_text, 'remote_id', NEW.remote_id, 'remote_url', NEW.remote_url, 'published_at_ms', NEW.published_at_ms, 'released_at_ms', NEW.released_at_ms, 'row_version', NEW.row_version, 'hlc', NEW.hlc, 'actor_id', NEW.actor_id, 'created_at_ms', NEW.created_at_ms, 'updated_at_ms', NEW.updated_at_ms, 'deleted_at_ms', NEW.deleted_at_ms, 'due_shift_ms', NEW.due_shift_ms, 'slot_at_ms', NEW.slot_at_ms, 'journal_first', NEW.journal_first, 'journal_last', NEW.journal_last, 'plan_from', NEW.plan_from) FROM local_clock; END;

CREATE TRIGGER log_delivery_u AFTER UPDATE ON delivery BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'delivery', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'workspace' k, NEW.workspace v WHERE NEW.workspace IS NOT OLD.workspace UNION ALL SELECT 'post' k, NEW.post v WHERE NEW.post IS NOT OLD.post UNION ALL SELECT 'variant' k, NEW.variant v WHERE NEW.variant IS NOT OLD.variant UNION ALL SELECT 'channel' k, NEW.channel v WHERE NEW.channel IS NOT OLD.channel UNION ALL SELECT 'occurrence_key' k, NEW.occurrence_key v WHERE NEW.occurrence_key IS NOT OLD.occurrence_key UNION ALL SELECT 'generation' k, NEW.generation v WHERE NEW.generation IS NOT OLD.generation UNION ALL SELECT 'state' k, NEW.state v WHERE NEW.state IS NOT OLD.state UNION ALL SELECT 'hold_reason' k, NEW.hold_reason v WHERE NEW.hold_reason IS NOT OLD.hold_reason UNION ALL SELECT 'due_at_ms' k, NEW.due_at_ms v WHERE NEW.due_at_ms IS NOT OLD.due_at_ms UNION ALL SELECT 'due_wall' k, NEW.due_wall v WHERE NEW.due_wall IS NOT OLD.due_wall UNION ALL SELECT 'due_zone' k, NEW.due_zone v WHERE NEW.due_zone IS NOT OLD.due_zone UNION ALL SELECT 'due_rule' k, NEW.due_rule v WHERE NEW.due_rule IS NOT OLD.due_rule UNION ALL SELECT 'late_policy' k, NEW.late_policy v WHERE NEW.late_policy IS NOT OLD.late_policy UNION ALL SELECT 'late_after_ms' k, NEW.late_after_ms v WHERE NEW.late_after_ms IS NOT OLD.late_after_ms UNION ALL SELECT 'deadline_at_ms' k, NEW.deadline_at_ms v WHERE NEW.deadline_at_ms IS NOT OLD.deadline_at_ms UNION ALL SELECT 'wake_at_ms' k, NEW.wake_at_ms v WHERE NEW.wake_at_ms IS NOT OLD.wake_at_ms UNION ALL SELECT 'plan_json' k, NEW.plan_json v WHERE NEW.plan_json IS NOT OLD.plan_json UNION ALL SELECT 'plan_hash' k, NEW.plan_hash v WHERE NEW.plan_hash IS NOT OLD.plan_hash UNION ALL SELECT 'approved_hash' k, NEW.approved_hash v WHERE NEW.approved_hash IS NOT OLD.approved_hash UNION ALL SELECT 'approved_by' k, NEW.approved_by v WHERE NEW.approved_by IS NOT OLD.approved_by UNION ALL SELECT 'home_machine' k, NEW.home_machine v WHERE NEW.home_machine IS NOT OLD.home_machine UNION ALL SELECT 'owner_epoch' k, NEW.owner_epoch v WHERE NEW.owner_epoch IS NOT OLD.owner_epoch UNION ALL SELECT 'claim_owner' k, NEW.claim_owner v WHERE NEW.claim_owner IS NOT OLD.claim_owner UNION ALL SELECT 'claim_token' k, NEW.claim_token v WHERE NEW.claim_token IS NOT OLD.claim_token UNION ALL SELECT 'claim_boot' k, NEW.claim_boot v WHERE NEW.claim_boot IS NOT OLD.claim_boot UNION ALL SELECT 'claim_until_ms' k, NEW.claim_until_ms v WHERE NEW.claim_until_ms IS NOT OLD.claim_until_ms UNION ALL SELECT 'attempts' k, NEW.attempts v WHERE NEW.attempts IS NOT OLD.attempts UNION ALL SELECT 'soft_failures' k, NEW.soft_failures v WHERE NEW.soft_failures IS NOT OLD.soft_failures UNION ALL SELECT 'last_error_class' k, NEW.last_error_class v WHERE NEW.last_error_class IS NOT OLD.last_error_class UNION ALL SELECT 'last_error_text' k, NEW.last_error_text v WHERE NEW.last_error_text IS NOT OLD.last_error_text UNION ALL SELECT 'remote_id' k, NEW.remote_id v WHERE NEW.remote_id IS NOT OLD.remote_id UNION ALL SELECT 'remote_url' k, NEW.remote_url v WHERE NEW.remote_url IS NOT OLD.remote_url UNION ALL SELECT 'published_at_ms' k, NEW.published_at_ms v WHERE NEW.published_at_ms IS NOT OLD.published_at_ms UNION ALL SELECT 'released_at_ms' k, NEW.released_at_ms v WHERE NEW.released_at_ms IS NOT OLD.released_at_ms UNION ALL SELECT 'row_version' k, NEW.row_version v WHERE NEW.row_version IS NOT OLD.row_version UNION ALL SELECT 'hlc' k, NEW.hlc v WHERE NEW.hlc IS NOT OLD.hlc UNION ALL SELECT 'actor_id' k, NEW.actor_id v WHERE NEW.actor_id IS NOT OLD.actor_id UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms UNION ALL SELECT 'updated_at_ms' k, NEW.updated_at_ms v WHERE NEW.updated_at_ms IS NOT OLD.updated_at_ms UNION ALL SELECT 'deleted_at_ms' k, NEW.deleted_at_ms v WHERE NEW.deleted_at_ms IS NOT OLD.deleted_at_ms UNION ALL SELECT 'due_shift_ms' k, NEW.due_shift_ms v WHERE NEW.due_shift_ms IS NOT OLD.due_shift_ms UNION ALL SELECT 'slot_at_ms' k, NEW.slot_at_ms v WHERE NEW.slot_at_ms IS NOT OLD.slot_at_ms UNION ALL SELECT 'journal_first' k, NEW.journal_first v WHERE NEW.journal_first IS NOT OLD.journal_first UNION ALL SELECT 'journal_last' k, NEW.journal_last v WHERE NEW.journal_last IS NOT OLD.journal_last UNION ALL SELECT 'plan_from' k, NEW.plan_from v WHERE NEW.plan_from IS NOT OLD.plan_from)) FROM local_clock; END;

CREATE TRIGGER log_edit_d AFTER DELETE ON edit BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'edit', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_edit_i AFTER INSERT ON edit BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'edit', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'delivery', NEW.delivery, 'part', NEW.part, 'content_json', NEW.content_json, 'actor_id', NEW.actor_id, 'at_ms', NEW.at_ms, 'outcome', NEW.outcome, 'network_code', NEW.network_code, 'detail', NEW.detail, 'outcome_at_ms', NEW.outcome_at_ms) FROM local_clock; END;

CREATE TRIGGER log_edit_u AFTER UPDATE ON edit BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'edit', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'delivery' k, NEW.delivery v WHERE NEW.delivery IS NOT OLD.delivery UNION ALL SELECT 'part' k, NEW.part v WHERE NEW.part IS NOT OLD.part UNION ALL SELECT 'content_json' k, NEW.content_json v WHERE NEW.content_json IS NOT OLD.content_json UNION ALL SELECT 'actor_id' k, NEW.actor_id v WHERE NEW.actor_id IS NOT OLD.actor_id UNION ALL SELECT 'at_ms' k, NEW.at_ms v WHERE NEW.at_ms IS NOT OLD.at_ms UNION ALL SELECT 'outcome' k, NEW.outcome v WHERE NEW.outcome IS NOT OLD.outcome UNION ALL SELECT 'network_code' k, NEW.network_code v WHERE NEW.network_code IS NOT OLD.network_code UNION ALL SELECT 'detail' k, NEW.detail v WHERE NEW.detail IS NOT OLD.detail UNION ALL SELECT 'outcome_at_ms' k, NEW.outcome_at_ms v WHERE NEW.outcome_at_ms IS NOT OLD.outcome_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_link_card_d AFTER DELETE ON link_card BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'link_card', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_link_card_i AFTER INSERT ON link_card BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'link_card', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'post', NEW.post, 'url', NEW.url, 'title', NEW.title, 'text', NEW.text, 'site', NEW.site, 'picture_sha256', NEW.picture_sha256, 'picture_type', NEW.picture_type, 'picture_bytes', NEW.picture_bytes, 'picture_width', NEW.picture_width, 'picture_height', NEW.picture_height, 'fetched_at_ms', NEW.fetched_at_ms) FROM local_clock; END;

CREATE TRIGGER log_link_card_u AFTER UPDATE ON link_card BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'link_card', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'post' k, NEW.post v WHERE NEW.post IS NOT OLD.post UNION ALL SELECT 'url' k, NEW.url v WHERE NEW.url IS NOT OLD.url UNION ALL SELECT 'title' k, NEW.title v WHERE NEW.title IS NOT OLD.title UNION ALL SELECT 'text' k, NEW.text v WHERE NEW.text IS NOT OLD.text UNION ALL SELECT 'site' k, NEW.site v WHERE NEW.site IS NOT OLD.site UNION ALL SELECT 'picture_sha256' k, NEW.picture_sha256 v WHERE NEW.picture_sha256 IS NOT OLD.picture_sha256 UNION ALL SELECT 'picture_type' k, NEW.picture_type v WHERE NEW.picture_type IS NOT OLD.picture_type UNION ALL SELECT 'picture_bytes' k, NEW.picture_bytes v WHERE NEW.picture_bytes IS NOT OLD.picture_bytes UNION ALL SELECT 'picture_width' k, NEW.picture_width v WHERE NEW.picture_width IS NOT OLD.picture_width UNION ALL SELECT 'picture_height' k, NEW.picture_height v WHERE NEW.picture_height IS NOT OLD.picture_height UNION ALL SELECT 'fetched_at_ms' k, NEW.fetched_at_ms v WHERE NEW.fetched_at_ms IS NOT OLD.fetched_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_named_look_d AFTER DELETE ON named_look BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'named_look', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_named_look_i AFTER INSERT ON named_look BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'named_look', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'workspace', NEW.workspace, 'name', NEW.name, 'adjust_json', NEW.adjust_json, 'created_at_ms', NEW.created_at_ms) FROM local_clock; END;

CREATE TRIGGER log_named_look_u AFTER UPDATE ON named_look BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'named_look', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'workspace' k, NEW.workspace v WHERE NEW.workspace IS NOT OLD.workspace UNION ALL SELECT 'name' k, NEW.name v WHERE NEW.name IS NOT OLD.name UNION ALL SELECT 'adjust_json' k, NEW.adjust_json v WHERE NEW.adjust_json IS NOT OLD.adjust_json UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_post_d AFTER DELETE ON post BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_post_i AFTER INSERT ON post BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'workspace', NEW.workspace, 'text', NEW.text, 'link', NEW.link, 'language', NEW.language, 'warning', NEW.warning, 'visibility', NEW.visibility, 'poll_json', NEW.poll_json, 'version', NEW.version, 'created_at_ms', NEW.created_at_ms, 'updated_at_ms', NEW.updated_at_ms, 'deleted_at_ms', NEW.deleted_at_ms) FROM local_clock; END;

CREATE TRIGGER log_post_media_d AFTER DELETE ON post_media BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post_media', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_post_media_i AFTER INSERT ON post_media BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post_media', NEW.row, 'i', json_object('row', NEW.row, 'post', NEW.post, 'variant', NEW.variant, 'idx', NEW.idx, 'asset', NEW.asset, 'alt', NEW.alt, 'focus_x', NEW.focus_x, 'focus_y', NEW.focus_y, 'part', NEW.part, 'decorative', NEW.decorative, 'preset', NEW.preset, 'crops_json', NEW.crops_json) FROM local_clock; END;

CREATE TRIGGER log_post_media_u AFTER UPDATE ON post_media BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post_media', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'post' k, NEW.post v WHERE NEW.post IS NOT OLD.post UNION ALL SELECT 'variant' k, NEW.variant v WHERE NEW.variant IS NOT OLD.variant UNION ALL SELECT 'idx' k, NEW.idx v WHERE NEW.idx IS NOT OLD.idx UNION ALL SELECT 'asset' k, NEW.asset v WHERE NEW.asset IS NOT OLD.asset UNION ALL SELECT 'alt' k, NEW.alt v WHERE NEW.alt IS NOT OLD.alt UNION ALL SELECT 'focus_x' k, NEW.focus_x v WHERE NEW.focus_x IS NOT OLD.focus_x UNION ALL SELECT 'focus_y' k, NEW.focus_y v WHERE NEW.focus_y IS NOT OLD.focus_y UNION ALL SELECT 'part' k, NEW.part v WHERE NEW.part IS NOT OLD.part UNION ALL SELECT 'decorative' k, NEW.decorative v WHERE NEW.decorative IS NOT OLD.decorative UNION ALL SELECT 'preset' k, NEW.preset v WHERE NEW.preset IS NOT OLD.preset UNION ALL SELECT 'crops_json' k, NEW.crops_json v WHERE NEW.crops_json IS NOT OLD.crops_json)) FROM local_clock; END;

CREATE TRIGGER log_post_part_d AFTER DELETE ON post_part BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post_part', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_post_part_i AFTER INSERT ON post_part BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post_part', NEW.row, 'i', json_object('row', NEW.row, 'post', NEW.post, 'variant', NEW.variant, 'idx', NEW.idx, 'text', NEW.text) FROM local_clock; END;

CREATE TRIGGER log_post_part_u AFTER UPDATE ON post_part BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post_part', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'post' k, NEW.post v WHERE NEW.post IS NOT OLD.post UNION ALL SELECT 'variant' k, NEW.variant v WHERE NEW.variant IS NOT OLD.variant UNION ALL SELECT 'idx' k, NEW.idx v WHERE NEW.idx IS NOT OLD.idx UNION ALL SELECT 'text' k, NEW.text v WHERE NEW.text IS NOT OLD.text)) FROM local_clock; END;

CREATE TRIGGER log_post_u AFTER UPDATE ON post BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'workspace' k, NEW.workspace v WHERE NEW.workspace IS NOT OLD.workspace UNION ALL SELECT 'text' k, NEW.text v WHERE NEW.text IS NOT OLD.text UNION ALL SELECT 'link' k, NEW.link v WHERE NEW.link IS NOT OLD.link UNION ALL SELECT 'language' k, NEW.language v WHERE NEW.language IS NOT OLD.language UNION ALL SELECT 'warning' k, NEW.warning v WHERE NEW.warning IS NOT OLD.warning UNION ALL SELECT 'visibility' k, NEW.visibility v WHERE NEW.visibility IS NOT OLD.visibility UNION ALL SELECT 'poll_json' k, NEW.poll_json v WHERE NEW.poll_json IS NOT OLD.poll_json UNION ALL SELECT 'version' k, NEW.version v WHERE NEW.version IS NOT OLD.version UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms UNION ALL SELECT 'updated_at_ms' k, NEW.updated_at_ms v WHERE NEW.updated_at_ms IS NOT OLD.updated_at_ms UNION ALL SELECT 'deleted_at_ms' k, NEW.deleted_at_ms v WHERE NEW.deleted_at_ms IS NOT OLD.deleted_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_post_version_d AFTER DELETE ON post_version BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post_version', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_post_version_i AFTER INSERT ON post_version BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post_version', NEW.row, 'i', json_object('row', NEW.row, 'post', NEW.post, 'number', NEW.number, 'saved_at_ms', NEW.saved_at_ms, 'body_json', NEW.body_json, 'name', NEW.name, 'reason', NEW.reason) FROM local_clock; END;

CREATE TRIGGER log_post_version_u AFTER UPDATE ON post_version BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'post_version', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'post' k, NEW.post v WHERE NEW.post IS NOT OLD.post UNION ALL SELECT 'number' k, NEW.number v WHERE NEW.number IS NOT OLD.number UNION ALL SELECT 'saved_at_ms' k, NEW.saved_at_ms v WHERE NEW.saved_at_ms IS NOT OLD.saved_at_ms UNION ALL SELECT 'body_json' k, NEW.body_json v WHERE NEW.body_json IS NOT OLD.body_json UNION ALL SELECT 'name' k, NEW.name v WHERE NEW.name IS NOT OLD.name UNION ALL SELECT 'reason' k, NEW.reason v WHERE NEW.reason IS NOT OLD.reason)) FROM local_clock; END;

CREATE TRIGGER log_preset_d AFTER DELETE ON preset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'preset', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_preset_i AFTER INSERT ON preset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'preset', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'body_json', NEW.body_json, 'created_at_ms', NEW.created_at_ms) FROM local_clock; END;

CREATE TRIGGER log_preset_picture_d AFTER DELETE ON preset_picture BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'preset_picture', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_preset_picture_i AFTER INSERT ON preset_picture BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'preset_picture', NEW.row, 'i', json_object('row', NEW.row, 'sha256', NEW.sha256, 'data', NEW.data, 'created_at_ms', NEW.created_at_ms) FROM local_clock; END;

CREATE TRIGGER log_preset_picture_u AFTER UPDATE ON preset_picture BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'preset_picture', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'sha256' k, NEW.sha256 v WHERE NEW.sha256 IS NOT OLD.sha256 UNION ALL SELECT 'data' k, NEW.data v WHERE NEW.data IS NOT OLD.data UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_preset_set_d AFTER DELETE ON preset_set BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'preset_set', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_preset_set_i AFTER INSERT ON preset_set BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'preset_set', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'workspace', NEW.workspace, 'name', NEW.name, 'presets_json', NEW.presets_json, 'current', NEW.current, 'created_at_ms', NEW.created_at_ms) FROM local_clock; END;

CREATE TRIGGER log_preset_set_u AFTER UPDATE ON preset_set BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'preset_set', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'workspace' k, NEW.workspace v WHERE NEW.workspace IS NOT OLD.workspace UNION ALL SELECT 'name' k, NEW.name v WHERE NEW.name IS NOT OLD.name UNION ALL SELECT 'presets_json' k, NEW.presets_json v WHERE NEW.presets_json IS NOT OLD.presets_json UNION ALL SELECT 'current' k, NEW.current v WHERE NEW.current IS NOT OLD.current UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_preset_u AFTER UPDATE ON preset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'preset', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'body_json' k, NEW.body_json v WHERE NEW.body_json IS NOT OLD.body_json UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_repeat_d AFTER DELETE ON repeat BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'repeat', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_repeat_i AFTER INSERT ON repeat BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'repeat', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'post', NEW.post, 'zone', NEW.zone, 'first_date', NEW.first_date, 'minute', NEW.minute, 'unit', NEW.unit, 'every', NEW.every, 'weekdays', NEW.weekdays, 'last_date', NEW.last_date, 'times', NEW.times, 'spread_ms', NEW.spread_ms, 'offsets_json', NEW.offsets_json, 'trouble', NEW.trouble, 'created_at_ms', NEW.created_at_ms, 'updated_at_ms', NEW.updated_at_ms) FROM local_clock; END;

CREATE TRIGGER log_repeat_u AFTER UPDATE ON repeat BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'repeat', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'post' k, NEW.post v WHERE NEW.post IS NOT OLD.post UNION ALL SELECT 'zone' k, NEW.zone v WHERE NEW.zone IS NOT OLD.zone UNION ALL SELECT 'first_date' k, NEW.first_date v WHERE NEW.first_date IS NOT OLD.first_date UNION ALL SELECT 'minute' k, NEW.minute v WHERE NEW.minute IS NOT OLD.minute UNION ALL SELECT 'unit' k, NEW.unit v WHERE NEW.unit IS NOT OLD.unit UNION ALL SELECT 'every' k, NEW.every v WHERE NEW.every IS NOT OLD.every UNION ALL SELECT 'weekdays' k, NEW.weekdays v WHERE NEW.weekdays IS NOT OLD.weekdays UNION ALL SELECT 'last_date' k, NEW.last_date v WHERE NEW.last_date IS NOT OLD.last_date UNION ALL SELECT 'times' k, NEW.times v WHERE NEW.times IS NOT OLD.times UNION ALL SELECT 'spread_ms' k, NEW.spread_ms v WHERE NEW.spread_ms IS NOT OLD.spread_ms UNION ALL SELECT 'offsets_json' k, NEW.offsets_json v WHERE NEW.offsets_json IS NOT OLD.offsets_json UNION ALL SELECT 'trouble' k, NEW.trouble v WHERE NEW.trouble IS NOT OLD.trouble UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms UNION ALL SELECT 'updated_at_ms' k, NEW.updated_at_ms v WHERE NEW.updated_at_ms IS NOT OLD.updated_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_resolution_d AFTER DELETE ON resolution BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'resolution', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_resolution_i AFTER INSERT ON resolution BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'resolution', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'delivery', NEW.delivery, 'generation', NEW.generation, 'segment_idx', NEW.segment_idx, 'call', NEW.call, 'verdict', NEW.verdict, 'source', NEW.source, 'actor_id', NEW.actor_id, 'evidence', NEW.evidence, 'remote_id', NEW.remote_id, 'remote_url', NEW.remote_url, 'at_ms', NEW.at_ms) FROM local_clock; END;

CREATE TRIGGER log_resolution_u AFTER UPDATE ON resolution BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'resolution', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'delivery' k, NEW.delivery v WHERE NEW.delivery IS NOT OLD.delivery UNION ALL SELECT 'generation' k, NEW.generation v WHERE NEW.generation IS NOT OLD.generation UNION ALL SELECT 'segment_idx' k, NEW.segment_idx v WHERE NEW.segment_idx IS NOT OLD.segment_idx UNION ALL SELECT 'call' k, NEW.call v WHERE NEW.call IS NOT OLD.call UNION ALL SELECT 'verdict' k, NEW.verdict v WHERE NEW.verdict IS NOT OLD.verdict UNION ALL SELECT 'source' k, NEW.source v WHERE NEW.source IS NOT OLD.source UNION ALL SELECT 'actor_id' k, NEW.actor_id v WHERE NEW.actor_id IS NOT OLD.actor_id UNION ALL SELECT 'evidence' k, NEW.evidence v WHERE NEW.evidence IS NOT OLD.evidence UNION ALL SELECT 'remote_id' k, NEW.remote_id v WHERE NEW.remote_id IS NOT OLD.remote_id UNION ALL SELECT 'remote_url' k, NEW.remote_url v WHERE NEW.remote_url IS NOT OLD.remote_url UNION ALL SELECT 'at_ms' k, NEW.at_ms v WHERE NEW.at_ms IS NOT OLD.at_ms)) FROM local_clock; END;

CREATE TRIGGER log_segment_d AFTER DELETE ON segment BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'segment', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_segment_i AFTER INSERT ON segment BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'segment', NEW.row, 'i', json_object('row', NEW.row, 'delivery', NEW.delivery, 'generation', NEW.generation, 'idx', NEW.idx, 'plan_hash', NEW.plan_hash, 'state', NEW.state, 'client_key', NEW.client_key, 'container_id', NEW.container_id, 'container_expires_ms', NEW.container_expires_ms, 'remote_id', NEW.remote_id, 'remote_url', NEW.remote_url, 'remote_ref', NEW.remote_ref, 'published_at_ms', NEW.published_at_ms) FROM local_clock; END;

CREATE TRIGGER log_segment_u AFTER UPDATE ON segment BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'segment', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'delivery' k, NEW.delivery v WHERE NEW.delivery IS NOT OLD.delivery UNION ALL SELECT 'generation' k, NEW.generation v WHERE NEW.generation IS NOT OLD.generation UNION ALL SELECT 'idx' k, NEW.idx v WHERE NEW.idx IS NOT OLD.idx UNION ALL SELECT 'plan_hash' k, NEW.plan_hash v WHERE NEW.plan_hash IS NOT OLD.plan_hash UNION ALL SELECT 'state' k, NEW.state v WHERE NEW.state IS NOT OLD.state UNION ALL SELECT 'client_key' k, NEW.client_key v WHERE NEW.client_key IS NOT OLD.client_key UNION ALL SELECT 'container_id' k, NEW.container_id v WHERE NEW.container_id IS NOT OLD.container_id UNION ALL SELECT 'container_expires_ms' k, NEW.container_expires_ms v WHERE NEW.container_expires_ms IS NOT OLD.container_expires_ms UNION ALL SELECT 'remote_id' k, NEW.remote_id v WHERE NEW.remote_id IS NOT OLD.remote_id UNION ALL SELECT 'remote_url' k, NEW.remote_url v WHERE NEW.remote_url IS NOT OLD.remote_url UNION ALL SELECT 'remote_ref' k, NEW.remote_ref v WHERE NEW.remote_ref IS NOT OLD.remote_ref UNION ALL SELECT 'published_at_ms' k, NEW.published_at_ms v WHERE NEW.published_at_ms IS NOT OLD.published_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_send_anyway_d AFTER DELETE ON send_anyway BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'send_anyway', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_send_anyway_i AFTER INSERT ON send_anyway BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'send_anyway', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'delivery', NEW.delivery, 'content_hash', NEW.content_hash, 'actor_id', NEW.actor_id, 'at_ms', NEW.at_ms) FROM local_clock; END;

CREATE TRIGGER log_send_anyway_u AFTER UPDATE ON send_anyway BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'send_anyway', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'delivery' k, NEW.delivery v WHERE NEW.delivery IS NOT OLD.delivery UNION ALL SELECT 'content_hash' k, NEW.content_hash v WHERE NEW.content_hash IS NOT OLD.content_hash UNION ALL SELECT 'actor_id' k, NEW.actor_id v WHERE NEW.actor_id IS NOT OLD.actor_id UNION ALL SELECT 'at_ms' k, NEW.at_ms v WHERE NEW.at_ms IS NOT OLD.at_ms)) FROM local_clock; END;

CREATE TRIGGER log_shelf_d AFTER DELETE ON shelf BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'shelf', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_shelf_i AFTER INSERT ON shelf BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'shelf', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'workspace', NEW.workspace, 'place_json', NEW.place_json, 'left_at_ms', NEW.left_at_ms, 'created_at_ms', NEW.created_at_ms, 'updated_at_ms', NEW.updated_at_ms) FROM local_clock; END;

CREATE TRIGGER log_shelf_u AFTER UPDATE ON shelf BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'shelf', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'workspace' k, NEW.workspace v WHERE NEW.workspace IS NOT OLD.workspace UNION ALL SELECT 'place_json' k, NEW.place_json v WHERE NEW.place_json IS NOT OLD.place_json UNION ALL SELECT 'left_at_ms' k, NEW.left_at_ms v WHERE NEW.left_at_ms IS NOT OLD.left_at_ms UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms UNION ALL SELECT 'updated_at_ms' k, NEW.updated_at_ms v WHERE NEW.updated_at_ms IS NOT OLD.updated_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_shown_preset_d AFTER DELETE ON shown_preset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'shown_preset', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_shown_preset_i AFTER INSERT ON shown_preset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'shown_preset', NEW.row, 'i', json_object('row', NEW.row, 'workspace', NEW.workspace, 'idx', NEW.idx, 'preset', NEW.preset) FROM local_clock; END;

CREATE TRIGGER log_shown_preset_u AFTER UPDATE ON shown_preset BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'shown_preset', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'workspace' k, NEW.workspace v WHERE NEW.workspace IS NOT OLD.workspace UNION ALL SELECT 'idx' k, NEW.idx v WHERE NEW.idx IS NOT OLD.idx UNION ALL SELECT 'preset' k, NEW.preset v WHERE NEW.preset IS NOT OLD.preset)) FROM local_clock; END;

CREATE TRIGGER log_slot_d AFTER DELETE ON slot BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'slot', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_slot_i AFTER INSERT ON slot BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'slot', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'slot_set', NEW.slot_set, 'weekday', NEW.weekday, 'minute', NEW.minute) FROM local_clock; END;

CREATE TRIGGER log_slot_set_d AFTER DELETE ON slot_set BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'slot_set', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_slot_set_i AFTER INSERT ON slot_set BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'slot_set', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'channel', NEW.channel, 'name', NEW.name, 'zone', NEW.zone, 'spread_ms', NEW.spread_ms, 'paused', NEW.paused, 'created_at_ms', NEW.created_at_ms, 'updated_at_ms', NEW.updated_at_ms) FROM local_clock; END;

CREATE TRIGGER log_slot_set_u AFTER UPDATE ON slot_set BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'slot_set', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'channel' k, NEW.channel v WHERE NEW.channel IS NOT OLD.channel UNION ALL SELECT 'name' k, NEW.name v WHERE NEW.name IS NOT OLD.name UNION ALL SELECT 'zone' k, NEW.zone v WHERE NEW.zone IS NOT OLD.zone UNION ALL SELECT 'spread_ms' k, NEW.spread_ms v WHERE NEW.spread_ms IS NOT OLD.spread_ms UNION ALL SELECT 'paused' k, NEW.paused v WHERE NEW.paused IS NOT OLD.paused UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms UNION ALL SELECT 'updated_at_ms' k, NEW.updated_at_ms v WHERE NEW.updated_at_ms IS NOT OLD.updated_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_slot_u AFTER UPDATE ON slot BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'slot', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'slot_set' k, NEW.slot_set v WHERE NEW.slot_set IS NOT OLD.slot_set UNION ALL SELECT 'weekday' k, NEW.weekday v WHERE NEW.weekday IS NOT OLD.weekday UNION ALL SELECT 'minute' k, NEW.minute v WHERE NEW.minute IS NOT OLD.minute)) FROM local_clock; END;

CREATE TRIGGER log_time_rule_d AFTER DELETE ON time_rule BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'time_rule', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_time_rule_i AFTER INSERT ON time_rule BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'time_rule', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'workspace', NEW.workspace, 'channel', NEW.channel, 'post', NEW.post, 'zone', NEW.zone, 'late_policy', NEW.late_policy, 'late_after_ms', NEW.late_after_ms, 'give_up_ms', NEW.give_up_ms, 'not_after_ms', NEW.not_after_ms, 'updated_at_ms', NEW.updated_at_ms) FROM local_clock; END;

CREATE TRIGGER log_time_rule_u AFTER UPDATE ON time_rule BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'time_rule', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'workspace' k, NEW.workspace v WHERE NEW.workspace IS NOT OLD.workspace UNION ALL SELECT 'channel' k, NEW.channel v WHERE NEW.channel IS NOT OLD.channel UNION ALL SELECT 'post' k, NEW.post v WHERE NEW.post IS NOT OLD.post UNION ALL SELECT 'zone' k, NEW.zone v WHERE NEW.zone IS NOT OLD.zone UNION ALL SELECT 'late_policy' k, NEW.late_policy v WHERE NEW.late_policy IS NOT OLD.late_policy UNION ALL SELECT 'late_after_ms' k, NEW.late_after_ms v WHERE NEW.late_after_ms IS NOT OLD.late_after_ms UNION ALL SELECT 'give_up_ms' k, NEW.give_up_ms v WHERE NEW.give_up_ms IS NOT OLD.give_up_ms UNION ALL SELECT 'not_after_ms' k, NEW.not_after_ms v WHERE NEW.not_after_ms IS NOT OLD.not_after_ms UNION ALL SELECT 'updated_at_ms' k, NEW.updated_at_ms v WHERE NEW.updated_at_ms IS NOT OLD.updated_at_ms)) FROM local_clock; END;

CREATE TRIGGER log_variant_d AFTER DELETE ON variant BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'variant', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_variant_i AFTER INSERT ON variant BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'variant', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'post', NEW.post, 'channel', NEW.channel, 'own_text', NEW.own_text, 'own_link', NEW.own_link, 'own_language', NEW.own_language, 'own_warning', NEW.own_warning, 'own_visibility', NEW.own_visibility, 'own_parts', NEW.own_parts, 'own_media', NEW.own_media, 'own_poll_json', NEW.own_poll_json, 'own_only', NEW.own_only, 'options_json', NEW.options_json, 'removed', NEW.removed) FROM local_clock; END;

CREATE TRIGGER log_variant_u AFTER UPDATE ON variant BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'variant', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'post' k, NEW.post v WHERE NEW.post IS NOT OLD.post UNION ALL SELECT 'channel' k, NEW.channel v WHERE NEW.channel IS NOT OLD.channel UNION ALL SELECT 'own_text' k, NEW.own_text v WHERE NEW.own_text IS NOT OLD.own_text UNION ALL SELECT 'own_link' k, NEW.own_link v WHERE NEW.own_link IS NOT OLD.own_link UNION ALL SELECT 'own_language' k, NEW.own_language v WHERE NEW.own_language IS NOT OLD.own_language UNION ALL SELECT 'own_warning' k, NEW.own_warning v WHERE NEW.own_warning IS NOT OLD.own_warning UNION ALL SELECT 'own_visibility' k, NEW.own_visibility v WHERE NEW.own_visibility IS NOT OLD.own_visibility UNION ALL SELECT 'own_parts' k, NEW.own_parts v WHERE NEW.own_parts IS NOT OLD.own_parts UNION ALL SELECT 'own_media' k, NEW.own_media v WHERE NEW.own_media IS NOT OLD.own_media UNION ALL SELECT 'own_poll_json' k, NEW.own_poll_json v WHERE NEW.own_poll_json IS NOT OLD.own_poll_json UNION ALL SELECT 'own_only' k, NEW.own_only v WHERE NEW.own_only IS NOT OLD.own_only UNION ALL SELECT 'options_json' k, NEW.options_json v WHERE NEW.options_json IS NOT OLD.options_json UNION ALL SELECT 'removed' k, NEW.removed v WHERE NEW.removed IS NOT OLD.removed)) FROM local_clock; END;

CREATE TRIGGER log_workspace_d AFTER DELETE ON workspace BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'workspace', OLD.row, 'd', '{}' FROM local_clock; END;

CREATE TRIGGER log_workspace_i AFTER INSERT ON workspace BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'workspace', NEW.row, 'i', json_object('row', NEW.row, 'id', NEW.id, 'name', NEW.name, 'created_at_ms', NEW.created_at_ms, 'demo', NEW.demo, 'settings_json', NEW.settings_json, 'removed_at_ms', NEW.removed_at_ms) FROM local_clock; END;

CREATE TRIGGER log_workspace_u AFTER UPDATE ON workspace BEGIN INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, 'workspace', NEW.row, 'u', (SELECT json_group_object(k, v) FROM (SELECT 'id' k, NEW.id v WHERE NEW.id IS NOT OLD.id UNION ALL SELECT 'name' k, NEW.name v WHERE NEW.name IS NOT OLD.name UNION ALL SELECT 'created_at_ms' k, NEW.created_at_ms v WHERE NEW.created_at_ms IS NOT OLD.created_at_ms UNION ALL SELECT 'demo' k, NEW.demo v WHERE NEW.demo IS NOT OLD.demo UNION ALL SELECT 'settings_json' k, NEW.settings_json v WHERE NEW.settings_json IS NOT OLD.settings_json UNION ALL SELECT 'removed_at_ms' k, NEW.removed_at_ms v WHERE NEW.removed_at_ms IS NOT OLD.removed_at_ms)) FROM local_clock; END;

CREATE TRIGGER resolution_fixed BEFORE UPDATE ON resolution BEGIN SELECT RAISE (ABORT, 'queue: a resolution does not change'); END;

CREATE TRIGGER resolution_kept BEFORE DELETE ON resolution BEGIN SELECT RAISE (ABORT, 'queue: resolutions are kept'); END;

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

CREATE TRIGGER segment_container_stays BEFORE UPDATE OF container_id, container_expires_ms ON segment
WHEN (NEW.container_id IS NOT OLD.container_id OR NEW.container_expires_ms IS NOT OLD.container_expires_ms) AND EXISTS (
    SELECT 1 FROM call c WHERE c.delivery = OLD.delivery AND c.generation = OLD.generation AND c.segment_idx = OLD.idx
        AND c.effect = 'public' AND (c.outcome IS NULL OR c.outcome = 'accepted')
    UNION ALL
    SELECT 1 FROM doubt d WHERE d.delivery = OLD.delivery AND d.generation = OLD.generation AND d.segment_idx = OLD.idx
        AND (d.verdict IS NULL OR d.verdict <> 'absent'))
BEGIN SELECT RAISE (ABORT, 'queue: a container that may be visible is kept'); END;

CREATE TRIGGER segment_fixed BEFORE UPDATE ON segment
WHEN NEW.row <> OLD.row OR NEW.delivery <> OLD.delivery OR NEW.generation <> OLD.generation OR NEW.idx <> OLD.idx
    OR NEW.client_key <> OLD.client_key AND (NEW.client_key <> ''
        OR NOT EXISTS (SELECT 1 FROM delivery d WHERE d.row = OLD.delivery AND d.journal_last IS NOT NULL))
BEGIN SELECT RAISE (ABORT, 'queue: a segment keeps its place and its key'); END;

CREATE TRIGGER segment_kept BEFORE DELETE ON segment BEGIN SELECT RAISE (ABORT, 'queue: segments are kept'); END;

CREATE TRIGGER segment_not_replaced BEFORE INSERT ON segment
WHEN EXISTS (SELECT 1 FROM segment s WHERE s.row = NEW.row
    OR s.delivery = NEW.delivery AND s.generation = NEW.generation AND s.idx = NEW.idx)
BEGIN SELECT RAISE (ABORT, 'queue: segments are kept'); END;

CREATE TRIGGER segment_published_has_proof BEFORE UPDATE OF state ON segment
WHEN NEW.state = 'published' AND OLD.state <> 'published' AND NOT EXISTS (
    SELECT 1 FROM call c WHERE c.delivery = NEW.delivery AND c.generation = NEW.generation AND c.segment_idx = NEW.idx
        AND c.effect = 'public' AND c.outcome = 'accepted'
    UNION ALL
    SELECT 1 FROM resolution r WHERE r.delivery = NEW.delivery AND r.generation = NEW.generation
        AND r.segment_idx = NEW.idx AND r.verdict = 'live')
BEGIN SELECT RAISE (ABORT, 'queue: a segment is published by an accepted call or a proof'); END;

CREATE TRIGGER segment_starts_pending BEFORE INSERT ON segment
WHEN NEW.state <> 'pending' AND NOT (NEW.state = 'published' AND EXISTS (
    SELECT 1 FROM segment s WHERE s.delivery = NEW.delivery AND s.generation = NEW.generation - 1 AND s.idx = NEW.idx
        AND s.state = 'published' AND s.remote_id IS NEW.remote_id AND s.remote_url IS NEW.remote_url))
BEGIN SELECT RAISE (ABORT, 'queue: a segment starts pending, or live from the generation before'); END;

CREATE TRIGGER segment_stays_published BEFORE UPDATE OF state ON segment
WHEN OLD.state = 'published' AND NEW.state <> 'published'
BEGIN SELECT RAISE (ABORT, 'queue: a published segment stays published'); END;

CREATE TRIGGER send_anyway_fixed BEFORE UPDATE ON send_anyway BEGIN SELECT RAISE (ABORT, 'queue: a person''s word does not change'); END;

CREATE TRIGGER send_anyway_kept BEFORE DELETE ON send_anyway BEGIN SELECT RAISE (ABORT, 'queue: a person''s word is kept'); END;

CREATE TRIGGER touched_asset_d AFTER DELETE ON asset
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.row); END;

CREATE TRIGGER touched_asset_i AFTER INSERT ON asset
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.row); END;

CREATE TRIGGER touched_asset_tag_d AFTER DELETE ON asset_tag
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset); END;

CREATE TRIGGER touched_asset_tag_i AFTER INSERT ON asset_tag
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.asset); END;

CREATE TRIGGER touched_asset_tag_u AFTER UPDATE ON asset_tag
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset), (NEW.asset); END;

CREATE TRIGGER touched_asset_u AFTER UPDATE ON asset
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.row); END;

CREATE TRIGGER touched_collection_asset_d AFTER DELETE ON collection_asset
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset); END;

CREATE TRIGGER touched_collection_asset_i AFTER INSERT ON collection_asset
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.asset); END;

CREATE TRIGGER touched_collection_asset_u AFTER UPDATE ON collection_asset
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset), (NEW.asset); END;

CREATE TRIGGER touched_collection_d AFTER DELETE ON collection
BEGIN INSERT INTO local_touched (asset) VALUES (0); END;

CREATE TRIGGER touched_collection_i AFTER INSERT ON collection
BEGIN INSERT INTO local_touched (asset) VALUES (0); END;

CREATE TRIGGER touched_collection_u AFTER UPDATE ON collection
BEGIN INSERT INTO local_touched (asset) VALUES (0); END;

CREATE TRIGGER touched_few AFTER INSERT ON local_touched WHEN NEW.row % 1000 = 0
BEGIN DELETE FROM local_touched WHERE row <= NEW.row - 20000; END;

CREATE TRIGGER touched_local_look_d AFTER DELETE ON local_look
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset); END;

CREATE TRIGGER touched_local_look_i AFTER INSERT ON local_look
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.asset); END;

CREATE TRIGGER touched_local_look_u AFTER UPDATE ON local_look
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.asset); END;

CREATE TRIGGER touched_post_media_d AFTER DELETE ON post_media
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset); END;

CREATE TRIGGER touched_post_media_i AFTER INSERT ON post_media
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.asset); END;

CREATE TRIGGER touched_post_media_u AFTER UPDATE ON post_media
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset), (NEW.asset); END;

CREATE TRIGGER touched_post_u AFTER UPDATE OF text, deleted_at_ms ON post
BEGIN INSERT INTO local_touched (asset) SELECT DISTINCT asset FROM post_media WHERE post = NEW.row; END;

CREATE TRIGGER workspace_demo_fixed BEFORE UPDATE OF demo ON workspace
WHEN NEW.demo <> OLD.demo
BEGIN SELECT RAISE (ABORT, 'workspace: a demo stays a demo'); END;

-- Work on videos, by this machine: one at a time, and begun anew if the process that did it is gone.
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
CREATE INDEX local_video_task_workspace ON local_video_task (workspace);
CREATE INDEX local_video_task_key ON local_video_task (key) WHERE state = 'done';
CREATE UNIQUE INDEX local_video_task_one ON local_video_task (state) WHERE state = 'running';
CREATE INDEX local_video_task_result ON local_video_task (result);

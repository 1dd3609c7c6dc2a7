-- Settings of a workspace and of a channel. What belongs to this machine alone (the look, the
-- window, the keys) is in local_setting.

ALTER TABLE workspace ADD COLUMN demo INTEGER NOT NULL DEFAULT 0 CHECK (demo IN (0, 1)); -- filled by Postbag; takes no real channel
ALTER TABLE workspace ADD COLUMN settings_json TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings_json));
ALTER TABLE workspace ADD COLUMN removed_at_ms INTEGER; -- hidden, and nothing of it goes out

ALTER TABLE channel ADD COLUMN title TEXT NOT NULL DEFAULT ''; -- a person's own name for it, '' follows the network's
ALTER TABLE channel ADD COLUMN paused_at_ms INTEGER;           -- its deliveries wait
ALTER TABLE channel ADD COLUMN defaults_json TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(defaults_json));

-- A demo workspace stays one: its posts must never reach an account of a person.
CREATE TRIGGER workspace_demo_fixed BEFORE UPDATE OF demo ON workspace
WHEN NEW.demo <> OLD.demo
BEGIN SELECT RAISE (ABORT, 'workspace: a demo stays a demo'); END;
CREATE TRIGGER channel_workspace_fixed BEFORE UPDATE OF workspace ON channel
WHEN NEW.workspace <> OLD.workspace
BEGIN SELECT RAISE (ABORT, 'channel: a channel stays in its workspace'); END;

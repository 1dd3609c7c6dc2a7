-- Which assets a list of them shows otherwise than before, so that a hundred thousand need not be read again for one.

-- The last of many: what is older was cut off. Asset 0 stands for the collections.
CREATE TABLE local_touched (
    row   INTEGER PRIMARY KEY,
    asset INTEGER NOT NULL
) STRICT;

CREATE TRIGGER touched_few AFTER INSERT ON local_touched WHEN NEW.row % 1000 = 0
BEGIN DELETE FROM local_touched WHERE row <= NEW.row - 20000; END;

CREATE TRIGGER touched_asset_i AFTER INSERT ON asset
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.row); END;
CREATE TRIGGER touched_asset_u AFTER UPDATE ON asset
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.row); END;
CREATE TRIGGER touched_asset_d AFTER DELETE ON asset
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.row); END;

CREATE TRIGGER touched_asset_tag_i AFTER INSERT ON asset_tag
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.asset); END;
CREATE TRIGGER touched_asset_tag_u AFTER UPDATE ON asset_tag
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset), (NEW.asset); END;
CREATE TRIGGER touched_asset_tag_d AFTER DELETE ON asset_tag
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset); END;

CREATE TRIGGER touched_local_look_i AFTER INSERT ON local_look
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.asset); END;
CREATE TRIGGER touched_local_look_u AFTER UPDATE ON local_look
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.asset); END;
CREATE TRIGGER touched_local_look_d AFTER DELETE ON local_look
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset); END;

CREATE TRIGGER touched_collection_asset_i AFTER INSERT ON collection_asset
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.asset); END;
CREATE TRIGGER touched_collection_asset_u AFTER UPDATE ON collection_asset
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset), (NEW.asset); END;
CREATE TRIGGER touched_collection_asset_d AFTER DELETE ON collection_asset
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset); END;

CREATE TRIGGER touched_post_media_i AFTER INSERT ON post_media
BEGIN INSERT INTO local_touched (asset) VALUES (NEW.asset); END;
CREATE TRIGGER touched_post_media_u AFTER UPDATE ON post_media
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset), (NEW.asset); END;
CREATE TRIGGER touched_post_media_d AFTER DELETE ON post_media
BEGIN INSERT INTO local_touched (asset) VALUES (OLD.asset); END;
CREATE TRIGGER touched_post_u AFTER UPDATE OF text, deleted_at_ms ON post
BEGIN INSERT INTO local_touched (asset) SELECT DISTINCT asset FROM post_media WHERE post = NEW.row; END;

CREATE TRIGGER touched_collection_i AFTER INSERT ON collection
BEGIN INSERT INTO local_touched (asset) VALUES (0); END;
CREATE TRIGGER touched_collection_u AFTER UPDATE ON collection
BEGIN INSERT INTO local_touched (asset) VALUES (0); END;
CREATE TRIGGER touched_collection_d AFTER DELETE ON collection
BEGIN INSERT INTO local_touched (asset) VALUES (0); END;

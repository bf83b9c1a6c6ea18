-- name: end_nodes
-- Whoever has the file is alone: those before it have ended.
UPDATE node SET stopped_at = heartbeat_at WHERE stopped_at IS NULL;

-- name: start_node
INSERT INTO node (name, started_at, heartbeat_at) VALUES (@name, @now, @now) RETURNING epoch;

-- name: heartbeat
UPDATE node SET heartbeat_at = @now WHERE epoch = @epoch;

-- name: stop_node
UPDATE node SET stopped_at = coalesce(stopped_at, heartbeat_at) WHERE epoch = @epoch;

-- name: end_node
UPDATE node SET stopped_at = heartbeat_at WHERE epoch = @epoch AND heartbeat_at = @heard AND stopped_at IS NULL;

-- name: list_nodes
SELECT n.epoch AS Epoch, n.name AS Name, n.started_at AS StartedAt, n.heartbeat_at AS HeartbeatAt, n.stopped_at AS StoppedAt,
  (SELECT count(*) FROM owned_work o WHERE o.epoch = n.epoch) AS Owned
FROM node n ORDER BY n.epoch DESC LIMIT 20;

-- name: get_setting
SELECT value FROM setting WHERE name = @name;

-- name: list_settings
SELECT name AS Key, value AS Value FROM setting WHERE substr(name, 1, @length) = @prefix ORDER BY name;

-- name: add_setting
INSERT INTO setting (name, value) VALUES (@name, @value) ON CONFLICT DO NOTHING;

-- name: put_setting
INSERT INTO setting (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

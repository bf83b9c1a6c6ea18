-- name: start_node
INSERT INTO node (name, started_at, heartbeat_at) VALUES (@name, @now, @now) RETURNING epoch;

-- name: heartbeat
UPDATE node SET heartbeat_at = @now WHERE epoch = @epoch;

-- name: stop_node
UPDATE node SET stopped_at = coalesce(stopped_at, heartbeat_at) WHERE epoch = @epoch;

-- name: get_setting
SELECT value FROM setting WHERE name = @name;

-- name: add_setting
INSERT INTO setting (name, value) VALUES (@name, @value) ON CONFLICT DO NOTHING;

-- name: put_setting
INSERT INTO setting (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- Times of nodes are the server's: clocks of nodes may differ, and leases must not.

-- name: start_node
INSERT INTO node (name, started_at, heartbeat_at)
VALUES (@name, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) RETURNING epoch;

-- name: heartbeat
-- No row when others have ended this incarnation.
UPDATE node SET heartbeat_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint
WHERE epoch = @epoch AND stopped_at IS NULL RETURNING heartbeat_at;

-- name: live_nodes
SELECT epoch, heartbeat_at FROM node WHERE stopped_at IS NULL ORDER BY epoch;

-- name: changes
SELECT topic, version FROM change;

-- name: stop_node
UPDATE node SET stopped_at = coalesce(stopped_at, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) WHERE epoch = @epoch;

-- name: end_node
-- Only one that has not been heard of since: its own next heartbeat then finds that it has ended.
UPDATE node SET stopped_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint
WHERE epoch = @epoch AND heartbeat_at = @heard AND stopped_at IS NULL;

-- name: list_nodes
SELECT n.epoch AS Epoch, n.name AS Name, n.started_at AS StartedAt, n.heartbeat_at AS HeartbeatAt, n.stopped_at AS StoppedAt,
  (SELECT count(*) FROM owned_work o WHERE o.epoch = n.epoch) AS Owned
FROM node n WHERE n.stopped_at IS NULL OR n.stopped_at > (extract(epoch FROM clock_timestamp()) * 1000)::bigint - 86400000
ORDER BY n.epoch DESC LIMIT 200;

-- name: take_lease
INSERT INTO lease (name, holder, token, until)
VALUES (@name, @epoch, 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint + @duration)
ON CONFLICT (name) DO UPDATE SET
  holder = excluded.holder,
  token = lease.token + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END,
  until = excluded.until
WHERE lease.holder = excluded.holder OR lease.until < (extract(epoch FROM clock_timestamp()) * 1000)::bigint
RETURNING token;

-- name: notify
SELECT pg_notify('carillon', @topic);

-- name: get_setting
SELECT value FROM setting WHERE name = @name;

-- name: list_settings
SELECT name AS Key, value AS Value FROM setting WHERE substr(name, 1, @length) = @prefix ORDER BY name;

-- name: add_setting
INSERT INTO setting (name, value) VALUES (@name, @value) ON CONFLICT DO NOTHING;

-- name: put_setting
INSERT INTO setting (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

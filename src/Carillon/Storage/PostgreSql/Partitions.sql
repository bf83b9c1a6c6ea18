-- The months of the log. Placeholders in braces are names and bounds that the program makes itself: identifiers cannot be parameters.

-- name: lock
-- One node at a time; goes with the transaction, so that it also works behind a pooler.
SELECT pg_advisory_xact_lock(@key);

-- name: known
SELECT c.relname FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = to_regclass(@parent)
ORDER BY c.relname;

-- name: create
-- Made apart and attached then: that locks the log for reading only, and for a moment.
CREATE TABLE {partition} (LIKE {parent} INCLUDING ALL) WITH ({storage});

-- name: move_in
WITH moved AS (DELETE FROM {parent}_rest WHERE {key} >= '{from}' AND {key} < '{to}' RETURNING *)
INSERT INTO {partition} SELECT * FROM moved;

-- name: attach
ALTER TABLE {parent} ATTACH PARTITION {partition} FOR VALUES FROM ('{from}') TO ('{to}');

-- name: detach
ALTER TABLE {parent} DETACH PARTITION {partition};

-- name: keep_live_messages
INSERT INTO message SELECT p.* FROM {partition} p
WHERE EXISTS (SELECT 1 FROM due_work d WHERE d.tenant_id = p.tenant_id AND d.subject = p.id)
  OR EXISTS (SELECT 1 FROM owned_work o WHERE o.tenant_id = p.tenant_id AND o.subject = p.id);

-- name: keep_live_notifications
-- Those that a message still names, wherever that stands now, or a step of whose plan is yet to come.
INSERT INTO notification SELECT p.* FROM {partition} p
WHERE EXISTS (SELECT 1 FROM message m WHERE m.tenant_id = p.tenant_id AND m.notification_id = p.id)
  OR EXISTS (SELECT 1 FROM due_work d WHERE d.lane < 0 AND d.tenant_id = p.tenant_id AND d.subject = p.id);

-- name: keep_live_parts
INSERT INTO {parent} SELECT p.* FROM {partition} p
WHERE EXISTS (SELECT 1 FROM message m WHERE m.tenant_id = p.tenant_id AND m.id = p.message_id);

-- name: raise_floor
-- What was counted of messages that go cannot be made anew from the log.
INSERT INTO counter_floor SELECT (max(p.updated_at) / 900000 + 1) * 900000 FROM {partition} p HAVING count(*) > 0;

-- name: drop
DROP TABLE {partition};

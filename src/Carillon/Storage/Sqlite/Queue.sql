-- Parameters are bound in the order in which they first appear. Numbers of statuses carry their names, which a test compares.

-- name: insert_idempotency
INSERT INTO idempotency (tenant_id, key, request_hash, answer, created_at)
VALUES (@tenant, @key, @hash, @answer, @at)
ON CONFLICT DO NOTHING;

-- name: select_idempotency
SELECT request_hash, answer FROM idempotency WHERE tenant_id = @tenant AND key = @key;

-- name: find_idempotency
SELECT request_hash AS RequestHash, answer AS Answer FROM idempotency WHERE tenant_id = @tenant AND key = @key;

-- name: insert_batch
INSERT INTO batch (tenant_id, id, created_at) VALUES (@tenant, @id, @at) ON CONFLICT DO NOTHING;

-- name: insert_blob
INSERT INTO blob (tenant_id, hash, bytes) VALUES (@tenant, @hash, @bytes) ON CONFLICT DO NOTHING;

-- name: upsert_contact
INSERT INTO contact (tenant_id, id, name, locale, time_zone, attributes, updated_at)
VALUES (@tenant, @id, @name, @locale, @time_zone, @attributes, @at)
ON CONFLICT (tenant_id, id) DO UPDATE SET
  name = excluded.name, locale = excluded.locale, time_zone = excluded.time_zone,
  attributes = excluded.attributes, updated_at = excluded.updated_at;

-- name: delete_contact_addresses
DELETE FROM contact_address WHERE tenant_id = @tenant AND contact_id = @contact;

-- name: insert_contact_address
INSERT INTO contact_address (tenant_id, contact_id, position, channel, identifier, is_primary, is_verified)
VALUES (@tenant, @contact, @position, @channel, @identifier, @primary, @verified);

-- name: insert_notification
INSERT INTO notification (id, tenant_id, contact_id, template_version_id, variables, secrets, details, category, priority,
  on_unknown, created_at, scheduled_at, expires_at, plan, locale, related_type, related_id, batch_id)
VALUES (@id, @tenant, @contact, @version, @variables, @secrets, @details, @category, @priority,
  @on_unknown, @created, @scheduled, @expires, @plan, @locale, @related_type, @related_id, @batch);

-- name: insert_message
INSERT INTO message (id, tenant_id, notification_id, lane, channel, address, contact_id, status, step, attempts, created_at, due_at, updated_at)
VALUES (@id, @tenant, @notification, @lane, @channel, @address, @contact, @status, @step, @attempts, @created, @due, @at);

-- name: insert_message_key
INSERT INTO message_key (bucket, hash, seq) VALUES (@bucket, @hash, @seq) ON CONFLICT DO NOTHING;

-- name: last_bucket
SELECT max(bucket) FROM message_key;

-- name: insert_due
INSERT INTO due_work (lane, due, subject, kind, seq, status) VALUES (@lane, @due, @subject, 1, @seq, @status);

-- name: insert_owned
INSERT INTO owned_work (subject, kind, seq, lane, due, epoch) VALUES (@subject, 1, @seq, @lane, @due, @epoch);

-- name: mark_owned
UPDATE owned_work SET mark_attempt = coalesce(mark_attempt, @attempts) + 1, mark_provider = @provider WHERE subject = @subject AND kind = 1 AND epoch = @epoch;

-- name: delete_owned
DELETE FROM owned_work WHERE subject = @subject AND kind = 1 AND epoch = @epoch RETURNING seq, lane, due;

-- name: update_message
UPDATE message SET
  status = @status,
  reason = @reason,
  due_at = @due,
  attempts = @attempts,
  updated_at = @at,
  sent_at = coalesce(@sent, sent_at),
  provider_id = coalesce(@provider, provider_id),
  unattributed = CASE WHEN @provider IS NULL THEN 1 END,
  external_id = coalesce(@external, external_id),
  cost = coalesce(@cost, cost),
  currency = coalesce(@currency, currency),
  content_hash = coalesce(@content, content_hash),
  trace = coalesce(trace || @trace, trace, @trace)
WHERE seq = @seq;

-- name: erase_secrets
UPDATE notification SET secrets = NULL, secrets_erase_at = NULL
WHERE id = @id AND NOT EXISTS (SELECT 1 FROM message m WHERE m.notification_id = @id AND m.status IN (1 /* scheduled */, 2 /* held */, 3 /* queued */));

-- name: schedule_secrets_erasure
UPDATE notification SET secrets_erase_at = max(coalesce(secrets_erase_at, 0), @at) WHERE id = @id AND secrets IS NOT NULL;

-- name: add_counter
INSERT INTO counter (tenant_id, quarter, node_epoch, channel, provider_id, status, count)
VALUES (@tenant, @quarter, @epoch, @channel, @provider, @status, @count)
ON CONFLICT (tenant_id, quarter, node_epoch, channel, provider_id, status) DO UPDATE SET count = count + excluded.count;

-- name: select_claim
SELECT d.due, d.subject, d.seq, m.channel, m.address, m.step, m.attempts, m.created_at, m.notification_id,
  m.retried_at, m.retried_attempts
FROM due_work d
LEFT JOIN message m ON m.seq = d.seq
WHERE d.lane = @lane AND d.due <= @now AND d.kind = 1
ORDER BY d.due, d.subject
LIMIT @limit;

-- name: select_notification
SELECT tenant_id, contact_id, template_version_id, variables, secrets, details, category, priority, on_unknown,
  created_at, scheduled_at, expires_at, plan, locale, related_type, related_id, batch_id
FROM notification WHERE id = @id;

-- name: delete_due
DELETE FROM due_work WHERE lane = @lane AND due = @due AND subject = @subject AND kind = 1;

-- name: next_due
SELECT due FROM due_work WHERE lane = @lane ORDER BY due LIMIT 1;

-- name: lanes
-- Lanes below 0 hold steps of plans, not messages.
WITH RECURSIVE lanes (lane) AS (
  SELECT min(lane) FROM due_work WHERE lane >= 0
  UNION ALL
  SELECT (SELECT min(d.lane) FROM due_work d WHERE d.lane > lanes.lane) FROM lanes WHERE lanes.lane IS NOT NULL
)
SELECT lane AS Lane, (SELECT d.due FROM due_work d WHERE d.lane = lanes.lane ORDER BY d.due LIMIT 1) AS Due
FROM lanes WHERE lane IS NOT NULL;

-- name: select_lost
SELECT subject, seq, lane, due, mark_attempt, mark_provider FROM owned_work
WHERE kind = 1 AND epoch NOT IN (SELECT value FROM json_each(@epochs));

-- name: delete_lost
DELETE FROM owned_work WHERE kind = 1 AND epoch NOT IN (SELECT value FROM json_each(@epochs));

-- name: set_due
UPDATE message SET due_at = @due WHERE seq = @seq;

-- name: message_notification
SELECT notification_id, step FROM message WHERE seq = @seq;

-- name: select_cancel
SELECT m.id, m.seq, m.channel, m.status, m.lane, m.due_at, o.subject IS NOT NULL
FROM message m LEFT JOIN owned_work o ON o.subject = m.id AND o.kind = 1
WHERE m.notification_id = @notification AND m.tenant_id = @tenant
ORDER BY m.id;

-- name: cancel_message
UPDATE message SET status = 11 /* cancelled */, reason = @reason, due_at = NULL, updated_at = @at WHERE seq = @seq;

-- name: cancel_notification
UPDATE notification SET cancelled_at = coalesce(cancelled_at, @at) WHERE id = @id AND tenant_id = @tenant;

-- name: end_of_waiting
-- Why a message of this step waits no longer; no row when it may. A message that was retried by hand came after the steps that followed.
SELECT CASE WHEN cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'superseded' END FROM notification
WHERE id = @id AND (cancelled_at IS NOT NULL OR (step > @step AND NOT EXISTS (
  SELECT 1 FROM message m WHERE m.notification_id = @id AND m.step = @step AND m.retried_at IS NOT NULL)));

-- name: select_retry
SELECT m.seq, m.lane, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END, m.step, m.notification_id, n.cancelled_at IS NOT NULL,
  m.provider_id, m.unattributed, m.sent_at, m.retried_at, m.updated_at, m.outcome_status, m.outcome_at, m.past
FROM message m
JOIN notification n ON n.id = m.notification_id
LEFT JOIN owned_work o ON o.subject = m.id AND o.kind = 1
WHERE m.id = @id AND m.tenant_id = @tenant;

-- name: is_superseded
SELECT 1 FROM message
WHERE notification_id = @notification AND step > @step
  AND (status IN (1 /* scheduled */, 2 /* held */, 3 /* queued */,
    5 /* sent */, 6 /* delivered */, 7 /* read */, 13 /* received */) OR reason = 'outcome_unknown');

-- name: has_version
SELECT 1 FROM template_version WHERE tenant_id = @tenant AND id = @id;

-- name: has_blob
SELECT 1 FROM blob WHERE tenant_id = @tenant AND hash = @hash;

-- name: retry_message
UPDATE message SET
  status = 3 /* queued */,
  reason = NULL,
  due_at = @now,
  retried_at = @now,
  retried_attempts = attempts,
  updated_at = @now,
  trace = coalesce(trace || @trace, trace, @trace),
  past = @past,
  sent_at = NULL,
  unattributed = NULL,
  outcome_status = NULL,
  outcome_at = NULL
WHERE seq = @seq;

-- name: clean_idempotency
DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM idempotency ORDER BY rowid LIMIT @limit) AND created_at < @before;

-- name: clean_secrets
UPDATE notification SET secrets = NULL, secrets_erase_at = NULL
WHERE rowid IN (
  SELECT n.rowid FROM notification n
  WHERE n.secrets_erase_at <= @now
    AND NOT EXISTS (SELECT 1 FROM message m WHERE m.notification_id = n.id AND m.status IN (1 /* scheduled */, 2 /* held */, 3 /* queued */))
  ORDER BY n.secrets_erase_at LIMIT @limit);

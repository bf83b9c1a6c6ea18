-- Everything goes by arrays: a group is a handful of statements, however many messages it holds. Numbers of statuses carry their
-- names, which a test compares.
--
-- Plans are made once, perhaps while a table is still empty, when every plan looks as good as every other. So none is left to chance:
-- LATERAL … OFFSET 0 (or FOR UPDATE) has each row of the arrays look up its own by key, and what was found is changed by its place (ctid).

-- name: begin_group
-- The number of the
-- transaction tells later whether it was committed, should the answer to that be lost. A role that was told since to commit without
-- waiting for the disk waits all the same.
SELECT pg_current_xact_id()::text,
  set_config('plan_cache_mode', 'force_generic_plan', true),
  set_config('enable_hashjoin', 'off', true),
  set_config('enable_mergejoin', 'off', true),
  set_config('enable_seqscan', 'off', true),
  set_config('jit', 'off', true),
  set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), true),
  -- A node that was stopped, or cut off, within a transaction holds its locks no longer than its lease: others must get at its work.
  set_config('idle_in_transaction_session_timeout', '10s', true);

-- name: commit_status
SELECT pg_xact_status(@transaction::xid8);

-- name: insert_idempotency
INSERT INTO idempotency (tenant_id, key, request_hash, answer, created_at)
SELECT * FROM unnest(@tenants, @keys, @hashes, @answers, @ats)
ON CONFLICT DO NOTHING
RETURNING tenant_id, key;

-- name: select_idempotency
SELECT i.tenant_id, i.key, i.request_hash, i.answer
FROM unnest(@tenants, @keys) AS u (tenant_id, key)
CROSS JOIN LATERAL (SELECT * FROM idempotency i WHERE i.tenant_id = u.tenant_id AND i.key = u.key OFFSET 0) i;

-- name: find_idempotency
SELECT key AS Key, request_hash AS RequestHash, answer AS Answer FROM idempotency WHERE tenant_id = @tenant AND key = ANY (@keys);

-- name: insert_batches
INSERT INTO batch (tenant_id, id, created_at)
SELECT * FROM unnest(@tenants, @ids, @ats)
ON CONFLICT DO NOTHING;

-- name: insert_blobs
INSERT INTO blob (tenant_id, hash, bytes)
SELECT * FROM unnest(@tenants, @hashes, @bytes)
ON CONFLICT DO NOTHING;

-- name: upsert_contacts
INSERT INTO contact (tenant_id, id, name, locale, time_zone, attributes, updated_at)
SELECT * FROM unnest(@tenants, @ids, @names, @locales, @time_zones, @attributes, @ats)
ON CONFLICT (tenant_id, id) DO UPDATE SET
  name = excluded.name, locale = excluded.locale, time_zone = excluded.time_zone,
  attributes = excluded.attributes, updated_at = excluded.updated_at;

-- name: delete_contact_addresses
DELETE FROM contact_address WHERE ctid = ANY (ARRAY(
  SELECT a.place FROM unnest(@tenants, @ids) AS u (tenant_id, id)
  CROSS JOIN LATERAL (SELECT ctid AS place FROM contact_address a WHERE a.tenant_id = u.tenant_id AND a.contact_id = u.id FOR UPDATE) a));

-- name: insert_contact_addresses
INSERT INTO contact_address (tenant_id, contact_id, position, channel, identifier, is_primary, is_verified)
SELECT * FROM unnest(@tenants, @contacts, @positions, @channels, @identifiers, @primaries, @verifieds);

-- name: insert_notifications
INSERT INTO notification (id, tenant_id, contact_id, template_version_id, variables, secrets, details, category, priority,
  on_unknown, created_at, scheduled_at, expires_at, plan, locale, related_type, related_id, batch_id)
SELECT * FROM unnest(@ids, @tenants, @contacts, @versions, @variables, @secrets, @details, @categories, @priorities,
  @on_unknowns, @createds, @scheduleds, @expires, @plans, @locales, @related_types, @related_ids, @batches);

-- name: insert_messages
INSERT INTO message (id, tenant_id, notification_id, lane, channel, address, contact_id, status, step, attempts, created_at, due_at, updated_at)
SELECT * FROM unnest(@ids, @tenants, @notifications, @lanes, @channels, @addresses, @contacts, @statuses, @steps, @attempts, @createds, @dues, @ats);

-- name: insert_states
-- Nothing for the states that most messages come to.
INSERT INTO message_state (tenant_id, status, message_id)
SELECT * FROM unnest(@tenants, @statuses, @ids) AS u (tenant_id, status, id)
WHERE u.status NOT IN (3 /* queued */, 5 /* sent */, 6 /* delivered */, 7 /* read */)
ON CONFLICT DO NOTHING;

-- name: insert_due
INSERT INTO due_work (tenant_id, lane, due, subject, kind, status)
SELECT u.tenant_id, u.lane, u.due, u.subject, 1, u.status
FROM unnest(@tenants, @lanes, @dues, @subjects, @statuses) AS u (tenant_id, lane, due, subject, status);

-- name: insert_owned
INSERT INTO owned_work (tenant_id, subject, kind, lane, due, epoch)
SELECT u.tenant_id, u.subject, 1, u.lane, u.due, @epoch
FROM unnest(@tenants, @subjects, @lanes, @dues) AS u (tenant_id, subject, lane, due);

-- name: mark_owned
WITH found AS (
  SELECT u.*, w.place
  FROM unnest(@tenants, @subjects, @attempts, @providers) WITH ORDINALITY AS u (tenant_id, subject, attempts, provider, n)
  CROSS JOIN LATERAL (
    SELECT w.ctid AS place FROM owned_work w
    WHERE w.tenant_id = u.tenant_id AND w.subject = u.subject AND w.kind = 1 AND w.epoch = @epoch FOR UPDATE) w
)
UPDATE owned_work o SET mark_attempt = coalesce(o.mark_attempt, f.attempts) + 1, mark_provider = f.provider
FROM found f WHERE o.ctid = f.place
RETURNING f.n;

-- name: share_notifications
-- Held until the commit, so that no cancellation comes between the look at it and what is done.
SELECT 1 FROM unnest(@tenants, @ids) AS u (tenant_id, id)
CROSS JOIN LATERAL (SELECT 1 FROM notification n WHERE n.tenant_id = u.tenant_id AND n.id = u.id FOR SHARE) n;

-- name: lock_notifications
SELECT 1 FROM unnest(@tenants, @ids) AS u (tenant_id, id)
CROSS JOIN LATERAL (SELECT 1 FROM notification n WHERE n.tenant_id = u.tenant_id AND n.id = u.id FOR NO KEY UPDATE) n;

-- name: record_outcomes
-- Only what this epoch still owns. waits_for names the notification where the message is to wait again. first and last bound the ids,
-- so that only their months are looked at. A message that was retried by hand came after the steps that followed. Where fewer are changed than were released, something else changed a message in the same
-- moment, and all is done again.
WITH found AS (
  SELECT u.*, w.place AS work, w.lane, m.place, m.part, m.step, m.retried
  FROM unnest(@tenants, @ids, @statuses, @reasons, @dues, @attempts, @ats, @sents, @providers, @externals, @external_hashes, @costs,
    @currencies, @contents, @traces, @waits_for) WITH ORDINALITY
    AS u (tenant_id, id, status, reason, due, attempts, at, sent, provider, external, external_hash, cost,
      currency, content, trace, waits_for, n)
  CROSS JOIN LATERAL (
    SELECT w.ctid AS place, w.lane FROM owned_work w
    WHERE w.tenant_id = u.tenant_id AND w.subject = u.id AND w.kind = 1 AND w.epoch = @epoch OFFSET 0) w
  CROSS JOIN LATERAL (
    SELECT m.ctid AS place, m.tableoid AS part, m.step, m.retried_at AS retried FROM message m
    WHERE m.tenant_id = u.tenant_id AND m.id = u.id AND m.id BETWEEN @first AND @last OFFSET 0) m
), released AS (
  DELETE FROM owned_work o USING found f WHERE o.ctid = f.work
  RETURNING f.*
), ended AS (
  SELECT r.*, CASE WHEN n.cancelled_at IS NOT NULL THEN 'cancelled' WHEN n.step > r.step AND r.retried IS NULL THEN 'superseded' END AS ending
  FROM released r LEFT JOIN notification n ON n.tenant_id = r.tenant_id AND n.id = r.waits_for
), updated AS (
  UPDATE message m SET
    status = CASE WHEN e.ending IS NOT NULL THEN 11 /* cancelled */ ELSE e.status END,
    reason = coalesce(e.ending, e.reason),
    due_at = CASE WHEN e.ending IS NOT NULL THEN NULL ELSE e.due END,
    attempts = e.attempts,
    updated_at = e.at,
    sent_at = coalesce(e.sent, m.sent_at),
    provider_id = coalesce(e.provider, m.provider_id),
    unattributed = CASE WHEN e.provider IS NULL THEN true END,
    external_id = coalesce(e.external, m.external_id),
    cost = coalesce(e.cost, m.cost),
    currency = coalesce(e.currency, m.currency),
    content_hash = coalesce(e.content, m.content_hash),
    trace = coalesce(m.trace || e.trace, m.trace, e.trace)
  FROM ended e
  WHERE m.ctid = e.place AND m.tableoid = e.part
  RETURNING 1
), waiting AS (
  INSERT INTO due_work (tenant_id, lane, due, subject, kind, status)
  SELECT e.tenant_id, e.lane, e.due, e.id, 1, e.status FROM ended e WHERE e.due IS NOT NULL AND e.ending IS NULL
), found_later AS (
  INSERT INTO message_external (tenant_id, hash, message_id)
  SELECT e.tenant_id, e.external_hash, e.id FROM ended e WHERE e.external_hash IS NOT NULL
  ON CONFLICT DO NOTHING
), states AS (
  INSERT INTO message_state (tenant_id, status, message_id)
  SELECT e.tenant_id, e.shown, e.id
  FROM (SELECT ended.*, CASE WHEN ending IS NOT NULL THEN 11 /* cancelled */ ELSE status END AS shown FROM ended) e
  WHERE e.shown NOT IN (3 /* queued */, 5 /* sent */, 6 /* delivered */, 7 /* read */)
  ON CONFLICT DO NOTHING
)
SELECT n, ending IS NOT NULL, (SELECT count(*) FROM updated) FROM ended;

-- name: erase_secrets
UPDATE notification n SET secrets = NULL, secrets_erase_at = NULL
FROM (
  SELECT u.n, x.place, x.part FROM unnest(@tenants, @ids) WITH ORDINALITY AS u (tenant_id, id, n)
  CROSS JOIN LATERAL (
    SELECT x.ctid AS place, x.tableoid AS part FROM notification x WHERE x.tenant_id = u.tenant_id AND x.id = u.id FOR NO KEY UPDATE) x
  WHERE NOT EXISTS (
    SELECT 1 FROM message m
    WHERE m.tenant_id + 0 = u.tenant_id AND m.notification_id = u.id AND m.id >= @since
      AND m.status IN (1 /* scheduled */, 2 /* held */, 3 /* queued */))
  OFFSET 0) f
WHERE n.ctid = f.place AND n.tableoid = f.part
RETURNING f.n;

-- name: schedule_secrets_erasure
UPDATE notification n SET secrets_erase_at = greatest(coalesce(n.secrets_erase_at, 0), f.at)
FROM (
  SELECT u.at, x.place, x.part FROM unnest(@tenants, @ids, @ats) AS u (tenant_id, id, at)
  CROSS JOIN LATERAL (
    SELECT x.ctid AS place, x.tableoid AS part FROM notification x
    WHERE x.tenant_id = u.tenant_id AND x.id = u.id AND x.secrets IS NOT NULL FOR NO KEY UPDATE) x
  OFFSET 0) f
WHERE n.ctid = f.place AND n.tableoid = f.part;

-- name: add_counters
INSERT INTO counter (tenant_id, quarter, node_epoch, channel, provider_id, status, count)
SELECT u.tenant_id, u.quarter, @epoch, u.channel, u.provider, u.status, u.count
FROM unnest(@tenants, @quarters, @channels, @providers, @statuses, @counts) AS u (tenant_id, quarter, channel, provider, status, count)
ON CONFLICT (tenant_id, quarter, node_epoch, channel, provider_id, status) DO UPDATE SET count = counter.count + excluded.count;

-- name: claim
-- The rows are locked by the time they are taken, so that their places cannot change. Work whose message is gone is dropped with it.
WITH taken AS (
  DELETE FROM due_work WHERE ctid = ANY (ARRAY(
    SELECT d.ctid FROM due_work d
    WHERE d.tenant_id = @tenant AND d.lane = @lane AND d.due <= @now AND d.kind = 1
    ORDER BY d.due, d.subject
    LIMIT @limit
    FOR UPDATE SKIP LOCKED))
  RETURNING tenant_id, subject, lane, due
), found AS (
  SELECT t.due, m.tenant_id, m.id, m.lane, m.channel, m.address, m.step, m.attempts, m.created_at, m.notification_id,
    m.retried_at, m.retried_attempts
  FROM taken t CROSS JOIN LATERAL (SELECT * FROM message m WHERE m.tenant_id = t.tenant_id AND m.id = t.subject OFFSET 0) m
), owned AS (
  INSERT INTO owned_work (tenant_id, subject, kind, lane, due, epoch)
  SELECT f.tenant_id, f.id, 1, f.lane, f.due, @epoch FROM found f
)
SELECT f.due, f.id, f.channel, f.address, f.step, f.attempts, f.created_at, f.notification_id, f.retried_at, f.retried_attempts,
  n.tenant_id, n.contact_id, n.template_version_id, n.variables, n.secrets, n.details, n.category, n.priority, n.on_unknown,
  n.created_at, n.scheduled_at, n.expires_at, n.plan, n.locale, n.related_type, n.related_id, n.batch_id
FROM found f LEFT JOIN notification n ON n.tenant_id = f.tenant_id AND n.id = f.notification_id
ORDER BY f.due, f.id;

-- name: next_due
SELECT due FROM due_work WHERE tenant_id = @tenant AND lane = @lane ORDER BY due LIMIT 1;

-- name: disown
DELETE FROM owned_work WHERE tenant_id = @tenant AND subject = @subject AND kind = 1 AND epoch = @epoch;

-- name: lanes
WITH RECURSIVE lanes (tenant_id, lane, due) AS (
  (SELECT tenant_id, lane, due FROM due_work ORDER BY tenant_id, lane, due LIMIT 1)
  UNION ALL
  SELECT d.tenant_id, d.lane, d.due FROM lanes l
  CROSS JOIN LATERAL (
    SELECT tenant_id, lane, due FROM due_work w
    WHERE (w.tenant_id, w.lane) > (l.tenant_id, l.lane)
    ORDER BY w.tenant_id, w.lane, w.due LIMIT 1) d
)
-- Lanes below 0 hold steps of plans, not messages.
SELECT lane AS Lane, due AS Due FROM lanes WHERE lane >= 0;

-- name: take_lost
-- Nobody may take from a node that has begun since the caller looked.
DELETE FROM owned_work w WHERE w.kind = 1 AND NOT w.epoch = ANY (@epochs)
  AND NOT EXISTS (SELECT 1 FROM node n WHERE n.epoch = w.epoch AND n.stopped_at IS NULL)
RETURNING tenant_id, subject, lane, due, mark_attempt, mark_provider;

-- name: release
DELETE FROM owned_work WHERE ctid = ANY (ARRAY(
  SELECT w.place FROM unnest(@tenants, @subjects) AS u (tenant_id, subject)
  CROSS JOIN LATERAL (
    SELECT w.ctid AS place FROM owned_work w
    WHERE w.tenant_id = u.tenant_id AND w.subject = u.subject AND w.kind = 1 AND w.epoch = @epoch FOR UPDATE) w))
RETURNING tenant_id, subject, lane, due, NULL::integer, NULL::uuid;

-- name: share_notifications_of
-- The notifications of messages, held against cancellation until the commit; and why the message waits no longer, where it does not.
SELECT u.subject, n.id, CASE WHEN n.cancelled THEN 'cancelled' WHEN n.step > m.step AND m.retried_at IS NULL THEN 'superseded' END
FROM unnest(@tenants, @subjects) AS u (tenant_id, subject)
CROSS JOIN LATERAL (SELECT m.notification_id, m.step, m.retried_at FROM message m WHERE m.tenant_id = u.tenant_id AND m.id = u.subject OFFSET 0) m
CROSS JOIN LATERAL (
  SELECT n.id, n.step, n.cancelled_at IS NOT NULL AS cancelled FROM notification n
  WHERE n.tenant_id = u.tenant_id AND n.id = m.notification_id FOR SHARE) n;

-- name: set_due
UPDATE message m SET due_at = @due
FROM (
  SELECT x.place, x.part FROM unnest(@tenants, @subjects) AS u (tenant_id, subject)
  CROSS JOIN LATERAL (
    SELECT x.ctid AS place, x.tableoid AS part FROM message x WHERE x.tenant_id = u.tenant_id AND x.id = u.subject FOR NO KEY UPDATE) x
  OFFSET 0) f
WHERE m.ctid = f.place AND m.tableoid = f.part;

-- name: fail_messages
UPDATE message m SET
  status = 8 /* failed */,
  reason = @reason,
  due_at = NULL,
  attempts = coalesce(f.attempts, m.attempts),
  updated_at = @at,
  provider_id = coalesce(f.provider, m.provider_id),
  unattributed = CASE WHEN f.provider IS NULL THEN true END,
  trace = coalesce(m.trace || f.trace, f.trace)
FROM (
  SELECT u.*, x.place, x.part
  FROM unnest(@tenants, @subjects, @attempts, @providers, @traces) AS u (tenant_id, subject, attempts, provider, trace)
  CROSS JOIN LATERAL (
    SELECT x.ctid AS place, x.tableoid AS part FROM message x WHERE x.tenant_id = u.tenant_id AND x.id = u.subject FOR NO KEY UPDATE) x
  OFFSET 0) f
WHERE m.ctid = f.place AND m.tableoid = f.part
RETURNING m.tenant_id, m.notification_id;

-- name: cancel_messages
UPDATE message m SET status = 11 /* cancelled */, reason = f.reason, due_at = NULL, updated_at = @at
FROM (
  SELECT x.place, x.part, u.reason FROM unnest(@tenants, @subjects, @reasons) AS u (tenant_id, subject, reason)
  CROSS JOIN LATERAL (
    SELECT x.ctid AS place, x.tableoid AS part FROM message x WHERE x.tenant_id = u.tenant_id AND x.id = u.subject FOR NO KEY UPDATE) x
  OFFSET 0) f
WHERE m.ctid = f.place AND m.tableoid = f.part;

-- name: lock_notification
SELECT 1 FROM notification WHERE tenant_id = @tenant AND id = @id FOR NO KEY UPDATE;

-- name: select_cancel
SELECT m.id, m.channel, m.status, m.lane, m.due_at, o.subject IS NOT NULL
FROM message m LEFT JOIN owned_work o ON o.tenant_id = m.tenant_id AND o.subject = m.id AND o.kind = 1
WHERE m.tenant_id + 0 = @tenant AND m.notification_id = @id AND m.id >= @since
ORDER BY m.id;

-- name: delete_due
DELETE FROM due_work WHERE ctid = ANY (ARRAY(
  SELECT d.place FROM unnest(@lanes, @dues, @subjects) AS u (lane, due, subject)
  CROSS JOIN LATERAL (
    SELECT d.ctid AS place FROM due_work d
    WHERE d.tenant_id = @tenant AND d.lane = u.lane AND d.due = u.due AND d.subject = u.subject AND d.kind = 1 FOR UPDATE) d))
RETURNING subject;

-- name: cancel_notification
UPDATE notification SET cancelled_at = coalesce(cancelled_at, @at) WHERE tenant_id = @tenant AND id = @id;

-- name: lock_message
SELECT m.lane, m.status, m.step, m.notification_id,
  m.provider_id, m.unattributed, m.sent_at, m.retried_at, m.updated_at, m.outcome_status, m.outcome_at, m.past
FROM message m WHERE m.tenant_id = @tenant AND m.id = @id FOR NO KEY UPDATE;

-- name: is_owned
SELECT 1 FROM owned_work WHERE tenant_id = @tenant AND subject = @subject AND kind = 1;

-- name: share_notification
SELECT tenant_id, contact_id, template_version_id, variables, secrets, details, category, priority, on_unknown,
  created_at, scheduled_at, expires_at, plan, locale, related_type, related_id, batch_id, cancelled_at IS NOT NULL
FROM notification WHERE tenant_id = @tenant AND id = @id FOR SHARE;

-- name: is_superseded
SELECT 1 FROM message
WHERE tenant_id + 0 = @tenant AND notification_id = @notification AND step > @step
  AND (status IN (1 /* scheduled */, 2 /* held */, 3 /* queued */,
    5 /* sent */, 6 /* delivered */, 7 /* read */, 13 /* received */) OR reason = 'outcome_unknown')
LIMIT 1;

-- name: has_content
SELECT (@version IS NULL OR EXISTS (SELECT 1 FROM template_version v WHERE v.tenant_id = @tenant AND v.id = @version))
  AND NOT EXISTS (
    SELECT 1 FROM unnest(@hashes) AS u (hash) WHERE NOT EXISTS (SELECT 1 FROM blob b WHERE b.tenant_id = @tenant AND b.hash = u.hash));

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
WHERE tenant_id = @tenant AND id = @id;

-- name: clean_idempotency
DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM idempotency WHERE created_at < @before ORDER BY created_at LIMIT @limit FOR UPDATE SKIP LOCKED));

-- name: clean_secrets
UPDATE notification u SET secrets = NULL, secrets_erase_at = NULL
FROM (
  SELECT n.tenant_id, n.id FROM notification n
  WHERE n.secrets_erase_at <= @now AND NOT EXISTS (
    SELECT 1 FROM message m
    WHERE m.tenant_id + 0 = n.tenant_id AND m.notification_id = n.id AND m.status IN (1 /* scheduled */, 2 /* held */, 3 /* queued */))
  ORDER BY n.secrets_erase_at LIMIT @limit) s
WHERE u.tenant_id = s.tenant_id AND u.id = s.id;

-- name: insert_callbacks
INSERT INTO callback (id, provider_id, digest, received_at, request)
SELECT * FROM unnest(@ids, @providers, @digests, @receiveds, @requests)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: unread_callbacks
SELECT id AS Id, provider_id AS ProviderId, received_at AS ReceivedAt, request AS Request FROM callback WHERE read_at IS NULL AND received_at < @before ORDER BY received_at LIMIT @limit;

-- name: get_callback
SELECT id AS Id, provider_id AS ProviderId, received_at AS ReceivedAt, read_at AS ReadAt, fault AS Fault FROM callback WHERE id = @id;

-- name: faulty_callbacks
SELECT id AS Id, provider_id AS ProviderId, received_at AS ReceivedAt, read_at AS ReadAt, fault AS Fault FROM callback
WHERE provider_id = @provider AND fault IS NOT NULL AND id < @before ORDER BY id DESC LIMIT @limit;

-- name: reopen_callback
UPDATE callback SET read_at = NULL, fault = NULL WHERE id = @id AND fault IS NOT NULL;

-- name: callback_request
SELECT id AS Id, provider_id AS ProviderId, received_at AS ReceivedAt, request AS Request FROM callback WHERE id = @id;

-- name: read_callback
UPDATE callback SET read_at = @at, fault = @fault WHERE id = @id AND read_at IS NULL;

-- name: find_external
-- The newest message that a provider's gateway knows by this id.
SELECT m.tenant_id, m.id FROM message_external x
CROSS JOIN LATERAL (
  SELECT m.tenant_id, m.id FROM message m
  WHERE m.tenant_id = x.tenant_id AND m.id = x.message_id AND m.provider_id = @provider AND m.external_id = @external OFFSET 0) m
WHERE x.hash = @hash
ORDER BY x.message_id DESC LIMIT 1;

-- name: lock_event_message
-- Its outcome, should another node be about to record it, waits for this; or this for it.
SELECT m.id, m.tenant_id, m.notification_id, m.lane, m.status, m.reason, m.due_at, m.step, m.provider_id
FROM message m WHERE uuid_send(m.id) || ''::bytea = uuid_send(@id) || ''::bytea FOR NO KEY UPDATE;

-- name: insert_event
INSERT INTO message_event (tenant_id, message_id, kind, at, recorded_at, provider_id, detail, url, moved_to, moved_provider_id)
VALUES (@tenant, @message, @kind, @at, @recorded, @provider, @detail, @url, @moved, @moved_provider)
ON CONFLICT DO NOTHING;

-- name: insert_early
INSERT INTO early_event (provider_id, external_id, message_id, kind, at, recorded_at, detail, permanent, url, cost, currency)
VALUES (@provider, @external, @message, @kind, @at, @recorded, @detail, @permanent, @url, @cost, @currency);

-- name: any_early
SELECT EXISTS (SELECT 1 FROM early_event LIMIT 1);

-- name: take_early
-- Those of one message, by its id or its gateway's.
DELETE FROM early_event WHERE seq = ANY (ARRAY(
  SELECT seq FROM early_event WHERE message_id = @message
  UNION ALL
  SELECT seq FROM early_event
  WHERE provider_id = @provider AND hashtextextended(external_id, 0) = hashtextextended(@external, 0) AND external_id = @external))
RETURNING seq, provider_id, external_id, message_id, kind, at, detail, permanent, url, cost, currency;

-- name: early_before
SELECT provider_id AS ProviderId, external_id AS ExternalId, message_id AS MessageId FROM early_event WHERE recorded_at < @before ORDER BY seq LIMIT @limit;

-- name: move_message
-- What the first event finds is kept: it was counted, and is no longer seen.
UPDATE message SET
  status = @status,
  reason = @reason,
  due_at = NULL,
  updated_at = @at,
  outcome_status = CASE WHEN sent_at IS NULL AND outcome_at IS NULL THEN status ELSE outcome_status END,
  outcome_at = CASE WHEN sent_at IS NULL AND outcome_at IS NULL THEN updated_at ELSE outcome_at END
WHERE tenant_id = @tenant AND id = @id;

-- name: correct_cost
UPDATE message SET cost = @cost, currency = coalesce(@currency, currency) WHERE tenant_id = @tenant AND id = @id;

-- name: confirm_notification
UPDATE notification SET confirmed_at = coalesce(confirmed_at, @at) WHERE tenant_id = @tenant AND id = @id;

-- name: has_next_step
SELECT 1 FROM notification WHERE tenant_id = @tenant AND id = @id AND plan IS NOT NULL AND step = @step AND cancelled_at IS NULL;

-- name: insert_inbound
INSERT INTO message (id, tenant_id, notification_id, lane, channel, address, contact_id, status, step, attempts, provider_id, external_id, created_at, updated_at)
VALUES (@id, @tenant, @notification, @lane, @channel, @address, @contact, 13 /* received */, 0, 0, @provider, @external, @created, @at);

-- name: insert_external
INSERT INTO message_external (tenant_id, hash, message_id) VALUES (@tenant, @hash, @message) ON CONFLICT DO NOTHING;

-- name: message_events
SELECT kind AS Kind, at AS At, recorded_at AS RecordedAt, provider_id AS ProviderId, detail AS Detail, url AS Url FROM message_event WHERE tenant_id = @tenant AND message_id = @message ORDER BY at, seq;

-- name: clean_callbacks
DELETE FROM callback WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM callback WHERE received_at < @before AND read_at IS NOT NULL ORDER BY received_at LIMIT @limit FOR UPDATE SKIP LOCKED));

-- name: clean_early
DELETE FROM early_event WHERE seq = ANY (ARRAY(SELECT seq FROM early_event WHERE recorded_at < @before ORDER BY seq LIMIT @limit));

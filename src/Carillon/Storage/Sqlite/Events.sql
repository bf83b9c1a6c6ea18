-- name: insert_callback
INSERT INTO callback (id, provider_id, digest, received_at, request) VALUES (@id, @provider, @digest, @received, @request) ON CONFLICT DO NOTHING;

-- name: unread_callbacks
SELECT id, provider_id, received_at, request FROM callback WHERE read_at IS NULL AND received_at < @before ORDER BY received_at LIMIT @limit;

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

-- name: event_message
SELECT m.id, m.seq, m.tenant_id, m.notification_id, m.lane, m.status, m.reason, m.due_at, m.step, m.provider_id, o.subject IS NOT NULL
FROM message m LEFT JOIN owned_work o ON o.subject = m.id AND o.kind = 1
WHERE m.id = @id;

-- name: message_by_external
SELECT id FROM message WHERE seq = @seq AND provider_id = @provider AND external_id = @external;

-- name: insert_event
INSERT INTO message_event (tenant_id, message_id, kind, at, recorded_at, provider_id, detail, url, moved_to, moved_provider_id)
VALUES (@tenant, @message, @kind, @at, @recorded, @provider, @detail, @url, @moved, @moved_provider) ON CONFLICT DO NOTHING;

-- name: insert_early
INSERT INTO early_event (provider_id, external_id, message_id, kind, at, recorded_at, detail, permanent, url, cost, currency)
VALUES (@provider, @external, @message, @kind, @at, @recorded, @detail, @permanent, @url, @cost, @currency);

-- name: any_early
SELECT 1 FROM early_event LIMIT 1;

-- name: early_of_message
SELECT seq, provider_id, external_id, kind, at, detail, permanent, url, cost, currency FROM early_event WHERE message_id = @message
UNION ALL
SELECT seq, provider_id, external_id, kind, at, detail, permanent, url, cost, currency FROM early_event WHERE provider_id = @provider AND external_id = @external
ORDER BY 1;

-- name: delete_early
DELETE FROM early_event WHERE seq = @seq;

-- name: move_message
-- What the first event finds is kept: it was counted, and is no longer seen.
UPDATE message SET
  status = @status,
  reason = @reason,
  due_at = NULL,
  updated_at = @at,
  outcome_status = CASE WHEN sent_at IS NULL AND outcome_at IS NULL THEN status ELSE outcome_status END,
  outcome_at = CASE WHEN sent_at IS NULL AND outcome_at IS NULL THEN updated_at ELSE outcome_at END
WHERE seq = @seq;

-- name: correct_cost
UPDATE message SET cost = @cost, currency = coalesce(@currency, currency) WHERE seq = @seq;

-- name: confirm_notification
UPDATE notification SET confirmed_at = coalesce(confirmed_at, @at) WHERE id = @id;

-- name: has_next_step
SELECT 1 FROM notification WHERE id = @id AND plan IS NOT NULL AND step = @step AND cancelled_at IS NULL;

-- name: insert_inbound
INSERT INTO message (id, tenant_id, notification_id, lane, channel, address, contact_id, status, step, attempts, provider_id, external_id, created_at, updated_at)
VALUES (@id, @tenant, @notification, @lane, @channel, @address, @contact, 13 /* received */, 0, 0, @provider, @external, @created, @at);

-- name: message_events
SELECT kind, at, recorded_at, provider_id, detail, url FROM message_event WHERE message_id = @message AND tenant_id = @tenant ORDER BY at, seq;

-- name: clean_callbacks
DELETE FROM callback WHERE seq IN (SELECT seq FROM callback ORDER BY seq LIMIT @limit) AND received_at < @before AND read_at IS NOT NULL;

-- name: clean_early
DELETE FROM early_event WHERE seq IN (SELECT seq FROM early_event ORDER BY seq LIMIT @limit) AND recorded_at < @before;

-- A message that a node owns is being sent, whatever its row says. Numbers of statuses carry their names, which a test compares.

-- name: get_message
SELECT m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, m.reason AS Reason, m.step AS Step,
  m.attempts AS Attempts, m.provider_id AS ProviderId, m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency,
  m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt, m.retried_at AS RetriedAt, m.updated_at AS UpdatedAt, m.content_hash AS ContentHash,
  CAST(m.trace AS BLOB) AS Trace
FROM message m LEFT JOIN owned_work o ON o.subject = m.id AND o.kind = 1
WHERE m.id = @id AND m.tenant_id = @tenant;

-- name: notification_messages
SELECT m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, m.reason AS Reason, m.step AS Step,
  m.attempts AS Attempts, m.provider_id AS ProviderId, m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency,
  m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt, m.retried_at AS RetriedAt, m.updated_at AS UpdatedAt, m.content_hash AS ContentHash
FROM message m LEFT JOIN owned_work o ON o.subject = m.id AND o.kind = 1
WHERE m.notification_id = @notification AND m.tenant_id = @tenant
ORDER BY m.id;

-- name: list_messages
SELECT m.seq AS Seq, m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, m.reason AS Reason, m.step AS Step,
  m.attempts AS Attempts, m.provider_id AS ProviderId, m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency,
  m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt, m.retried_at AS RetriedAt, m.updated_at AS UpdatedAt,
  m.content_hash AS ContentHash
FROM message m LEFT JOIN owned_work o ON o.subject = m.id AND o.kind = 1
WHERE m.seq IN (SELECT value FROM json_each(@rows)) AND m.tenant_id = @tenant /* filters */
ORDER BY m.seq DESC
LIMIT @limit;

-- name: list_notifications
-- A notification stands in the log where the first of its messages does.
SELECT m.seq AS Seq, n.id AS Id, n.contact_id AS ContactId, n.template_version_id AS TemplateVersionId, n.category AS Category,
  n.priority AS Priority, n.on_unknown AS OnUnknown, n.created_at AS CreatedAt, n.scheduled_at AS ScheduledAt, n.expires_at AS ExpiresAt,
  n.locale AS Locale, n.related_type AS RelatedType, n.related_id AS RelatedId, n.batch_id AS BatchId
FROM message m JOIN notification n ON n.id = m.notification_id
WHERE m.seq IN (SELECT value FROM json_each(@rows)) AND m.tenant_id = @tenant AND m.step = 0
  AND NOT EXISTS (SELECT 1 FROM message earlier WHERE earlier.notification_id = m.notification_id AND earlier.seq < m.seq) /* filters */
ORDER BY m.seq DESC
LIMIT @limit;

-- name: messages_of
SELECT m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, m.reason AS Reason, m.step AS Step,
  m.attempts AS Attempts, m.provider_id AS ProviderId, m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency,
  m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt, m.retried_at AS RetriedAt, m.updated_at AS UpdatedAt,
  m.content_hash AS ContentHash
FROM message m LEFT JOIN owned_work o ON o.subject = m.id AND o.kind = 1
WHERE m.notification_id IN (SELECT f.notification_id FROM message f WHERE f.seq IN (SELECT value FROM json_each(@rows)))
ORDER BY m.id;

-- name: buckets
-- Two queries, for SQLite finds one of them at an edge, but both only by a scan.
SELECT (SELECT min(bucket) FROM message_key), (SELECT max(bucket) FROM message_key);

-- name: find_key
SELECT seq FROM message_key WHERE bucket = @bucket AND hash = @hash AND seq < @before ORDER BY seq DESC;

-- name: find_status
-- The index has its condition word for word, else it is not used.
SELECT seq FROM message
WHERE tenant_id = @tenant AND status = @status AND seq < @before
  AND status <> 3 /* queued */ AND status <> 5 /* sent */ AND status <> 6 /* delivered */ AND status <> 7 /* read */
ORDER BY seq DESC;

-- name: find_owned
SELECT seq FROM owned_work WHERE lane BETWEEN @from AND @to AND kind = 1 AND seq < @before ORDER BY seq DESC;

-- name: find_batch
SELECT m.seq FROM notification n JOIN message m ON m.notification_id = n.id
WHERE n.tenant_id = @tenant AND n.batch_id = @batch AND m.seq < @before ORDER BY m.seq DESC;

-- name: seq_below
SELECT seq FROM message WHERE id < @id ORDER BY id DESC LIMIT 1;

-- name: seq_from
SELECT seq FROM message WHERE id >= @id ORDER BY id LIMIT 1;

-- name: get_blob
SELECT bytes FROM blob WHERE tenant_id = @tenant AND hash = @hash;

-- name: depth_lanes
WITH RECURSIVE lanes (lane) AS (
  SELECT min(lane) FROM due_work WHERE lane >= @from
  UNION ALL
  SELECT (SELECT min(d.lane) FROM due_work d WHERE d.lane > lanes.lane) FROM lanes WHERE lanes.lane IS NOT NULL
)
SELECT lane FROM lanes WHERE lane <= @to;

-- name: depth_due
SELECT 3 /* queued */ AS Status, @lane AS Lane, count(*) AS Count, min(due) AS Oldest FROM due_work WHERE lane = @lane AND due <= @now GROUP BY lane
UNION ALL
SELECT status, @lane, count(*), min(due) FROM due_work WHERE lane = @lane AND due > @now GROUP BY status;

-- name: depth_owned
SELECT 4 /* sending */ AS Status, lane AS Lane, count(*) AS Count, min(due) AS Oldest FROM owned_work WHERE lane BETWEEN @from AND @to GROUP BY lane;

-- name: get_batch
SELECT created_at FROM batch WHERE tenant_id = @tenant AND id = @id;

-- name: batch_counts
SELECT CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, count(*) AS Count
FROM notification n
JOIN message m ON m.notification_id = n.id
LEFT JOIN owned_work o ON o.subject = m.id AND o.kind = 1
WHERE n.tenant_id = @tenant AND n.batch_id = @id
GROUP BY 1;

-- name: list_batches
SELECT b.id AS Id, b.created_at AS CreatedAt, (SELECT count(*) FROM notification n WHERE n.tenant_id = b.tenant_id AND n.batch_id = b.id) AS Notifications
FROM batch b
WHERE b.tenant_id = @tenant AND (@before IS NULL OR b.id < @before)
ORDER BY b.id DESC
LIMIT @limit;

-- name: batch_notifications
SELECT id FROM notification
WHERE tenant_id = @tenant AND batch_id = @batch AND (@after IS NULL OR id > @after)
ORDER BY id
LIMIT @limit;

-- name: counters
SELECT tenant_id AS TenantId, quarter AS Quarter, channel AS Channel, provider_id AS ProviderId, status AS Status, sum(count) AS Count
FROM counter
WHERE tenant_id BETWEEN @first AND @last AND quarter >= @since
GROUP BY tenant_id, quarter, channel, provider_id, status
ORDER BY tenant_id, quarter, channel, provider_id, status;

-- name: sums
SELECT channel, status, sum(count) FROM counter GROUP BY channel, status ORDER BY channel, status;

-- name: tenants
SELECT id FROM tenant ORDER BY id;

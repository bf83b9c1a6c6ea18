-- A message that a node owns is being sent, whatever its row says. Numbers of statuses carry their names, which a test compares.

-- name: get_notification
SELECT tenant_id, contact_id, template_version_id, variables, secrets, details, category, priority, on_unknown,
  created_at, scheduled_at, expires_at, plan, locale, related_type, related_id, batch_id
FROM notification WHERE tenant_id = @tenant AND id = @id;

-- name: get_message
SELECT m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, m.reason AS Reason, m.step AS Step,
  m.attempts AS Attempts, m.provider_id AS ProviderId, m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency,
  m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt, m.updated_at AS UpdatedAt, m.content_hash AS ContentHash,
  m.trace AS Trace
FROM message m LEFT JOIN owned_work o ON o.tenant_id = m.tenant_id AND o.subject = m.id AND o.kind = 1
WHERE m.id = @id AND m.tenant_id = @tenant;

-- name: notification_messages
SELECT m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, m.reason AS Reason, m.step AS Step,
  m.attempts AS Attempts, m.provider_id AS ProviderId, m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency,
  m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt, m.updated_at AS UpdatedAt, m.content_hash AS ContentHash
FROM message m LEFT JOIN owned_work o ON o.tenant_id = m.tenant_id AND o.subject = m.id AND o.kind = 1
WHERE m.notification_id = @notification AND m.tenant_id + 0 = @tenant AND m.id >= @since
ORDER BY m.id;

-- name: list_messages
-- By id, which never changes: what was there when the first page was read comes exactly once, whatever is added meanwhile.
SELECT m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, m.reason AS Reason, m.step AS Step,
  m.attempts AS Attempts, m.provider_id AS ProviderId, m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency,
  m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt, m.updated_at AS UpdatedAt, m.content_hash AS ContentHash
FROM message m LEFT JOIN owned_work o ON o.tenant_id = m.tenant_id AND o.subject = m.id AND o.kind = 1
WHERE m.tenant_id = @tenant /* filters */
ORDER BY /* order */ DESC
LIMIT @limit;

-- name: get_blob
SELECT bytes FROM blob WHERE tenant_id = @tenant AND hash = @hash;

-- name: depth
SELECT 3 /* queued */ AS Status, lane AS Lane, count(*) AS Count, min(due) AS Oldest
FROM due_work WHERE tenant_id BETWEEN @from AND @to AND due <= @now GROUP BY lane
UNION ALL
SELECT status, lane, count(*), min(due) FROM due_work WHERE tenant_id BETWEEN @from AND @to AND due > @now GROUP BY status, lane
UNION ALL
SELECT 4 /* sending */ AS Status, lane, count(*), min(due) FROM owned_work WHERE tenant_id BETWEEN @from AND @to GROUP BY lane;

-- name: get_batch
SELECT created_at FROM batch WHERE tenant_id = @tenant AND id = @id;

-- name: batch_counts
SELECT CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, count(*) AS Count
FROM notification n
JOIN message m ON m.tenant_id + 0 = n.tenant_id AND m.notification_id = n.id
LEFT JOIN owned_work o ON o.tenant_id = m.tenant_id AND o.subject = m.id AND o.kind = 1
WHERE n.tenant_id = @tenant AND n.batch_id = @id
GROUP BY 1;

-- name: counters
SELECT tenant_id AS TenantId, quarter AS Quarter, channel AS Channel, provider_id AS ProviderId, status AS Status, sum(count)::bigint AS Count
FROM counter
WHERE tenant_id BETWEEN @first AND @last AND quarter >= @since
GROUP BY tenant_id, quarter, channel, provider_id, status
ORDER BY tenant_id, quarter, channel, provider_id, status;

-- name: sums
SELECT channel AS Channel, status AS Status, sum(count)::bigint AS Count FROM counter GROUP BY channel, status ORDER BY channel, status;

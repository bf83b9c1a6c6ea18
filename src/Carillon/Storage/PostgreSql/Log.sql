-- A message that a node owns is being sent, whatever its row says. Numbers of statuses carry their names, which a test compares.

-- name: get_notification
SELECT tenant_id, contact_id, template_version_id, variables, secrets, details, category, priority, on_unknown,
  created_at, scheduled_at, expires_at, plan, locale, related_type, related_id, batch_id
FROM notification WHERE tenant_id = @tenant AND id = @id;

-- name: get_message
SELECT m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, m.reason AS Reason, m.step AS Step,
  m.attempts AS Attempts, m.provider_id AS ProviderId, m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency,
  m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt, m.retried_at AS RetriedAt, m.updated_at AS UpdatedAt, m.content_hash AS ContentHash,
  m.trace AS Trace
FROM message m LEFT JOIN owned_work o ON o.tenant_id = m.tenant_id AND o.subject = m.id AND o.kind = 1
WHERE m.id = @id AND m.tenant_id = @tenant;

-- name: notification_messages
SELECT m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, m.reason AS Reason, m.step AS Step,
  m.attempts AS Attempts, m.provider_id AS ProviderId, m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency,
  m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt, m.retried_at AS RetriedAt, m.updated_at AS UpdatedAt, m.content_hash AS ContentHash
FROM message m LEFT JOIN owned_work o ON o.tenant_id = m.tenant_id AND o.subject = m.id AND o.kind = 1
WHERE m.notification_id = @notification AND m.tenant_id + 0 = @tenant AND m.id >= @since
ORDER BY m.id;

-- name: list_messages
-- By id, which never changes: what was there when the first page was read comes exactly once, whatever is added meanwhile.
SELECT m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, m.reason AS Reason, m.step AS Step,
  m.attempts AS Attempts, m.provider_id AS ProviderId, m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency,
  m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt, m.retried_at AS RetriedAt, m.updated_at AS UpdatedAt,
  m.content_hash AS ContentHash
FROM ({candidates} LIMIT @probes) m
LEFT JOIN owned_work o ON o.tenant_id = m.tenant_id AND o.subject = m.id AND o.kind = 1
WHERE m.tenant_id = @tenant {filters}
ORDER BY m.id DESC
LIMIT @limit;

-- name: list_notifications
-- A notification stands in the log where the first of its messages does.
SELECT m.id AS FirstMessageId, n.id AS Id, n.contact_id AS ContactId, n.template_version_id AS TemplateVersionId, n.category AS Category,
  n.priority AS Priority, n.on_unknown AS OnUnknown, n.created_at AS CreatedAt, n.scheduled_at AS ScheduledAt, n.expires_at AS ExpiresAt,
  n.locale AS Locale, n.related_type AS RelatedType, n.related_id AS RelatedId, n.batch_id AS BatchId
FROM ({candidates} LIMIT @probes) m
JOIN notification n ON n.tenant_id = m.tenant_id AND n.id = m.notification_id
WHERE m.tenant_id = @tenant AND m.step = 0
  AND NOT EXISTS (SELECT 1 FROM message earlier WHERE earlier.notification_id = m.notification_id AND earlier.id < m.id) {filters}
ORDER BY m.id DESC
LIMIT @limit;

-- name: newest_to
-- Tenant by tenant, each by its own index on addresses.
SELECT m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, m.status AS Status, m.reason AS Reason, m.step AS Step, m.attempts AS Attempts, m.provider_id AS ProviderId,
  m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency, m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt,
  m.retried_at AS RetriedAt, m.updated_at AS UpdatedAt, m.content_hash AS ContentHash
FROM tenant t CROSS JOIN LATERAL (
  SELECT * FROM message m
  WHERE hashtextextended(m.address, m.tenant_id) = hashtextextended(@address, t.id) AND m.address = @address AND m.tenant_id + 0 = t.id
    AND uuid_send(m.id) >= uuid_send(@from) AND m.channel = @channel AND m.provider_id = @provider AND m.status <> @received
  ORDER BY uuid_send(m.id) DESC LIMIT @limit) m
ORDER BY m.id DESC LIMIT @limit;

-- name: last_candidate
-- Where a page ends that looked at as many as it may.
SELECT m.id FROM ({candidates} OFFSET @last LIMIT 1) m;

-- name: candidates_of_tenant
SELECT m.* FROM message m WHERE m.tenant_id = @tenant AND m.id < @before AND m.id >= @from ORDER BY m.id DESC

-- name: candidates_by_address
SELECT m.* FROM message m
WHERE hashtextextended(m.address, m.tenant_id) = hashtextextended(@address, @tenant) AND m.address = @address AND m.tenant_id + 0 = @tenant
  AND uuid_send(m.id) < uuid_send(@before) AND uuid_send(m.id) >= uuid_send(@from)
ORDER BY uuid_send(m.id) DESC

-- name: candidates_by_contact
SELECT m.* FROM message m
WHERE hashtextextended(m.contact_id, m.tenant_id) = hashtextextended(@contact, @tenant) AND m.contact_id = @contact AND m.tenant_id + 0 = @tenant
  AND uuid_send(m.id) < uuid_send(@before) AND uuid_send(m.id) >= uuid_send(@from)
ORDER BY uuid_send(m.id) DESC

-- name: candidates_by_related
SELECT m.* FROM notification n CROSS JOIN LATERAL (SELECT * FROM message m WHERE m.notification_id = n.id OFFSET 0) m
WHERE n.tenant_id = @tenant AND n.related_type = @relatedType AND n.related_id = @relatedId AND m.id < @before AND m.id >= @from
ORDER BY m.id DESC

-- name: candidates_by_batch
SELECT m.* FROM notification n CROSS JOIN LATERAL (SELECT * FROM message m WHERE m.notification_id = n.id OFFSET 0) m
WHERE n.tenant_id = @tenant AND n.batch_id = @batch AND m.id < @before AND m.id >= @from
ORDER BY m.id DESC

-- name: candidates_by_status
SELECT m.* FROM message_state s CROSS JOIN LATERAL (SELECT * FROM message m WHERE m.tenant_id = s.tenant_id AND m.id = s.message_id OFFSET 0) m
WHERE s.tenant_id = @tenant AND s.status = @status AND s.message_id < @before AND s.message_id >= @from
ORDER BY s.message_id DESC

-- name: candidates_owned
SELECT m.* FROM owned_work w CROSS JOIN LATERAL (SELECT * FROM message m WHERE m.tenant_id = w.tenant_id AND m.id = w.subject OFFSET 0) m
WHERE w.tenant_id = @tenant AND w.kind = 1 AND w.subject < @before AND w.subject >= @from
ORDER BY w.subject DESC

-- name: messages_of
SELECT m.id AS Id, m.notification_id AS NotificationId, m.tenant_id AS TenantId, m.channel AS Channel, m.address AS Address,
  m.contact_id AS ContactId, CASE WHEN o.subject IS NULL THEN m.status ELSE 4 /* sending */ END AS Status, m.reason AS Reason, m.step AS Step,
  m.attempts AS Attempts, m.provider_id AS ProviderId, m.external_id AS ExternalId, m.cost AS Cost, m.currency AS Currency,
  m.created_at AS CreatedAt, m.due_at AS DueAt, m.sent_at AS SentAt, m.retried_at AS RetriedAt, m.updated_at AS UpdatedAt,
  m.content_hash AS ContentHash
FROM message m LEFT JOIN owned_work o ON o.tenant_id = m.tenant_id AND o.subject = m.id AND o.kind = 1
WHERE m.notification_id = ANY (@notifications) AND m.tenant_id + 0 = @tenant
ORDER BY m.id;

-- name: get_blob
SELECT bytes FROM blob WHERE tenant_id = @tenant AND hash = @hash;

-- name: depth
SELECT 3 /* queued */ AS Status, lane AS Lane, count(*) AS Count, min(due) AS Oldest
FROM due_work WHERE tenant_id BETWEEN @from AND @to AND lane >= 0 AND due <= @now GROUP BY lane
UNION ALL
SELECT status, lane, count(*), min(due) FROM due_work WHERE tenant_id BETWEEN @from AND @to AND lane >= 0 AND due > @now GROUP BY status, lane
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

-- name: list_batches
SELECT b.id AS Id, b.created_at AS CreatedAt, (SELECT count(*) FROM notification n WHERE n.tenant_id = b.tenant_id AND n.batch_id = b.id) AS Notifications
FROM batch b
WHERE b.tenant_id = @tenant AND (@before::uuid IS NULL OR b.id < @before)
ORDER BY b.id DESC
LIMIT @limit;

-- name: batch_notifications
SELECT id FROM notification
WHERE tenant_id = @tenant AND batch_id = @batch AND (@after::uuid IS NULL OR id > @after)
ORDER BY id
LIMIT @limit;

-- name: counters
SELECT tenant_id AS TenantId, quarter AS Quarter, channel AS Channel, provider_id AS ProviderId, status AS Status, sum(count)::bigint AS Count
FROM counter
WHERE tenant_id BETWEEN @first AND @last AND quarter >= @since
GROUP BY tenant_id, quarter, channel, provider_id, status
ORDER BY tenant_id, quarter, channel, provider_id, status;

-- name: sums
SELECT channel AS Channel, status AS Status, sum(count)::bigint AS Count FROM counter GROUP BY channel, status ORDER BY channel, status;

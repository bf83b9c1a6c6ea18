-- name: lock_alerts
SELECT pg_advisory_xact_lock(hashtextextended('alerts', 2));

-- name: standing_alert
-- The one that keeps another with this key from being raised.
SELECT id FROM alert WHERE tenant_id = @tenant AND key = @key AND (resolved_at IS NULL OR once);

-- name: see_alert
UPDATE alert SET seen_at = greatest(seen_at, @at) WHERE id = @id AND resolved_at IS NULL;

-- name: insert_alert
INSERT INTO alert (id, tenant_id, kind, severity, key, once, provider_id, repeats, raised_at, seen_at, facts)
VALUES (@id, @tenant, @kind, @severity, @key, @once, @provider,
  coalesce((
    SELECT CASE WHEN raised_at >= @repeatsSince THEN repeats + 1 ELSE 1 END
    FROM alert WHERE tenant_id = @tenant AND key = @key ORDER BY seq DESC LIMIT 1), 1),
  @raised, @seen, @facts);

-- name: resolve_alert
UPDATE alert SET resolved_at = @at, resolution = @resolution
WHERE id = @id AND resolved_at IS NULL AND (@unseenSince::bigint IS NULL OR seen_at < @unseenSince);

-- name: mark_raised_told
UPDATE alert SET raised_told_at = coalesce(raised_told_at, @at) WHERE id = @id;

-- name: mark_resolved_told
UPDATE alert SET resolved_told_at = coalesce(resolved_told_at, @at) WHERE id = @id;

-- name: get_alert
SELECT seq AS Seq, id AS Id, tenant_id AS TenantId, kind AS Kind, severity AS Severity, key AS Key, once AS Once, provider_id AS ProviderId,
  repeats AS Repeats, raised_at AS RaisedAt, seen_at AS SeenAt, resolved_at AS ResolvedAt, resolution AS Resolution,
  raised_told_at AS RaisedToldAt, resolved_told_at AS ResolvedToldAt, facts AS Facts
FROM alert WHERE id = @id AND tenant_id = @tenant;

-- name: list_alerts
SELECT seq AS Seq, id AS Id, tenant_id AS TenantId, kind AS Kind, severity AS Severity, key AS Key, once AS Once, provider_id AS ProviderId,
  repeats AS Repeats, raised_at AS RaisedAt, seen_at AS SeenAt, resolved_at AS ResolvedAt, resolution AS Resolution,
  raised_told_at AS RaisedToldAt, resolved_told_at AS ResolvedToldAt, facts AS Facts
FROM alert
WHERE tenant_id = @tenant AND seq < @after
  AND (@isOpen::boolean IS NULL OR (resolved_at IS NULL) = @isOpen)
  AND (@kind::smallint IS NULL OR kind = @kind)
  AND (@provider::uuid IS NULL OR provider_id = @provider)
ORDER BY seq DESC LIMIT @limit;

-- name: open_alerts
SELECT seq AS Seq, id AS Id, tenant_id AS TenantId, kind AS Kind, severity AS Severity, key AS Key, once AS Once, provider_id AS ProviderId,
  repeats AS Repeats, raised_at AS RaisedAt, seen_at AS SeenAt, resolved_at AS ResolvedAt, resolution AS Resolution,
  raised_told_at AS RaisedToldAt, resolved_told_at AS ResolvedToldAt, facts AS Facts
FROM alert WHERE resolved_at IS NULL ORDER BY seq;

-- name: untold_alerts
SELECT seq AS Seq, id AS Id, tenant_id AS TenantId, kind AS Kind, severity AS Severity, key AS Key, once AS Once, provider_id AS ProviderId,
  repeats AS Repeats, raised_at AS RaisedAt, seen_at AS SeenAt, resolved_at AS ResolvedAt, resolution AS Resolution,
  raised_told_at AS RaisedToldAt, resolved_told_at AS ResolvedToldAt, facts AS Facts
FROM alert WHERE raised_told_at IS NULL OR (resolved_at IS NOT NULL AND resolved_told_at IS NULL) ORDER BY seq LIMIT @limit;

-- name: open_counts
SELECT kind AS Kind, count(*) AS Count FROM alert WHERE resolved_at IS NULL GROUP BY kind ORDER BY kind;

-- name: drop_alerts
-- Rows stand in the order of their age: none but the oldest are looked at.
DELETE FROM alert WHERE seq IN (SELECT seq FROM alert ORDER BY seq LIMIT @limit) AND resolved_at < @before;

-- name: get_settings
SELECT tenant_id AS TenantId, version AS Version, document AS Document FROM alert_settings WHERE tenant_id = @tenant;

-- name: all_settings
SELECT tenant_id AS TenantId, version AS Version, document AS Document FROM alert_settings ORDER BY tenant_id;

-- name: insert_settings
INSERT INTO alert_settings (tenant_id, version, document) VALUES (@tenant, 1, @document) ON CONFLICT DO NOTHING;

-- name: replace_settings
UPDATE alert_settings SET version = version + 1, document = @document WHERE tenant_id = @tenant AND version = @version;

-- name: deliveries
-- By tenant, as the key begins: of each only the quarters that are asked for are read.
WITH RECURSIVE tenants (id) AS (
  (SELECT tenant_id FROM counter ORDER BY tenant_id LIMIT 1)
  UNION ALL
  SELECT c.tenant_id FROM tenants t CROSS JOIN LATERAL (SELECT tenant_id FROM counter WHERE tenant_id > t.id ORDER BY tenant_id LIMIT 1) c
)
SELECT c.provider_id AS ProviderId, c.status AS Status,
  sum(CASE WHEN c.quarter < @middle THEN c.count ELSE 0 END)::bigint AS Before,
  sum(CASE WHEN c.quarter >= @middle THEN c.count ELSE 0 END)::bigint AS Recent
FROM tenants t JOIN counter c ON c.tenant_id = t.id AND c.quarter >= @since
WHERE c.provider_id <> '00000000-0000-0000-0000-000000000000'
GROUP BY c.provider_id, c.status
ORDER BY c.provider_id, c.status;

-- name: backlogs
WITH RECURSIVE lanes (tenant_id, lane, due) AS (
  (SELECT tenant_id, lane, due FROM due_work ORDER BY tenant_id, lane, due LIMIT 1)
  UNION ALL
  SELECT d.tenant_id, d.lane, d.due FROM lanes l
  CROSS JOIN LATERAL (
    SELECT tenant_id, lane, due FROM due_work w
    WHERE (w.tenant_id, w.lane) > (l.tenant_id, l.lane)
    ORDER BY w.tenant_id, w.lane, w.due LIMIT 1) d
), parts (lane, oldest, count) AS (
  SELECT l.lane, l.due,
    (SELECT count(*) FROM (SELECT 1 FROM due_work d WHERE d.tenant_id = l.tenant_id AND d.lane = l.lane AND d.due <= @now LIMIT @most) AS counted)
  FROM lanes l WHERE l.lane >= 0
  UNION ALL
  SELECT lane, min(due), count(*) FROM owned_work WHERE kind = 1 AND lane >= 0 AND due <= @now GROUP BY lane
)
-- What is not due yet counts as none, and whatever is due was due before it.
SELECT lane AS Lane, min(oldest) AS Oldest, sum(count)::bigint AS Count FROM parts GROUP BY lane HAVING sum(count) > 0 ORDER BY lane;

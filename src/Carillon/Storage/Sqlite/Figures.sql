-- name: put_figure
INSERT INTO provider_figure (provider_id, quarter, node_epoch, accepted, rejected, unavailable, retry_after, unknown, observed_ms, down_ms, times)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (provider_id, quarter, node_epoch) DO UPDATE SET
  accepted = excluded.accepted, rejected = excluded.rejected, unavailable = excluded.unavailable, retry_after = excluded.retry_after,
  unknown = excluded.unknown, observed_ms = excluded.observed_ms, down_ms = excluded.down_ms, times = excluded.times;

-- name: list_figures
SELECT quarter AS Quarter, accepted AS Accepted, rejected AS Rejected, unavailable AS Unavailable, retry_after AS RetryAfter,
  unknown AS Unknown, observed_ms AS ObservedMs, down_ms AS DownMs, times AS Times
FROM provider_figure WHERE provider_id = @provider AND quarter >= @from AND quarter < @to
ORDER BY quarter;

-- name: provider_counts
-- Tenant by tenant, so that each is a range of the key.
SELECT c.quarter AS Quarter, c.status AS Status, sum(c.count) AS Count
FROM (SELECT @tenant AS id WHERE @tenant IS NOT NULL UNION ALL SELECT id FROM tenant WHERE @tenant IS NULL) t
CROSS JOIN counter c ON c.tenant_id = t.id AND c.quarter >= @from AND c.quarter < @to
WHERE c.provider_id = @provider
GROUP BY c.quarter, c.status
ORDER BY c.quarter, c.status;

-- name: drop_figures
DELETE FROM provider_figure WHERE (provider_id, quarter, node_epoch) IN (
  SELECT provider_id, quarter, node_epoch FROM provider_figure WHERE quarter < ?1 ORDER BY quarter LIMIT ?2);

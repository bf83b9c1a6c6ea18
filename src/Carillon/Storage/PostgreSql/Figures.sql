-- name: put_figures
INSERT INTO provider_figure (provider_id, quarter, node_epoch, accepted, rejected, unavailable, retry_after, unknown, observed_ms, down_ms, times)
SELECT u.provider, u.quarter, @epoch, u.accepted, u.rejected, u.unavailable, u.retry_after, u.unknown, u.observed, u.down, u.times
FROM unnest(@providers::uuid[], @quarters::bigint[], @accepted::bigint[], @rejected::bigint[], @unavailable::bigint[], @retryAfter::bigint[],
  @unknown::bigint[], @observed::bigint[], @down::bigint[], @times::bytea[])
  AS u (provider, quarter, accepted, rejected, unavailable, retry_after, unknown, observed, down, times)
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
SELECT c.quarter AS Quarter, c.status AS Status, sum(c.count)::bigint AS Count
FROM (SELECT @tenant::integer AS id WHERE @tenant::integer IS NOT NULL UNION ALL SELECT id FROM tenant WHERE @tenant::integer IS NULL) t
CROSS JOIN LATERAL (
  SELECT c.quarter, c.status, c.count FROM counter c
  WHERE c.tenant_id = t.id AND c.quarter >= @from AND c.quarter < @to AND c.provider_id = @provider OFFSET 0) c
GROUP BY c.quarter, c.status
ORDER BY c.quarter, c.status;

-- name: drop_figures
DELETE FROM provider_figure WHERE ctid = ANY (ARRAY(SELECT ctid FROM provider_figure WHERE quarter < @before ORDER BY quarter LIMIT @limit));

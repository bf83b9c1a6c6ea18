-- Nodes share a provider's windows: whoever asks holds the provider's lock until its transaction ends.

-- name: lock_provider
SELECT pg_advisory_xact_lock(hashtextextended(@provider::text, 1));

-- name: give_back
UPDATE provider_usage p SET used = greatest(0, p.used + c.amount)
FROM unnest(@kinds::smallint[], @starts::bigint[], @amounts::bigint[]) AS c (kind, window_start, amount)
WHERE p.provider_id = @provider AND p.kind = c.kind AND p.window_start = c.window_start AND c.amount < 0;

-- name: add_uses
INSERT INTO provider_usage (provider_id, kind, window_start, used)
SELECT @provider, c.kind, c.window_start, c.amount
FROM unnest(@kinds::smallint[], @starts::bigint[], @amounts::bigint[]) AS c (kind, window_start, amount)
WHERE c.amount > 0
ON CONFLICT (provider_id, kind, window_start) DO UPDATE SET used = provider_usage.used + excluded.used;

-- name: get_uses
SELECT coalesce(p.used, 0)
FROM unnest(@kinds::smallint[], @starts::bigint[]) WITH ORDINALITY AS w (kind, window_start, place)
LEFT JOIN provider_usage p ON p.provider_id = @provider AND p.kind = w.kind AND p.window_start = w.window_start
ORDER BY w.place;

-- name: drop_uses
DELETE FROM provider_usage p
USING unnest(@kinds::smallint[], @starts::bigint[]) AS k (kind, kept_from)
WHERE p.provider_id = @provider AND p.kind = k.kind AND p.window_start < k.kept_from;

-- name: latest_uses
SELECT provider_id AS ProviderId, kind AS Kind, window_start AS Start, used AS Used
FROM (
  SELECT provider_id, kind, window_start, used, row_number() OVER (PARTITION BY provider_id, kind ORDER BY window_start DESC) AS place
  FROM provider_usage WHERE provider_id = ANY (@providers)) AS ranked
WHERE place <= 2
ORDER BY provider_id, kind, window_start;

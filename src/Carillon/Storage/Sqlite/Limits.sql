-- name: get_use
SELECT used FROM provider_usage WHERE provider_id = ?1 AND kind = ?2 AND window_start = ?3;

-- name: set_use
INSERT INTO provider_usage (provider_id, kind, window_start, used) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (provider_id, kind, window_start) DO UPDATE SET used = excluded.used;

-- name: correct_use
INSERT INTO provider_usage (provider_id, kind, window_start, used) VALUES (?1, ?2, ?3, max(0, ?4))
ON CONFLICT (provider_id, kind, window_start) DO UPDATE SET used = max(0, used + ?4);

-- name: drop_uses
DELETE FROM provider_usage WHERE provider_id = ?1 AND kind = ?2 AND window_start < ?3;

-- name: latest_uses
SELECT kind AS Kind, window_start AS Start, used AS Used
FROM (
  SELECT kind, window_start, used, row_number() OVER (PARTITION BY kind ORDER BY window_start DESC) AS place
  FROM provider_usage WHERE provider_id = @provider)
WHERE place <= 2
ORDER BY kind, window_start;

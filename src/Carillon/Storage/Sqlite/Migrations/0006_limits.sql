-- What providers have used of their limits: a row for each window in which something was granted. Kinds: 0 second, 1 minute, 2 hour,
-- 3 day, 4 month (messages); 5 day, 6 month (money, in millionths).
CREATE TABLE provider_usage (
  provider_id BLOB NOT NULL,
  kind INTEGER NOT NULL,
  window_start INTEGER NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (provider_id, kind, window_start)
) WITHOUT ROWID;

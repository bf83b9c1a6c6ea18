-- What operators should know of. Rows stand in the order of their commits. once: the key names a window, and is never raised again.
CREATE TABLE alert (
  seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  tenant_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  key TEXT NOT NULL,
  once INTEGER NOT NULL,
  provider_id BLOB,
  repeats INTEGER NOT NULL,
  raised_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  resolved_at INTEGER,
  resolution TEXT,
  raised_told_at INTEGER,
  resolved_told_at INTEGER,
  facts TEXT NOT NULL
);
CREATE UNIQUE INDEX alert_key ON alert (tenant_id, key) WHERE resolved_at IS NULL OR once = 1;
CREATE INDEX alert_history ON alert (tenant_id, key, seq);
CREATE INDEX alert_list ON alert (tenant_id, seq);
CREATE INDEX alert_open ON alert (seq) WHERE resolved_at IS NULL;
CREATE INDEX alert_untold ON alert (seq) WHERE raised_told_at IS NULL OR (resolved_at IS NOT NULL AND resolved_told_at IS NULL);

CREATE TABLE alert_settings (
  tenant_id INTEGER NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL,
  document TEXT NOT NULL
);

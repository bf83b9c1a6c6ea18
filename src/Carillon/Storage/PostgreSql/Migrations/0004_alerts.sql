-- What operators should know of. Whoever raises holds a lock until the commit, so that rows stand in the order of their commits.
-- once: the key names a window, and is never raised again.
CREATE TABLE alert (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  tenant_id integer NOT NULL,
  kind smallint NOT NULL,
  severity smallint NOT NULL,
  key text COLLATE "C" NOT NULL,
  once boolean NOT NULL,
  provider_id uuid,
  repeats integer NOT NULL,
  raised_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  resolved_at bigint,
  resolution text,
  raised_told_at bigint,
  resolved_told_at bigint,
  facts text NOT NULL
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX alert_key ON alert (tenant_id, key) WHERE resolved_at IS NULL OR once;
CREATE INDEX alert_history ON alert (tenant_id, key, seq);
CREATE INDEX alert_list ON alert (tenant_id, seq);
CREATE INDEX alert_open ON alert (seq) WHERE resolved_at IS NULL;
CREATE INDEX alert_untold ON alert (seq) WHERE raised_told_at IS NULL OR (resolved_at IS NOT NULL AND resolved_told_at IS NULL);

CREATE TABLE alert_settings (
  tenant_id integer NOT NULL PRIMARY KEY,
  version integer NOT NULL,
  document text NOT NULL
);

-- What providers have used of their limits: a row for each window in which something was granted. Kinds: 0 second, 1 minute, 2 hour,
-- 3 day, 4 month (messages); 5 day, 6 month (money, in millionths).
CREATE TABLE provider_usage (
  provider_id uuid NOT NULL,
  kind smallint NOT NULL,
  window_start bigint NOT NULL,
  used bigint NOT NULL,
  PRIMARY KEY (provider_id, kind, window_start)
) WITH (fillfactor = 70);

-- Settings of tenants that nodes remember: how messages are routed, and what is stopped.
CREATE TRIGGER routing_change AFTER INSERT OR UPDATE ON setting FOR EACH ROW WHEN (NEW.name LIKE 'routing/%') EXECUTE FUNCTION note_change('routing');

-- How providers did, by quarter hour and node (the incarnation with which its process began): sends by outcome, how long they took (the
-- buckets that are not empty, see LatencyHistogram), and for how long the node watched the circuit and it was not closed.
CREATE TABLE provider_figure (
  provider_id uuid NOT NULL,
  quarter bigint NOT NULL,
  node_epoch bigint NOT NULL,
  accepted bigint NOT NULL,
  rejected bigint NOT NULL,
  unavailable bigint NOT NULL,
  retry_after bigint NOT NULL,
  unknown bigint NOT NULL,
  observed_ms bigint NOT NULL,
  down_ms bigint NOT NULL,
  times bytea NOT NULL,
  PRIMARY KEY (provider_id, quarter, node_epoch)
) WITH (fillfactor = 70);
CREATE INDEX provider_figure_quarter ON provider_figure (quarter);

-- What a message was counted for and its row no longer shows. unattributed: its end was counted for no provider, though one had tried it.
-- outcome_status and outcome_at: what the first event wrote over, unless sent_at says it. past: what a retry by hand wrote over, a line each:
-- milliseconds, status, provider.
ALTER TABLE message
  ADD COLUMN unattributed boolean, ADD COLUMN outcome_status smallint, ADD COLUMN outcome_at bigint, ADD COLUMN past text;
-- Where an event moved its message, and the provider for which that was counted, if it is not the one that told.
ALTER TABLE message_event ADD COLUMN moved_to smallint, ADD COLUMN moved_provider_id uuid;

-- Before this quarter hour the log does not know all that was counted.
CREATE TABLE counter_floor (quarter bigint NOT NULL);
INSERT INTO counter_floor
SELECT CASE WHEN EXISTS (SELECT 1 FROM message) THEN (floor(extract(epoch FROM clock_timestamp()) / 900)::bigint + 1) * 900000 ELSE 0 END;

-- Counters as they are made anew from the log, what they were when that began, and how far it has come: one row, of the last time.
CREATE INDEX counter_quarter ON counter (quarter);
CREATE TABLE counter_rebuilt (
  quarter bigint NOT NULL,
  tenant_id integer NOT NULL,
  channel smallint NOT NULL,
  provider_id uuid NOT NULL,
  status smallint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (quarter, tenant_id, channel, provider_id, status)
) WITH (fillfactor = 70);
CREATE TABLE counter_before (
  quarter bigint NOT NULL PRIMARY KEY,
  count bigint NOT NULL
);
CREATE TABLE counter_rebuild (
  id integer NOT NULL PRIMARY KEY CHECK (id = 1),
  phase smallint NOT NULL,
  started_at bigint NOT NULL,
  finished_at bigint,
  from_quarter bigint NOT NULL,
  until_quarter bigint NOT NULL,
  messages_total bigint NOT NULL,
  messages_read bigint NOT NULL,
  quarters_total bigint NOT NULL,
  quarters_done bigint NOT NULL,
  quarters_left bigint NOT NULL,
  counters_changed bigint NOT NULL,
  last_id uuid NOT NULL,
  read_tenant integer NOT NULL,
  read_id uuid NOT NULL,
  done_quarter bigint NOT NULL
) WITH (fillfactor = 50);

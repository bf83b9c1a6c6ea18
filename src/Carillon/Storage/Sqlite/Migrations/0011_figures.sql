-- How providers did, by quarter hour and node (the incarnation with which its process began): sends by outcome, how long they took (the
-- buckets that are not empty, see LatencyHistogram), and for how long the node watched the circuit and it was not closed.
CREATE TABLE provider_figure (
  provider_id BLOB NOT NULL,
  quarter INTEGER NOT NULL,
  node_epoch INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  unavailable INTEGER NOT NULL,
  retry_after INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  observed_ms INTEGER NOT NULL,
  down_ms INTEGER NOT NULL,
  times BLOB NOT NULL,
  PRIMARY KEY (provider_id, quarter, node_epoch)
) WITHOUT ROWID;
CREATE INDEX provider_figure_quarter ON provider_figure (quarter);

-- What a message was counted for and its row no longer shows. unattributed: its end was counted for no provider, though one had tried it.
-- outcome_status and outcome_at: what the first event wrote over, unless sent_at says it. past: what a retry by hand wrote over, a line each:
-- milliseconds, status, provider.
ALTER TABLE message ADD COLUMN unattributed INTEGER;
ALTER TABLE message ADD COLUMN outcome_status INTEGER;
ALTER TABLE message ADD COLUMN outcome_at INTEGER;
ALTER TABLE message ADD COLUMN past TEXT;
-- Where an event moved its message, and the provider for which that was counted, if it is not the one that told.
ALTER TABLE message_event ADD COLUMN moved_to INTEGER;
ALTER TABLE message_event ADD COLUMN moved_provider_id BLOB;

-- Before this quarter hour the log does not know all that was counted.
CREATE TABLE counter_floor (quarter INTEGER NOT NULL);
INSERT INTO counter_floor
SELECT CASE WHEN EXISTS (SELECT 1 FROM message) THEN (strftime('%s', 'now') / 900 + 1) * 900000 ELSE 0 END;

-- Counters as they are made anew from the log, what they were when that began, and how far it has come: one row, of the last time.
CREATE INDEX counter_quarter ON counter (quarter);
CREATE TABLE counter_rebuilt (
  quarter INTEGER NOT NULL,
  tenant_id INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  provider_id BLOB NOT NULL,
  status INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (quarter, tenant_id, channel, provider_id, status)
) WITHOUT ROWID;
CREATE TABLE counter_before (
  quarter INTEGER NOT NULL PRIMARY KEY,
  count INTEGER NOT NULL
);
CREATE TABLE counter_rebuild (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  phase INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  from_quarter INTEGER NOT NULL,
  until_quarter INTEGER NOT NULL,
  messages_total INTEGER NOT NULL,
  messages_read INTEGER NOT NULL,
  quarters_total INTEGER NOT NULL,
  quarters_done INTEGER NOT NULL,
  quarters_left INTEGER NOT NULL,
  counters_changed INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  read_seq INTEGER NOT NULL,
  done_quarter INTEGER NOT NULL
);

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

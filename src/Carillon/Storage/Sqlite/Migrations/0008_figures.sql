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

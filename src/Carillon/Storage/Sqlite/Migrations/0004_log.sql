-- When a message was last put back into the queue by hand, and how many attempts it had had by then: it has the attempts and the age of a
-- new one from there on.
ALTER TABLE message ADD COLUMN retried_at INTEGER;
ALTER TABLE message ADD COLUMN retried_attempts INTEGER NOT NULL DEFAULT 0;

-- Messages in the states that few come to, so that they are found among millions that were sent. Those that most messages pass through
-- would cost each of them an entry.
CREATE INDEX message_status ON message (tenant_id, status, seq)
WHERE status NOT IN (3 /* queued */, 5 /* sent */, 6 /* delivered */, 7 /* read */);

CREATE TABLE attachment (
  tenant_id INTEGER NOT NULL,
  id BLOB NOT NULL,
  hash TEXT NOT NULL,
  filename TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX attachment_file ON attachment (tenant_id, hash, filename, content_type);

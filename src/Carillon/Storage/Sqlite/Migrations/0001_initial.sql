-- Times are milliseconds since 1970 UTC. Ids are UUIDv7, 16 bytes, big endian: new rows go to the right edge of their index.
-- Amounts of money are decimal text.

CREATE TABLE notification (
  id BLOB NOT NULL PRIMARY KEY,
  tenant_id INTEGER NOT NULL,
  contact_id TEXT,
  template_version_id BLOB,
  variables BLOB,
  secrets BLOB,
  secrets_erase_at INTEGER,
  details TEXT,
  category TEXT,
  priority INTEGER NOT NULL,
  on_unknown INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  scheduled_at INTEGER,
  expires_at INTEGER,
  cancelled_at INTEGER,
  plan TEXT,
  step INTEGER NOT NULL DEFAULT 0,
  locale TEXT,
  related_type TEXT,
  related_id TEXT,
  batch_id BLOB
);
CREATE INDEX notification_related ON notification (tenant_id, related_type, related_id, id) WHERE related_id IS NOT NULL;
CREATE INDEX notification_batch ON notification (tenant_id, batch_id, id) WHERE batch_id IS NOT NULL;
CREATE INDEX notification_secrets ON notification (secrets_erase_at) WHERE secrets_erase_at IS NOT NULL;

CREATE TABLE message (
  seq INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  tenant_id INTEGER NOT NULL,
  notification_id BLOB NOT NULL,
  lane INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  address TEXT NOT NULL,
  contact_id TEXT,
  status INTEGER NOT NULL,
  reason TEXT,
  step INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  provider_id BLOB,
  external_id TEXT,
  cost TEXT,
  currency TEXT,
  created_at INTEGER NOT NULL,
  due_at INTEGER,
  sent_at INTEGER,
  updated_at INTEGER NOT NULL,
  content_hash BLOB,
  trace TEXT
);
CREATE INDEX message_notification ON message (notification_id);

-- Finds messages by tenant, address, contact or external id, all by a hash; what is found is compared in full. An index on any of
-- them would take each new entry at a random place and so cost a page of its own per message. Here entries fill one bucket of a few
-- pages after the other, and a search probes the buckets, newest first.
CREATE TABLE message_key (
  bucket INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (bucket, hash, seq)
) WITHOUT ROWID;

-- What is due now or later and belongs to no node. seq is the message's row; status is what the subject shows while it waits.
CREATE TABLE due_work (
  lane INTEGER NOT NULL,
  due INTEGER NOT NULL,
  subject BLOB NOT NULL,
  kind INTEGER NOT NULL,
  seq INTEGER,
  status INTEGER NOT NULL,
  dedupe_key TEXT,
  PRIMARY KEY (lane, due, subject, kind)
) WITHOUT ROWID;
CREATE UNIQUE INDEX due_work_dedupe ON due_work (dedupe_key) WHERE dedupe_key IS NOT NULL;

-- What a node has in memory or in flight, by the epoch of its incarnation. The mark says which send may have left.
CREATE TABLE owned_work (
  subject BLOB NOT NULL,
  kind INTEGER NOT NULL,
  seq INTEGER,
  lane INTEGER NOT NULL,
  due INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  mark_attempt INTEGER,
  mark_provider BLOB,
  PRIMARY KEY (subject, kind)
) WITHOUT ROWID;

CREATE TABLE counter (
  tenant_id INTEGER NOT NULL,
  quarter INTEGER NOT NULL,
  node_epoch INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  provider_id BLOB NOT NULL,
  status INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, quarter, node_epoch, channel, provider_id, status)
) WITHOUT ROWID;

-- Rows stand in the order of their age, so that cleaning needs no index.
CREATE TABLE idempotency (
  tenant_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  answer BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, key)
);

CREATE TABLE batch (
  tenant_id INTEGER NOT NULL,
  id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE blob (
  tenant_id INTEGER NOT NULL,
  hash TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (tenant_id, hash)
);

CREATE TABLE contact (
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  locale TEXT,
  time_zone TEXT,
  attributes TEXT,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE contact_address (
  tenant_id INTEGER NOT NULL,
  contact_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  identifier TEXT NOT NULL,
  is_primary INTEGER NOT NULL,
  is_verified INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, position)
) WITHOUT ROWID;

CREATE TABLE template (
  tenant_id INTEGER NOT NULL,
  id BLOB NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  category TEXT,
  type TEXT,
  is_active INTEGER NOT NULL,
  published_id BLOB,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX template_key ON template (tenant_id, key);

CREATE TABLE template_version (
  tenant_id INTEGER NOT NULL,
  id BLOB NOT NULL,
  template_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  document TEXT NOT NULL,
  published_at INTEGER,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX template_version_number ON template_version (tenant_id, template_id, number);

CREATE TABLE provider (
  tenant_id INTEGER NOT NULL,
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  channel INTEGER NOT NULL,
  kind TEXT NOT NULL,
  settings TEXT NOT NULL,
  credentials BLOB,
  priority INTEGER NOT NULL,
  weight INTEGER NOT NULL,
  is_default INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  max_concurrency INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX provider_name ON provider (tenant_id, name);

CREATE TABLE tenant (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL
);
INSERT INTO tenant (id, key, name) VALUES (0, 'installation', 'Installation');

CREATE TABLE api_key (
  id BLOB NOT NULL PRIMARY KEY,
  tenant_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
);

-- The number of an incarnation is never used twice.
CREATE TABLE node (
  epoch INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL,
  stopped_at INTEGER
);

CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
);

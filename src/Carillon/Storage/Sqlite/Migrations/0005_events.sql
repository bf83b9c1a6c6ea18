-- What happened to messages after they left. Rows stand in the order of their commits.
CREATE TABLE message_event (
  seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL,
  message_id BLOB NOT NULL,
  kind INTEGER NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  provider_id BLOB,
  detail TEXT,
  url TEXT
);
CREATE UNIQUE INDEX message_event_once ON message_event (message_id, kind, at, coalesce(url, ''));

-- Events whose message is not known yet, or is being sent: recorded with its outcome. Few, and none for long.
CREATE TABLE early_event (
  seq INTEGER NOT NULL PRIMARY KEY,
  provider_id BLOB NOT NULL,
  external_id TEXT,
  message_id BLOB,
  kind INTEGER NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  detail TEXT,
  permanent INTEGER NOT NULL,
  url TEXT,
  cost TEXT,
  currency TEXT
);
CREATE INDEX early_event_external ON early_event (provider_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX early_event_message ON early_event (message_id) WHERE message_id IS NOT NULL;

-- Requests of vendors as they came.
CREATE TABLE callback (
  seq INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  provider_id BLOB NOT NULL,
  digest BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  request BLOB NOT NULL,
  read_at INTEGER,
  fault TEXT
);
CREATE UNIQUE INDEX callback_digest ON callback (provider_id, digest);
CREATE INDEX callback_unread ON callback (received_at) WHERE read_at IS NULL;

-- Whoever writes to us is known by where from.
CREATE INDEX contact_address_identifier ON contact_address (tenant_id, identifier);

ALTER TABLE notification ADD COLUMN confirmed_at INTEGER;

-- Times are milliseconds since 1970 UTC. Ids are UUIDv7, so that the log is divided by month through them; the partitions themselves,
-- and their fill factors, come from Partitions.sql. Every key starts with the tenant. Text that is a key sorts by its code points.

CREATE TABLE notification (
  tenant_id integer NOT NULL,
  priority smallint NOT NULL,
  on_unknown smallint NOT NULL,
  id uuid NOT NULL,
  created_at bigint NOT NULL,
  scheduled_at bigint,
  expires_at bigint,
  cancelled_at bigint,
  confirmed_at bigint,
  secrets_erase_at bigint,
  step integer NOT NULL DEFAULT 0,
  contact_id text COLLATE "C",
  template_version_id uuid,
  batch_id uuid,
  category text,
  locale text,
  related_type text COLLATE "C",
  related_id text COLLATE "C",
  variables bytea,
  secrets bytea,
  details text,
  plan text,
  PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX notification_related ON notification (tenant_id, related_type, related_id, id) WHERE related_id IS NOT NULL;
CREATE INDEX notification_batch ON notification (tenant_id, batch_id, id) WHERE batch_id IS NOT NULL;
CREATE INDEX notification_secrets ON notification (secrets_erase_at) WHERE secrets_erase_at IS NOT NULL;

-- What an outcome changes stands in no index, so that its new version takes the place beside the old one and no index is touched.
CREATE TABLE message (
  tenant_id integer NOT NULL,
  channel smallint NOT NULL,
  status smallint NOT NULL,
  id uuid NOT NULL,
  notification_id uuid NOT NULL,
  lane bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  due_at bigint,
  sent_at bigint,
  -- When it was last put back into the queue by hand, and how many attempts it had had by then.
  retried_at bigint,
  retried_attempts integer NOT NULL DEFAULT 0,
  step integer NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  provider_id uuid,
  content_hash uuid,
  address text COLLATE "C" NOT NULL,
  contact_id text COLLATE "C",
  reason text,
  external_id text COLLATE "C",
  cost numeric,
  currency text,
  trace bytea,
  PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);
-- None of these can be taken for the primary key: a plan that is made while a month is still empty sees no difference between an index
-- that leads to one row and one that leads through all of the tenant's.
CREATE INDEX message_notification ON message (notification_id);
-- Vendors name a message by its id alone.
CREATE INDEX message_id ON message ((uuid_send(id) || ''::bytea));
CREATE INDEX message_address ON message (hashtextextended(address, tenant_id), uuid_send(id));
CREATE INDEX message_contact ON message (hashtextextended(contact_id, tenant_id), uuid_send(id)) WHERE contact_id IS NOT NULL;

-- Finds messages by the gateway's id for them, by a hash of it; what is found is compared in full. A column of the message with an
-- index on it would make every outcome touch all of the message's indexes.
-- Whoever asks knows the gateway, and not yet whose message it is.
CREATE TABLE message_external (
  tenant_id integer NOT NULL,
  hash bigint NOT NULL,
  message_id uuid NOT NULL,
  PRIMARY KEY (hash, message_id)
) PARTITION BY RANGE (message_id);

-- Messages that came to one of the states that few come to (all but queued, sent, delivered and read), so that they are found among
-- millions that were sent. They may have left it since.
CREATE TABLE message_state (
  tenant_id integer NOT NULL,
  status smallint NOT NULL,
  message_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, status, message_id)
) PARTITION BY RANGE (message_id);

-- What happened to messages after they left. An event is the same as another of its message, kind, time and link.
CREATE SEQUENCE message_event_seq;
CREATE TABLE message_event (
  tenant_id integer NOT NULL,
  kind smallint NOT NULL,
  message_id uuid NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('message_event_seq'),
  at bigint NOT NULL,
  recorded_at bigint NOT NULL,
  provider_id uuid,
  detail text,
  url text
) PARTITION BY RANGE (message_id);
CREATE UNIQUE INDEX message_event_once ON message_event (tenant_id, message_id, kind, at, hashtextextended(coalesce(url, ''), 0));

CREATE TABLE notification_rest PARTITION OF notification DEFAULT WITH (fillfactor = 90);
CREATE TABLE message_rest PARTITION OF message DEFAULT WITH (fillfactor = 20);
CREATE TABLE message_external_rest PARTITION OF message_external DEFAULT;
CREATE TABLE message_state_rest PARTITION OF message_state DEFAULT;
CREATE TABLE message_event_rest PARTITION OF message_event DEFAULT;

-- What is due now or later and belongs to no node. status is what the subject shows while it waits. Steps of plans wait in lanes below 0.
-- Rows live for seconds: a vacuum that comes early and does not rest keeps both tables, and the way to their first rows, short.
CREATE TABLE due_work (
  tenant_id integer NOT NULL,
  kind smallint NOT NULL,
  status smallint NOT NULL,
  lane bigint NOT NULL,
  due bigint NOT NULL,
  subject uuid NOT NULL,
  step integer,
  dedupe_key text COLLATE "C",
  PRIMARY KEY (tenant_id, lane, due, subject, kind)
) WITH (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0.2, autovacuum_analyze_threshold = 5000);
CREATE INDEX due_work_steps ON due_work (due) WHERE lane < 0;
CREATE UNIQUE INDEX due_work_dedupe ON due_work (tenant_id, dedupe_key) WHERE dedupe_key IS NOT NULL;

-- What a node has in memory or in flight, by the epoch of its incarnation. The mark says which send may have left.
CREATE TABLE owned_work (
  tenant_id integer NOT NULL,
  kind smallint NOT NULL,
  subject uuid NOT NULL,
  lane bigint NOT NULL,
  due bigint NOT NULL,
  epoch bigint NOT NULL,
  mark_attempt integer,
  mark_provider uuid,
  PRIMARY KEY (tenant_id, subject, kind)
) WITH (
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0.2, autovacuum_analyze_threshold = 5000);

-- A few rows that are written over and over: all versions of a quarter's counters find room on their page.
CREATE TABLE counter (
  tenant_id integer NOT NULL,
  channel smallint NOT NULL,
  status smallint NOT NULL,
  quarter bigint NOT NULL,
  node_epoch bigint NOT NULL,
  provider_id uuid NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (tenant_id, quarter, node_epoch, channel, provider_id, status)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);

CREATE TABLE idempotency (
  tenant_id integer NOT NULL,
  created_at bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  request_hash bytea NOT NULL,
  answer bytea NOT NULL,
  PRIMARY KEY (tenant_id, key)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE batch (
  tenant_id integer NOT NULL,
  id uuid NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE blob (
  tenant_id integer NOT NULL,
  hash text COLLATE "C" NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (tenant_id, hash)
);
-- What is attached is compressed already, or not worth it.
ALTER TABLE blob ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE contact (
  tenant_id integer NOT NULL,
  id text COLLATE "C" NOT NULL,
  name text,
  locale text,
  time_zone text,
  attributes text,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE contact_address (
  tenant_id integer NOT NULL,
  channel smallint NOT NULL,
  is_primary boolean NOT NULL,
  is_verified boolean NOT NULL,
  position integer NOT NULL,
  contact_id text COLLATE "C" NOT NULL,
  identifier text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, position)
);
-- Whoever writes to us is known by where from.
CREATE INDEX contact_address_identifier ON contact_address (hashtextextended(identifier, tenant_id));

CREATE TABLE template (
  tenant_id integer NOT NULL,
  id uuid NOT NULL,
  key text COLLATE "C" NOT NULL,
  name text NOT NULL,
  description text,
  category text,
  type text,
  is_active boolean NOT NULL,
  published_id uuid,
  revision integer NOT NULL DEFAULT 1,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  deleted_at bigint,
  PRIMARY KEY (tenant_id, id)
);
-- A deleted template gives its key free; its versions stay, since notifications are bound to them.
CREATE UNIQUE INDEX template_key ON template (tenant_id, key) WHERE deleted_at IS NULL;

CREATE TABLE template_version (
  tenant_id integer NOT NULL,
  id uuid NOT NULL,
  template_id uuid NOT NULL,
  number integer NOT NULL,
  document text NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  created_at bigint NOT NULL,
  published_at bigint,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX template_version_number ON template_version (tenant_id, template_id, number);

CREATE TABLE provider (
  tenant_id integer NOT NULL,
  id uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  channel smallint NOT NULL,
  kind text NOT NULL,
  settings text NOT NULL,
  credentials bytea,
  priority integer NOT NULL,
  weight integer NOT NULL,
  is_default boolean NOT NULL,
  enabled boolean NOT NULL,
  max_concurrency integer NOT NULL,
  policy text,
  version integer NOT NULL DEFAULT 1,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  deleted_at bigint,
  PRIMARY KEY (tenant_id, id)
);
-- A deleted provider stays, without its credentials: the log names it, and nothing may take its channel for one that never had any.
CREATE UNIQUE INDEX provider_name ON provider (tenant_id, name) WHERE deleted_at IS NULL;

-- Events whose message is not known yet, or is being sent: recorded with its outcome. Few, and none for long.
CREATE TABLE early_event (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  provider_id uuid NOT NULL,
  external_id text COLLATE "C",
  message_id uuid,
  kind smallint NOT NULL,
  at bigint NOT NULL,
  recorded_at bigint NOT NULL,
  detail text,
  permanent boolean NOT NULL,
  url text,
  cost numeric,
  currency text
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
CREATE INDEX early_event_external ON early_event (provider_id, hashtextextended(external_id, 0)) WHERE external_id IS NOT NULL;
CREATE INDEX early_event_message ON early_event (message_id) WHERE message_id IS NOT NULL;

-- Requests of vendors as they came.
CREATE TABLE callback (
  id uuid NOT NULL PRIMARY KEY,
  provider_id uuid NOT NULL,
  digest bytea NOT NULL,
  received_at bigint NOT NULL,
  read_at bigint,
  request bytea NOT NULL,
  fault text
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX callback_digest ON callback (provider_id, digest);
CREATE INDEX callback_age ON callback (received_at);
CREATE INDEX callback_unread ON callback (received_at) WHERE read_at IS NULL;

CREATE TABLE attachment (
  tenant_id integer NOT NULL,
  id uuid NOT NULL,
  hash text COLLATE "C" NOT NULL,
  filename text NOT NULL,
  content_type text NOT NULL,
  size bigint NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX attachment_file ON attachment (tenant_id, hash, filename, content_type);

-- Domains whose mail is signed. The private key is sealed; dns_value is the public one as the DNS holds it.
CREATE TABLE sender_domain (
  tenant_id integer NOT NULL,
  id uuid NOT NULL,
  domain text COLLATE "C" NOT NULL,
  selector text COLLATE "C" NOT NULL,
  dns_value text NOT NULL,
  private_key bytea NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX sender_domain_name ON sender_domain (tenant_id, domain, selector);

CREATE TABLE tenant (
  id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  key text COLLATE "C" NOT NULL UNIQUE,
  name text NOT NULL
);
INSERT INTO tenant (id, key, name) VALUES (0, 'installation', 'Installation');

CREATE TABLE api_key (
  id uuid NOT NULL PRIMARY KEY,
  tenant_id integer NOT NULL,
  name text NOT NULL,
  hash bytea NOT NULL UNIQUE,
  scopes text NOT NULL,
  created_at bigint NOT NULL,
  revoked_at bigint
);
CREATE INDEX api_key_tenant ON api_key (tenant_id, id);

-- The number of an incarnation is never used twice.
CREATE TABLE node (
  epoch bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  started_at bigint NOT NULL,
  heartbeat_at bigint NOT NULL,
  stopped_at bigint
) WITH (fillfactor = 50);

CREATE TABLE setting (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  value bytea NOT NULL
);

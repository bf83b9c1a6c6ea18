-- version rises with each change: by it a change is refused that was made of what is no longer there, and nodes see what is new.
-- A deleted provider stays, without its credentials: the log names it, and nothing may take its channel for one that never had any.
ALTER TABLE provider ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE provider ADD COLUMN policy TEXT;
ALTER TABLE provider ADD COLUMN deleted_at INTEGER;
DROP INDEX provider_name;
CREATE UNIQUE INDEX provider_name ON provider (tenant_id, name) WHERE deleted_at IS NULL;

-- A deleted template gives its key free; its versions stay, since notifications are bound to them.
ALTER TABLE template ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE template ADD COLUMN deleted_at INTEGER;
DROP INDEX template_key;
CREATE UNIQUE INDEX template_key ON template (tenant_id, key) WHERE deleted_at IS NULL;
ALTER TABLE template_version ADD COLUMN created_at INTEGER;
ALTER TABLE template_version ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
UPDATE template_version SET created_at = coalesce(published_at, 0);

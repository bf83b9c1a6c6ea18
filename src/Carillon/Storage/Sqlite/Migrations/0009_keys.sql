-- What API keys may do at most. A key that is held as new goes by the cap for new keys during its first hours.
ALTER TABLE api_key ADD COLUMN recipients_per_minute INTEGER;
ALTER TABLE api_key ADD COLUMN recipients_per_day INTEGER;
ALTER TABLE api_key ADD COLUMN is_held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Credentials that were replaced and still open callbacks for a while, sealed as they were.
ALTER TABLE provider ADD COLUMN previous_credentials BLOB;
ALTER TABLE provider ADD COLUMN previous_until INTEGER;
ALTER TABLE provider ADD COLUMN credentials_rotated_at INTEGER;

-- Bytes 2 to 5 of what is sealed name the encryption key: so a rotation finds what is left of the old one.
CREATE INDEX notification_sealed ON notification (substr(secrets, 2, 4), id) WHERE secrets IS NOT NULL;

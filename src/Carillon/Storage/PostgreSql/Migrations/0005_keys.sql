-- What API keys may do at most. A key that is held as new goes by the cap for new keys during its first hours.
ALTER TABLE api_key ADD COLUMN recipients_per_minute integer;
ALTER TABLE api_key ADD COLUMN recipients_per_day integer;
ALTER TABLE api_key ADD COLUMN is_held boolean NOT NULL DEFAULT false;
ALTER TABLE api_key ADD COLUMN version integer NOT NULL DEFAULT 1;

-- Credentials that were replaced and still open callbacks for a while, sealed as they were.
ALTER TABLE provider ADD COLUMN previous_credentials bytea;
ALTER TABLE provider ADD COLUMN previous_until bigint;
ALTER TABLE provider ADD COLUMN credentials_rotated_at bigint;

-- Bytes 2 to 5 of what is sealed name the encryption key: so a rotation finds what is left of the old one.
CREATE INDEX notification_sealed ON notification (substr(secrets, 2, 4), id) WHERE secrets IS NOT NULL;

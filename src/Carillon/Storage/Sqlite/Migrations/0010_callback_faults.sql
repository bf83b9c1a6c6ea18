-- Few callbacks cannot be read; people ask for these.
CREATE INDEX callback_fault ON callback (provider_id, id) WHERE fault IS NOT NULL;

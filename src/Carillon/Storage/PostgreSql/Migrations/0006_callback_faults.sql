-- Few callbacks cannot be read; people ask for these.
CREATE INDEX callback_fault ON callback (provider_id, id) WHERE fault IS NOT NULL;

-- Endpoints of webhooks that are gone.
CREATE TRIGGER endpoint_change AFTER INSERT OR UPDATE ON setting FOR EACH ROW WHEN (NEW.name LIKE 'endpoint/%') EXECUTE FUNCTION note_change('endpoints');

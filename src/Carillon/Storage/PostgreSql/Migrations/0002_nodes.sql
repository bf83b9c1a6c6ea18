-- What one node does alone: whoever holds the lease. The token rises with each new holder.
CREATE TABLE lease (
  name text NOT NULL PRIMARY KEY,
  holder bigint NOT NULL,
  token bigint NOT NULL,
  until bigint NOT NULL
);

-- Nodes remember what changes seldom; from these numbers they learn that they must read it again.
CREATE TABLE change (
  topic text NOT NULL PRIMARY KEY,
  version bigint NOT NULL
) WITH (fillfactor = 50);

CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (topic, version) VALUES (TG_ARGV[0], 1) ON CONFLICT (topic) DO UPDATE SET version = change.version + 1;
  PERFORM pg_notify('carillon', TG_ARGV[0]);
  RETURN NULL;
END $$;

CREATE TRIGGER provider_change AFTER INSERT OR UPDATE OR DELETE ON provider FOR EACH STATEMENT EXECUTE FUNCTION note_change('providers');
CREATE TRIGGER sender_change AFTER INSERT OR UPDATE OR DELETE ON sender_domain FOR EACH STATEMENT EXECUTE FUNCTION note_change('senders');
CREATE TRIGGER template_change AFTER INSERT OR UPDATE OR DELETE ON template FOR EACH STATEMENT EXECUTE FUNCTION note_change('templates');

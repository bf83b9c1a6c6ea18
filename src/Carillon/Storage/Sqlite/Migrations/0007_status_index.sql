-- The same messages by another condition: SQLite makes a table of a list of more than two values, anew with each statement that touches the
-- index's rows, which was a tenth of what a message's whole life cost the store.
DROP INDEX message_status;
CREATE INDEX message_status ON message (tenant_id, status, seq)
WHERE status <> 3 /* queued */ AND status <> 5 /* sent */ AND status <> 6 /* delivered */ AND status <> 7 /* read */;

-- The counters made anew from the log, see ICounterStore.

-- name: get_rebuild
SELECT phase AS Phase, started_at AS StartedAt, finished_at AS FinishedAt, from_quarter AS FromQuarter, until_quarter AS UntilQuarter,
  messages_total AS MessagesTotal, messages_read AS MessagesRead, quarters_total AS QuartersTotal, quarters_done AS QuartersDone,
  quarters_left AS QuartersLeft, counters_changed AS CountersChanged, done_quarter AS DoneQuarter, last_id AS LastId, read_tenant AS ReadTenant, read_id AS ReadId
FROM counter_rebuild WHERE id = 1;

-- name: floor
SELECT coalesce(max(quarter), 0) FROM counter_floor;

-- name: count_messages
SELECT count(*) FROM message WHERE id < @last;

-- name: clear_rebuilt
DELETE FROM counter_rebuilt;

-- name: clear_before
DELETE FROM counter_before;

-- name: lock_rebuild
-- Whoever begins or goes on with one does so alone; goes with the transaction.
SELECT pg_advisory_xact_lock(@key);

-- name: insert_before
INSERT INTO counter_before (quarter, count)
SELECT quarter, sum(count)::bigint FROM counter WHERE quarter >= @from AND quarter < @until GROUP BY quarter;

-- name: begin_rebuild
INSERT INTO counter_rebuild (id, phase, started_at, finished_at, from_quarter, until_quarter, messages_total, messages_read,
  quarters_total, quarters_done, quarters_left, counters_changed, last_id, read_tenant, read_id, done_quarter)
VALUES (1, 1, @now, NULL, @from, @until, @total, 0, 0, 0, 0, 0, @last, -1, '00000000-0000-0000-0000-000000000000', -1)
ON CONFLICT (id) DO UPDATE SET
  phase = 1, started_at = excluded.started_at, finished_at = NULL, from_quarter = excluded.from_quarter, until_quarter = excluded.until_quarter,
  messages_total = excluded.messages_total, messages_read = 0, quarters_total = 0, quarters_done = 0, quarters_left = 0, counters_changed = 0,
  last_id = excluded.last_id, read_tenant = excluded.read_tenant, read_id = excluded.read_id, done_quarter = excluded.done_quarter;

-- name: next_messages
SELECT m.id, m.tenant_id, m.channel, m.status, m.step, m.created_at, n.scheduled_at, m.provider_id, m.unattributed, m.sent_at, m.retried_at,
  m.updated_at, m.outcome_status, m.outcome_at, m.past
FROM (
  SELECT * FROM message x WHERE (x.tenant_id, x.id) > (@tenant, @after) AND x.id < @last ORDER BY x.tenant_id, x.id LIMIT @limit) m
LEFT JOIN LATERAL (SELECT n.scheduled_at FROM notification n WHERE n.tenant_id = m.tenant_id AND n.id = m.notification_id AND m.step = 0 OFFSET 0) n ON true
ORDER BY m.tenant_id, m.id;

-- name: events_of
SELECT u.tenant_id, u.channel, e.recorded_at, e.moved_to, coalesce(e.moved_provider_id, e.provider_id)
FROM unnest(@tenants, @ids, @channels) AS u (tenant_id, id, channel)
CROSS JOIN LATERAL (
  SELECT * FROM message_event e WHERE e.tenant_id = u.tenant_id AND e.message_id = u.id AND e.moved_to IS NOT NULL OFFSET 0) e;

-- name: add_rebuilt
INSERT INTO counter_rebuilt (quarter, tenant_id, channel, provider_id, status, count)
SELECT * FROM unnest(@quarters::bigint[], @tenants::integer[], @channels::smallint[], @providers::uuid[], @statuses::smallint[], @counts::bigint[])
ON CONFLICT (quarter, tenant_id, channel, provider_id, status) DO UPDATE SET count = counter_rebuilt.count + excluded.count;

-- name: note_read
UPDATE counter_rebuild SET read_tenant = @toTenant, read_id = @toId, messages_read = messages_read + @messages
WHERE id = 1 AND phase = 1 AND read_tenant = @tenant AND read_id = @after;

-- name: end_reading
UPDATE counter_rebuild SET phase = 2, quarters_total = (
  SELECT count(*) FROM (SELECT quarter FROM counter_before UNION SELECT quarter FROM counter_rebuilt) AS q)
WHERE id = 1 AND phase = 1 AND read_tenant = @tenant AND read_id = @after;

-- name: next_quarters
SELECT quarter FROM (
  SELECT quarter FROM counter_before WHERE quarter > @after UNION SELECT quarter FROM counter_rebuilt WHERE quarter > @after) AS q
ORDER BY quarter LIMIT @limit;

-- name: compare_quarters
SELECT u.quarter AS Quarter, coalesce(c.total, 0)::bigint AS Now, coalesce(b.count, 0) AS Before, d.differing AS Differing
FROM unnest(@quarters::bigint[]) AS u (quarter)
LEFT JOIN counter_before b ON b.quarter = u.quarter
CROSS JOIN LATERAL (SELECT sum(count) AS total FROM counter WHERE quarter = u.quarter) c
CROSS JOIN LATERAL (
  SELECT count(*) AS differing FROM (
    SELECT 1 FROM (
      SELECT tenant_id, channel, provider_id, status, count AS difference FROM counter WHERE quarter = u.quarter
      UNION ALL
      SELECT tenant_id, channel, provider_id, status, -count FROM counter_rebuilt WHERE quarter = u.quarter) AS both_of_them
    GROUP BY tenant_id, channel, provider_id, status HAVING sum(difference) <> 0) AS differences) d
ORDER BY u.quarter;

-- name: lock_counters
-- Whoever counts waits until these few quarter hours are replaced; what is being counted at this moment is waited for.
LOCK TABLE counter IN SHARE ROW EXCLUSIVE MODE;

-- name: drop_quarters
DELETE FROM counter WHERE quarter = ANY (@quarters::bigint[]);

-- name: replace_quarters
INSERT INTO counter (tenant_id, quarter, node_epoch, channel, provider_id, status, count)
SELECT tenant_id, quarter, 0, channel, provider_id, status, count FROM counter_rebuilt WHERE quarter = ANY (@quarters::bigint[]);

-- name: forget_quarters
DELETE FROM counter_rebuilt WHERE quarter = ANY (@quarters::bigint[]);

-- name: note_quarters
UPDATE counter_rebuild SET
  done_quarter = @to, quarters_done = quarters_done + @quarters, quarters_left = quarters_left + @left, counters_changed = counters_changed + @changed
WHERE id = 1;

-- name: end_rebuild
UPDATE counter_rebuild SET phase = 3, finished_at = @now WHERE id = 1 AND phase = 2;

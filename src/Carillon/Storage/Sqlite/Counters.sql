-- The counters made anew from the log, see ICounterStore.

-- name: get_rebuild
SELECT phase AS Phase, started_at AS StartedAt, finished_at AS FinishedAt, from_quarter AS FromQuarter, until_quarter AS UntilQuarter,
  messages_total AS MessagesTotal, messages_read AS MessagesRead, quarters_total AS QuartersTotal, quarters_done AS QuartersDone,
  quarters_left AS QuartersLeft, counters_changed AS CountersChanged, done_quarter AS DoneQuarter, last_seq AS LastSeq, read_seq AS ReadSeq
FROM counter_rebuild WHERE id = 1;

-- name: floor
SELECT coalesce(max(quarter), 0) FROM counter_floor;

-- name: count_messages
SELECT count(*) FROM message WHERE seq <= @last;

-- name: clear_rebuilt
DELETE FROM counter_rebuilt;

-- name: clear_before
DELETE FROM counter_before;

-- name: last_message
SELECT coalesce(max(seq), 0) FROM message;

-- name: sums_before
SELECT quarter AS Quarter, sum(count) AS Count FROM counter WHERE quarter >= @from AND quarter < @until GROUP BY quarter;

-- name: insert_before
INSERT INTO counter_before (quarter, count) VALUES (?1, ?2);

-- name: begin_rebuild
INSERT OR REPLACE INTO counter_rebuild (id, phase, started_at, finished_at, from_quarter, until_quarter, messages_total, messages_read,
  quarters_total, quarters_done, quarters_left, counters_changed, last_seq, read_seq, done_quarter)
VALUES (1, 1, @now, NULL, @from, @until, @total, 0, 0, 0, 0, 0, @last, 0, -1);

-- name: next_messages
SELECT m.seq, m.tenant_id, m.channel, m.status, m.step, m.created_at, n.scheduled_at, m.provider_id, m.unattributed, m.sent_at, m.retried_at,
  m.updated_at, m.outcome_status, m.outcome_at, m.past
FROM (SELECT * FROM message WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3) m
LEFT JOIN notification n ON n.id = m.notification_id AND m.step = 0
ORDER BY m.seq;

-- name: next_events
SELECT e.tenant_id, m.channel, e.recorded_at, e.moved_to, coalesce(e.moved_provider_id, e.provider_id)
FROM (SELECT id, channel FROM message WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3) m
CROSS JOIN message_event e ON e.message_id = m.id
WHERE e.moved_to IS NOT NULL;

-- name: add_rebuilt
INSERT INTO counter_rebuilt (quarter, tenant_id, channel, provider_id, status, count) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (quarter, tenant_id, channel, provider_id, status) DO UPDATE SET count = count + excluded.count;

-- name: note_read
UPDATE counter_rebuild SET read_seq = @to, messages_read = messages_read + @messages WHERE id = 1 AND phase = 1 AND read_seq = @after;

-- name: end_reading
UPDATE counter_rebuild SET phase = 2, quarters_total = (
  SELECT count(*) FROM (SELECT quarter FROM counter_before UNION SELECT quarter FROM counter_rebuilt))
WHERE id = 1 AND phase = 1 AND read_seq = @after;

-- name: next_quarters
SELECT quarter FROM (
  SELECT quarter FROM counter_before WHERE quarter > @after UNION SELECT quarter FROM counter_rebuilt WHERE quarter > @after)
ORDER BY quarter LIMIT @limit;

-- name: compare_quarter
SELECT @quarter AS Quarter,
  coalesce((SELECT sum(count) FROM counter WHERE quarter = @quarter), 0) AS Now,
  coalesce((SELECT count FROM counter_before WHERE quarter = @quarter), 0) AS Before,
  (SELECT count(*) FROM (
    SELECT 1 FROM (
      SELECT tenant_id, channel, provider_id, status, count AS difference FROM counter WHERE quarter = @quarter
      UNION ALL
      SELECT tenant_id, channel, provider_id, status, -count FROM counter_rebuilt WHERE quarter = @quarter)
    GROUP BY tenant_id, channel, provider_id, status HAVING sum(difference) <> 0)) AS Differing;

-- name: drop_quarter
DELETE FROM counter WHERE quarter = @quarter;

-- name: replace_quarter
INSERT INTO counter (tenant_id, quarter, node_epoch, channel, provider_id, status, count)
SELECT tenant_id, quarter, 0, channel, provider_id, status, count FROM counter_rebuilt WHERE quarter = @quarter;

-- name: forget_quarter
DELETE FROM counter_rebuilt WHERE quarter = @quarter;

-- name: note_quarters
UPDATE counter_rebuild SET
  done_quarter = @to, quarters_done = quarters_done + @quarters, quarters_left = quarters_left + @left, counters_changed = counters_changed + @changed
WHERE id = 1;

-- name: end_rebuild
UPDATE counter_rebuild SET phase = 3, finished_at = @now WHERE id = 1 AND phase = 2;

-- Steps of plans that are to be looked at wait in due_work like messages, in lanes of their own: deadlines in lane -2 (kind 2), checks
-- after a failure in lane -3 (kind 3). The subject is the notification; step is the number of the step.

-- name: begin_steps
-- A step fails as a whole: nothing of it may live, have succeeded, or perhaps have.
-- The notifications are locked already.
UPDATE notification n SET step = f.step
FROM (
  SELECT u.step, u.n, x.place, x.part FROM unnest(@tenants, @ids, @steps) WITH ORDINALITY AS u (tenant_id, id, step, n)
  CROSS JOIN LATERAL (
    SELECT x.ctid AS place, x.tableoid AS part FROM notification x
    WHERE x.tenant_id = u.tenant_id AND x.id = u.id AND x.step = u.step - 1 AND x.cancelled_at IS NULL OFFSET 0) x
  WHERE NOT EXISTS (
    SELECT 1 FROM message m
    WHERE m.tenant_id + 0 = u.tenant_id AND m.notification_id = u.id AND m.id >= @since AND m.step = u.step - 1
      AND (m.status IN (1 /* scheduled */, 2 /* held */, 3 /* queued */,
        5 /* sent */, 6 /* delivered */, 7 /* read */, 13 /* received */) OR m.reason = 'outcome_unknown'))
  OFFSET 0) f
WHERE n.ctid = f.place AND n.tableoid = f.part
RETURNING f.n;

-- name: insert_steps
INSERT INTO due_work (tenant_id, lane, due, subject, kind, step, status)
SELECT u.tenant_id, u.lane, u.due, u.subject, -u.lane, u.step, 1 /* scheduled */
FROM unnest(@tenants, @lanes, @dues, @subjects, @steps) AS u (tenant_id, lane, due, subject, step)
ON CONFLICT DO NOTHING;

-- name: delete_step
DELETE FROM due_work WHERE tenant_id = @tenant AND lane = @lane AND due = @due AND subject = @subject AND kind = @kind;

-- name: due_steps
SELECT d.subject, d.step, d.due, d.kind,
  n.tenant_id, n.contact_id, n.template_version_id, n.variables, n.secrets, n.details, n.category, n.priority, n.on_unknown,
  n.created_at, n.scheduled_at, n.expires_at, n.plan, n.locale, n.related_type, n.related_id, n.batch_id
FROM (SELECT tenant_id, subject, step, due, kind, lane FROM due_work WHERE lane < 0 AND due <= @now ORDER BY due LIMIT @limit OFFSET @skip) d
CROSS JOIN LATERAL (SELECT * FROM notification n WHERE n.tenant_id = d.tenant_id AND n.id = d.subject OFFSET 0) n
ORDER BY d.lane, d.due;

-- name: step_standing
SELECT step, cancelled_at IS NOT NULL, confirmed_at IS NOT NULL FROM notification WHERE tenant_id = @tenant AND id = @id;

-- name: step_messages
SELECT m.id, m.status, m.reason IS NOT DISTINCT FROM 'outcome_unknown', m.lane, m.due_at, o.subject IS NOT NULL
FROM message m LEFT JOIN owned_work o ON o.tenant_id = m.tenant_id AND o.subject = m.id AND o.kind = 1
WHERE m.tenant_id + 0 = @tenant AND m.notification_id = @id AND m.step = @step AND m.id >= @since
ORDER BY m.id;

-- name: set_step
UPDATE notification SET step = @step WHERE tenant_id = @tenant AND id = @id;

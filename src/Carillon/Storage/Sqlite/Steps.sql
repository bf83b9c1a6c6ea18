-- Steps of plans that are to be looked at wait in due_work like messages, in lanes of their own: deadlines in lane -2 (kind 2), checks
-- after a failure in lane -3 (kind 3). The subject is the notification; seq is the number of the step.

-- name: begin_step
-- A step fails as a whole: nothing of it may live, have succeeded, or perhaps have.
UPDATE notification SET step = @step
WHERE id = @id AND step = @step - 1 AND cancelled_at IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM message m
    WHERE m.notification_id = @id AND m.step = @step - 1
      AND (m.status IN (1 /* scheduled */, 2 /* held */, 3 /* queued */,
        5 /* sent */, 6 /* delivered */, 7 /* read */, 13 /* received */) OR m.reason = 'outcome_unknown'));

-- name: insert_step
INSERT INTO due_work (lane, due, subject, kind, seq, status) VALUES (@lane, @due, @subject, @kind, @step, 1 /* scheduled */) ON CONFLICT DO NOTHING;

-- name: delete_step
DELETE FROM due_work WHERE lane = @lane AND due = @due AND subject = @subject AND kind = @kind;

-- name: due_steps
-- Lane by lane, so that each is read up to now and not through all that is due later.
SELECT subject, seq, due, kind FROM due_work WHERE lane IN (-3, -2) AND due <= @now ORDER BY lane, due;

-- name: step_standing
SELECT step, cancelled_at IS NOT NULL, confirmed_at IS NOT NULL FROM notification WHERE id = @id;

-- name: step_messages
SELECT m.id, m.seq, m.status, m.reason IS 'outcome_unknown', m.lane, m.due_at, o.subject IS NOT NULL
FROM message m LEFT JOIN owned_work o ON o.subject = m.id AND o.kind = 1
WHERE m.notification_id = @notification AND m.step = @step;

-- name: set_step
UPDATE notification SET step = @step WHERE id = @id;

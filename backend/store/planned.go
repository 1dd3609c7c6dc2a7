package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"postbag/backend/domain"
)

// AddDeliveries plans deliveries, all or none. Each gets its occurrence ("once-1", or the next
// after cancelled, missed or rejected ones) and its segments, keys in order. A variant that is
// planned, on its way, held or published already is a domain.ErrConflict.
func (db *DB) AddDeliveries(ctx context.Context, list []domain.Delivery, keys func(d domain.Delivery) []string) ([]domain.Delivery, error) {
	added := slices.Clone(list)
	if err := db.Write(ctx, func(tx *Tx) error { return tx.addDeliveries(added, keys) }); err != nil {
		return nil, fmt.Errorf("plan deliveries: %w", err)
	}
	return added, nil
}

// addDeliveries plans every delivery of the list and completes it there.
func (t *Tx) addDeliveries(list []domain.Delivery, keys func(domain.Delivery) []string) error {
	p, err := t.planning(list)
	if err != nil {
		return err
	}
	var segments [][]any
	rows := make([][]any, len(list))
	for i := range list {
		if err := p.complete(&list[i]); err != nil {
			return err
		}
		d := list[i]
		rows[i] = []any{
			d.ID, d.Variant, d.Occurrence, d.Due.UnixMilli(), d.Late.Then, d.Late.After.Milliseconds(), ms(d.Deadline),
			string(d.Plan), d.PlanHash, text(d.ApprovedHash), t.Now.UnixMilli(), wall(d.DueWall), text(d.DueZone),
			text(d.DueRule), d.DueShift.Milliseconds(),
		}
		for idx, key := range keys(d) {
			segments = append(segments, []any{d.ID, d.Generation, idx, d.PlanHash, key})
		}
	}
	n, err := t.execAll(insertDeliveries, rows)
	if err != nil {
		return err
	}
	if n < int64(len(list)) {
		return t.unknownVariant(list)
	}
	if _, err := t.execAll(insertSegments, segments); err != nil {
		return err
	}
	for _, d := range list {
		if err := t.takeSlot(d); err != nil {
			return err
		}
	}
	return nil
}

// planning is what is known while several deliveries are planned in one transaction.
type planning struct {
	*Tx
	once     map[domain.VariantID]occurrences
	postRule bool // some post has a rule of lateness of its own
	rules    map[domain.TimeScope]domain.TimeRule
}

// occurrences are the deliveries of a variant that goes out once: all, and those that neither ended
// nor failed to go out.
type occurrences struct{ all, open int }

const lastOccurrences = `
SELECT v.id, count(*), sum(d.state NOT IN ('cancelled', 'missed', 'rejected'))
FROM json_each(?) j CROSS JOIN variant v ON v.id = j.value CROSS JOIN delivery d ON d.variant = v.row
WHERE d.occurrence_key LIKE 'once-%' GROUP BY v.row`

// planning reads what completing the deliveries of a list needs.
func (t *Tx) planning(list []domain.Delivery) (p planning, err error) {
	p = planning{Tx: t, once: map[domain.VariantID]occurrences{}, rules: map[domain.TimeScope]domain.TimeRule{}}
	var ask []domain.VariantID
	for _, d := range list {
		if d.Occurrence == "" {
			ask = append(ask, d.Variant)
		}
	}
	slices.Sort(ask)
	ids, err := json.Marshal(slices.Compact(ask))
	if err != nil {
		return p, err
	}
	if len(ask) > 0 {
		_, err = collect(t, func(s scanner) (none struct{}, err error) {
			var id domain.VariantID
			var o occurrences
			err = s.Scan(&id, &o.all, &o.open)
			p.once[id] = o
			return none, err
		}, lastOccurrences, string(ids))
		if err != nil {
			return p, err
		}
	}
	return p, t.row("SELECT EXISTS (SELECT 1 FROM time_rule WHERE post IS NOT NULL)").Scan(&p.postRule)
}

// complete gives a delivery its occurrence, its rule of lateness and its first state.
func (p *planning) complete(d *domain.Delivery) error {
	o := p.once[d.Variant]
	if d.Occurrence == "" {
		if o.open > 0 {
			return fmt.Errorf("this post is already planned or published there: %w", domain.ErrConflict)
		}
		d.Occurrence = fmt.Sprintf("once-%d", o.all+1)
	}
	if strings.HasPrefix(d.Occurrence, "once-") {
		p.once[d.Variant] = occurrences{o.all + 1, o.open + 1}
	}
	if d.Late.Then == "" {
		own := d.Deadline
		if err := chooseLate(d, p.rule); err != nil {
			return err
		}
		if !own.IsZero() && (d.Deadline.IsZero() || own.Before(d.Deadline)) {
			d.Deadline = own
		}
	}
	d.State, d.Generation, d.CreatedAt, d.UpdatedAt, d.WakeAt = domain.Planned, 1, p.Now, p.Now, d.Due
	return nil
}

// rule is timeRule, not asked for twice.
func (p *planning) rule(scope domain.TimeScope) (domain.TimeRule, error) {
	if scope.Post != "" && !p.postRule {
		return domain.TimeRule{}, nil
	}
	if r, ok := p.rules[scope]; ok {
		return r, nil
	}
	r, err := p.timeRule(scope)
	if err == nil {
		p.rules[scope] = r
	}
	return r, err
}

// The writes of many rows take them through a list, so that a thousand rows cost a few statements: each
// statement has to prepare for being taken back as a whole.
const insertDeliveries = `
WITH x (id, variant, occurrence_key, due_at_ms, late_policy, late_after_ms, deadline_at_ms, plan_json, plan_hash,
    approved_hash, now_ms, due_wall, due_zone, due_rule, due_shift_ms) AS (VALUES ?)
INSERT INTO delivery (id, workspace, post, variant, channel, occurrence_key, state, due_at_ms, late_policy, late_after_ms,
    deadline_at_ms, wake_at_ms, plan_json, plan_hash, approved_hash, approved_by, home_machine, hlc, actor_id,
    created_at_ms, updated_at_ms, due_wall, due_zone, due_rule, due_shift_ms)
SELECT x.id, p.workspace, v.post, v.row, v.channel, x.occurrence_key, 'planned', x.due_at_ms, x.late_policy,
    x.late_after_ms, x.deadline_at_ms, x.due_at_ms, x.plan_json, x.plan_hash, x.approved_hash, k.actor, k.actor,
    k.hlc, k.actor, x.now_ms, x.now_ms, x.due_wall, x.due_zone, x.due_rule, x.due_shift_ms
FROM x CROSS JOIN variant v ON v.id = x.variant CROSS JOIN post p ON p.row = v.post CROSS JOIN local_clock k`

const insertSegments = `
WITH x (delivery, generation, idx, plan_hash, client_key) AS (VALUES ?)
INSERT INTO segment (delivery, generation, idx, plan_hash, state, client_key)
SELECT d.row, x.generation, x.idx, x.plan_hash, 'pending', x.client_key FROM x CROSS JOIN delivery d ON d.id = x.delivery`

// execAll runs a write with rows in the place of its one "?", in statements for so many of them that few
// different ones are compiled, and returns how many it wrote.
func (t *Tx) execAll(query string, rows [][]any) (sum int64, err error) {
	for len(rows) > 0 {
		n := 1
		for _, size := range []int{64, 8} {
			if len(rows) >= size {
				n = size
				break
			}
		}
		row := "(?" + strings.Repeat(", ?", len(rows[0])-1) + ")"
		done, err := t.exec(strings.Replace(query, "?", row+strings.Repeat(", "+row, n-1), 1), slices.Concat(rows[:n]...)...)
		if err != nil {
			return sum, err
		}
		sum, rows = sum+done, rows[n:]
	}
	return sum, nil
}

// unknownVariant says which delivery could not be planned because what it is of is not there.
func (t *Tx) unknownVariant(list []domain.Delivery) error {
	for _, d := range list {
		if _, err := t.number("SELECT row FROM variant WHERE id = ?", d.Variant); err != nil {
			return fmt.Errorf("variant %s: %w", d.Variant, known(err))
		}
	}
	return domain.ErrNotFound
}

// takeSlot keeps the slot of a delivery for it alone; one that another has is a domain.ErrSlotTaken.
func (t *Tx) takeSlot(d domain.Delivery) error {
	if d.Slot.IsZero() {
		return nil
	}
	_, err := t.exec("UPDATE delivery SET slot_at_ms = ? WHERE id = ?", d.Slot.UnixMilli(), d.ID)
	if errors.Is(known(err), domain.ErrConflict) {
		return domain.ErrSlotTaken
	}
	return err
}

package store

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"postbag/backend/domain"
)

// The plan of what was published long ago stands in the packed change log alone: in the change that gave
// the delivery its plan. Whoever reads such a delivery gets it from there.

const movedPlan = "{}" // stands in the row of a delivery whose plan moved

// planned is the plan of a delivery as its row, or a change, has it.
type planned struct {
	row, created int64
	plan, hash   string
}

func scanPlanned(s scanner) (p planned, err error) {
	return p, s.Scan(&p.row, &p.created, &p.plan, &p.hash)
}

const selectPlanned = `SELECT row, created_at_ms, plan_json, plan_hash FROM delivery WHERE row IN (SELECT value FROM json_each(?))`

// findPlans says of each delivery which change of the packed log gave it the plan that it has. It
// leaves zero where the log has no such change, or another plan came after it.
func (t *Tx) findPlans(list []past) error {
	if len(list) == 0 {
		return nil
	}
	keys, last := make([]int64, 0, len(list)), int64(0)
	for _, p := range list {
		keys, last = append(keys, p.row), max(last, p.first)
	}
	in, err := json.Marshal(keys)
	if err != nil {
		return err
	}
	rows, err := collect(t, scanPlanned, selectPlanned, string(in))
	if err != nil {
		return err
	}
	wanted, since := map[int64]planned{}, rows[0].created
	for _, p := range rows {
		wanted[p.row], since = p, min(since, p.created)
	}
	packs, err := collect(t, scanPackKeys, "SELECT row, deliveries FROM change_pack WHERE until_hlc >= ? AND first <= ? ORDER BY row", since<<16, last)
	if err != nil {
		return err
	}
	from := map[int64]int64{}
	for _, p := range packs {
		told, err := readKeys(p.keys)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(told, func(key int64) bool { _, ok := wanted[key]; return ok }) {
			continue
		}
		entries, err := t.packOf(p.row)
		if err != nil {
			return err
		}
		for _, e := range entries {
			want, ok := wanted[e.key]
			if !ok || e.table != "delivery" || !strings.Contains(e.cols, `"plan_json":`) {
				continue
			}
			has, err := e.plan()
			if err != nil {
				return err
			}
			delete(from, e.key)
			if has.plan == want.plan && has.hash == want.hash {
				from[e.key] = e.row
			}
		}
	}
	for i, p := range list {
		if at := from[p.row]; at < p.first {
			list[i].plan = at
		}
	}
	return nil
}

// packOf returns the entries of the pack in which a change is.
func (t *Tx) packOf(change int64) ([]entry, error) {
	pack, err := one(t, scanPack, "SELECT packed FROM change_pack WHERE row >= ? ORDER BY row LIMIT 1", change)
	if err != nil {
		return nil, err
	}
	return unpackEntries(pack)
}

// plan returns the plan that an entry gives its delivery.
func (e entry) plan() (p planned, err error) {
	var said struct {
		Plan string `json:"plan_json"`
		Hash string `json:"plan_hash"`
	}
	if err := json.Unmarshal([]byte(e.cols), &said); err != nil {
		return p, fmt.Errorf("%w: change %d: %w", ErrDamaged, e.row, err)
	}
	return planned{row: e.key, plan: said.Plan, hash: said.Hash}, nil
}

const selectMoved = `SELECT id, row, plan_from FROM delivery WHERE id IN (SELECT value FROM json_each(?)) AND plan_from IS NOT NULL ORDER BY plan_from`

// plansFor fetches the plans that moved to the log. ids are those whose row has none. It fails with
// ErrDamaged, beside all that it could read, if the log does not tell some of them.
func (t *Tx) plansFor(ids []domain.DeliveryID) (map[domain.DeliveryID]planned, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	type moved struct {
		id        domain.DeliveryID
		row, from int64
	}
	list, err := collect(t, func(s scanner) (m moved, err error) { return m, s.Scan(&m.id, &m.row, &m.from) }, selectMoved, string(in))
	if err != nil {
		return nil, err
	}
	all := make(map[domain.DeliveryID]planned, len(list))
	var damage error
	var pack []entry // of the one before: they are asked for in the order of the log
	for _, m := range list {
		if len(pack) == 0 || m.from > pack[len(pack)-1].row {
			if pack, err = t.packOf(m.from); err != nil && !errors.Is(err, ErrDamaged) {
				return nil, err
			}
		}
		at, ok := slices.BinarySearchFunc(pack, m.from, func(e entry, row int64) int { return cmp.Compare(e.row, row) })
		if !ok || pack[at].table != "delivery" || pack[at].key != m.row {
			damage = fmt.Errorf("%w: the change log does not tell the plan of delivery %s", ErrDamaged, m.id)
			continue
		}
		if all[m.id], err = pack[at].plan(); err != nil {
			return nil, err
		}
	}
	return all, damage
}

// withPlans gives deliveries the plans that moved to the log.
func (t *Tx) withPlans(list []domain.Delivery) error {
	var without []domain.DeliveryID
	for _, d := range list {
		if d.PlanHash == "" {
			without = append(without, d.ID)
		}
	}
	plans, err := t.plansFor(without)
	for i, d := range list {
		if p, ok := plans[d.ID]; ok {
			list[i].Plan, list[i].PlanHash, list[i].ApprovedHash = []byte(p.plan), p.hash, p.hash
		}
	}
	return err
}

// withMostPlans is for lists: where a part of the log is damaged, the rest is shown all the same. The plan
// of those keeps the hash "", and nobody takes it for what was approved.
func (t *Tx) withMostPlans(list []domain.Delivery) error {
	if err := t.withPlans(list); !errors.Is(err, ErrDamaged) {
		return err
	}
	return nil
}

const (
	movePlan       = `UPDATE delivery SET plan_from = ?2, plan_json = '` + movedPlan + `', plan_hash = '', approved_hash = NULL WHERE row = ?1`
	forgetApproved = `UPDATE delivery SET approved_hash = NULL WHERE row = ?1`
	selectKeysOf   = `SELECT s.row, d.id, s.generation, s.idx, s.client_key FROM segment s JOIN delivery d ON d.row = s.delivery WHERE d.row = ?`
	moveSegment    = `UPDATE segment SET plan_hash = '', client_key = ?2 WHERE row = ?1`
)

// dropPlan takes from the rows what the log has: the plan, what was approved (a trigger saw to it that it is
// the plan), and keys that follow from the delivery's number.
func (t *Tx) dropPlan(p past) error {
	var err error
	if p.plan > 0 {
		_, err = t.exec(movePlan, p.row, p.plan)
	} else {
		_, err = t.exec(forgetApproved, p.row)
	}
	if err != nil {
		return err
	}
	type key struct {
		row        int64
		id         domain.DeliveryID
		generation int
		idx        int
		key        string
	}
	keys, err := collect(t, func(s scanner) (k key, err error) {
		return k, s.Scan(&k.row, &k.id, &k.generation, &k.idx, &k.key)
	}, selectKeysOf, p.row)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.key == domain.ClientKey(k.id, k.generation, k.idx) {
			k.key = ""
		}
		if _, err := t.exec(moveSegment, k.row, k.key); err != nil {
			return err
		}
	}
	return nil
}

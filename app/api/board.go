package api

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"postbag/backend/domain"
	"postbag/backend/posts"
	"postbag/backend/store"
)

// QueueRow is a post in the queue: what goes out together, with one delivery a channel.
type QueueRow struct {
	ID         string     `json:"id"` // of the row; stays while the post is in the queue
	Post       string     `json:"post"`
	Title      string     `json:"title"` // the first line of what goes out
	Text       string     `json:"text"`
	Language   string     `json:"language"`
	Picture    string     `json:"picture"` // the first asset, "" if there is none
	DueMs      int64      `json:"dueMs"`   // of the first delivery that has not ended
	State      string     `json:"state"`   // of the whole: its worst delivery
	Published  int        `json:"published"`
	Of         int        `json:"of"`
	Deliveries []Delivery `json:"deliveries"`
	Repeat     *Repeat    `json:"repeat"` // how its post repeats, if this is one turn of it
}

// Cause is one thing that keeps several posts: dealing with it once lets them all go.
type Cause struct {
	Reason      string   `json:"reason"` // a hold reason
	Channel     string   `json:"channel"`
	Network     string   `json:"network"`
	NetworkName string   `json:"networkName"`
	Handle      string   `json:"handle"`
	Rows        []string `json:"rows"`
	Deliveries  []string `json:"deliveries"`
}

// Board is what the queue holds.
type Board struct {
	Rows   []QueueRow `json:"rows"`   // soonest first
	Causes []Cause    `json:"causes"` // those that keep more than one post
	More   bool       `json:"more"`   // later posts are left out
}

// boardRows is how many posts a board shows: more than anybody reads, less than a page draws slowly.
const boardRows = 500

// Board returns a workspace's posts that are in the queue, those that need a person included.
func (s *QueueService) Board(workspace string) (_ Board, err error) {
	defer s.done(&err)
	list, err := s.DB.Board(s.ctx, domain.WorkspaceID(workspace), boardRows+1)
	if err != nil {
		return Board{}, err
	}
	rows, err := s.rows(list)
	if err != nil {
		return Board{}, err
	}
	slices.SortStableFunc(rows, func(a, b QueueRow) int { return int(a.DueMs - b.DueMs) })
	b := Board{Rows: rows, More: len(rows) > boardRows}
	b.Rows = b.Rows[:min(len(b.Rows), boardRows)]
	b.Causes = causes(b.Rows)
	return b, nil
}

// rows groups deliveries by post and turn.
func (s *QueueService) rows(list []domain.Delivery) ([]QueueRow, error) {
	converted, err := s.deliveries(list)
	if err != nil {
		return nil, err
	}
	of := map[string]int{}
	rows, members := []QueueRow{}, [][]domain.Delivery{}
	ids := []domain.PostID{}
	for i, d := range list {
		key := rowOf(d)
		at, known := of[key]
		if !known {
			at = len(rows)
			of[key] = at
			rows, members = append(rows, QueueRow{ID: key, Post: string(d.Post), Deliveries: []Delivery{}}), append(members, nil)
			ids = append(ids, d.Post)
		}
		rows[at].Deliveries = append(rows[at].Deliveries, converted[i])
		members[at] = append(members[at], d)
	}
	pictures, err := s.DB.FirstMedia(s.ctx, ids)
	if err != nil {
		return nil, err
	}
	repeats := map[string]*Repeat{}
	for i := range rows {
		if members[i][0].Repeats() {
			if rows[i].Repeat, err = s.repeat(rows[i].Post, repeats); err != nil {
				return nil, err
			}
		}
		stand := posts.Stand(members[i])
		rows[i].State, rows[i].Published, rows[i].Of = string(stand.State), stand.Published, stand.Of
		rows[i].Picture = string(pictures[domain.PostID(rows[i].Post)])
		rows[i].fill(members[i])
	}
	return rows, nil
}

// repeat returns how a post repeats, read once; nil if it does so no longer.
func (s *QueueService) repeat(post string, known map[string]*Repeat) (*Repeat, error) {
	if r, ok := known[post]; ok {
		return r, nil
	}
	r, err := s.DB.Repeat(s.ctx, domain.PostID(post))
	if err != nil && !errors.Is(err, domain.ErrNotFound) {
		return nil, err
	}
	if err == nil {
		dto := repeatOf(r)
		known[post] = &dto
	} else {
		known[post] = nil
	}
	return known[post], nil
}

// rowOf names the row of a delivery: a post that goes out once has one, a repeated one has one a turn.
func rowOf(d domain.Delivery) string {
	if strings.HasPrefix(d.Occurrence, "once-") {
		return string(d.Post)
	}
	turn, _, _ := strings.Cut(d.Occurrence, "/")
	return string(d.Post) + "@" + turn
}

// fill says when the row goes out and what it says. What has ended counts only if everything has.
func (r *QueueRow) fill(list []domain.Delivery) {
	for i, d := range list {
		if (r.DueMs == 0 || d.Due.UnixMilli() < r.DueMs) && !d.State.Terminal() {
			r.DueMs = d.Due.UnixMilli()
		}
		if r.Text == "" {
			r.Text = r.Deliveries[i].Text
			r.Title = titleOf(r.Text)
		}
	}
	if r.DueMs == 0 {
		r.DueMs = list[0].Due.UnixMilli()
	}
}

// titleOf is the first line of a text that says something.
func titleOf(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			runes := []rune(line)
			return string(runes[:min(len(runes), 140)])
		}
	}
	return ""
}

// causes finds what several posts are held for at once.
func causes(rows []QueueRow) []Cause {
	together := []domain.HoldReason{domain.HoldReauth, domain.HoldClock, domain.HoldMovedProfile, domain.HoldRestoredCopy}
	list := []Cause{}
	for _, r := range rows {
		for _, d := range r.Deliveries {
			if !slices.Contains(together, domain.HoldReason(d.HoldReason)) {
				continue
			}
			at := slices.IndexFunc(list, func(c Cause) bool { return c.Reason == d.HoldReason && c.Channel == d.Channel })
			if at < 0 {
				at = len(list)
				list = append(list, Cause{
					Reason: d.HoldReason, Channel: d.Channel, Network: d.Network, NetworkName: d.NetworkName, Handle: d.Handle,
				})
			}
			list[at].Deliveries = append(list[at].Deliveries, d.ID)
			if !slices.Contains(list[at].Rows, r.ID) {
				list[at].Rows = append(list[at].Rows, r.ID)
			}
		}
	}
	return slices.DeleteFunc(list, func(c Cause) bool { return len(c.Rows) < 2 })
}

// Row returns everything of the queue about one post: also what ended well, was taken back or put away.
func (s *QueueService) Row(post string) (_ []QueueRow, err error) {
	defer s.done(&err)
	list, err := s.DB.DeliveriesOf(s.ctx, domain.PostID(post))
	if err != nil {
		return nil, err
	}
	return s.rows(slices.DeleteFunc(list, func(d domain.Delivery) bool { return d.State == domain.Cancelled }))
}

// HistoryRequest asks for a page of what was published or put away.
type HistoryRequest struct {
	Workspace string `json:"workspace"`
	Query     string `json:"query"` // words, all of which the text has; "" for all
	After     string `json:"after"`
	Limit     int    `json:"limit"` // 0: 50
}

// HistoryPage is one page of the history, latest first.
type HistoryPage struct {
	Rows []QueueRow `json:"rows"`
	Next string     `json:"next"` // for After; "" at the end
}

// historyBatch is how many posts are read at a time while searching.
const historyBatch = 200

// History returns what was published or put away.
func (s *QueueService) History(r HistoryRequest) (_ HistoryPage, err error) {
	defer s.done(&err)
	after, err := pastFrom(r.After)
	if err != nil {
		return HistoryPage{}, err
	}
	limit := min(max(r.Limit, 0), 500)
	if limit == 0 {
		limit = 50
	}
	batch := limit
	if r.Query != "" {
		batch = historyBatch
	}
	page := HistoryPage{Rows: []QueueRow{}}
	for {
		list, err := s.DB.History(s.ctx, domain.WorkspaceID(r.Workspace), after, batch)
		if err != nil {
			return page, err
		}
		for _, p := range list {
			after = p
			rows, err := s.pastRows(p, r.Query)
			if err != nil {
				return page, err
			}
			if page.Rows = append(page.Rows, rows...); len(page.Rows) >= limit {
				page.Next = fmt.Sprintf("%d.%d", p.At.UnixMilli(), p.Number)
				return page, nil
			}
		}
		if len(list) < batch {
			return page, nil
		}
	}
}

func pastFrom(after string) (store.Past, error) {
	if after == "" {
		return store.Past{}, nil
	}
	at, number, _ := strings.Cut(after, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	n, bad := strconv.ParseInt(number, 10, 64)
	if err != nil || bad != nil {
		return store.Past{}, &domain.FieldError{Field: "after", Message: "this is not the end of a page"}
	}
	return store.Past{At: time.UnixMilli(ms).UTC(), Number: n}, nil
}

// pastRows returns a post's rows of the history, none if the query's words are not in its texts.
func (s *QueueService) pastRows(p store.Past, query string) ([]QueueRow, error) {
	list, err := s.DB.DeliveriesOf(s.ctx, p.Post)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(d domain.Delivery) bool {
		return d.State != domain.Published && (d.ClosedAt.IsZero() || d.State == domain.Cancelled)
	})
	if query != "" && !slices.ContainsFunc(list, func(d domain.Delivery) bool {
		text, _ := frozen(d)
		return store.Matches(text, query)
	}) {
		return []QueueRow{}, nil
	}
	return s.rows(list)
}

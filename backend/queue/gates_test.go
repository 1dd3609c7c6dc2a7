package queue_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/queue"
)

// The gates of the queue itself, on a machine with two cores.
const (
	gateLate  = 5 * time.Second
	gateBytes = 1024
	gateCSV   = 10 * time.Second // 100,000 deliveries
)

const shortPost = "A hundred and forty characters are about as much as people write in a short post about bread, the sea and what the week was like so far %d"

// BenchmarkGateLateness publishes to forty accounts for ten seconds, twenty posts a second, and looks
// how late each was.
func BenchmarkGateLateness(b *testing.B) {
	const accounts, each, long = 40, 5, 10 * time.Second
	for b.Loop() {
		b.StopTimer()
		a := newPractice(b)
		start := time.Now().Add(3 * time.Second)
		for c := range accounts {
			id := a.channel(fmt.Sprint("account ", c))
			for i := range each {
				after := (time.Duration(i*accounts+c) * long) / (accounts * each)
				a.plan(id, start.Add(after), fmt.Sprintf(shortPost, i))
			}
		}
		b.StartTimer()
		ctx, stop := context.WithDeadline(b.Context(), start.Add(long+gateLate))
		if err := a.queue.Run(ctx); err != nil {
			b.Fatal(err)
		}
		stop()
		late := a.lateness()
		slices.Sort(late)
		if len(late) < accounts*each {
			b.Fatalf("MISSED: %d of %d published, the others are more than %v late", len(late), accounts*each, gateLate)
		}
		if late[0] < 0 {
			b.Fatalf("one went out %v early", -late[0])
		}
		b.ReportMetric(late[len(late)*99/100].Seconds(), "p99-s")
		b.ReportMetric(late[len(late)/2].Seconds(), "p50-s")
	}
}

// lateness lists how late everything was that is published.
func (a *app) lateness() (list []time.Duration) {
	a.t.Helper()
	all, err := a.db.Workspaces(a.t.Context())
	if err != nil {
		a.t.Fatal(err)
	}
	published, err := a.db.Deliveries(a.t.Context(), all[0].ID, domain.Published)
	if err != nil {
		a.t.Fatal(err)
	}
	for _, d := range published {
		list = append(list, d.PublishedAt.Sub(d.Due))
	}
	return list
}

// ownTables are what a delivery has rows in.
var ownTables = []string{"delivery", "segment", "attempt", "call", "local_reply", "resolution"} //nolint:gochecknoglobals // a list

// BenchmarkGateBytes publishes posts of ordinary words and looks how much of the file each delivery
// takes when it is long finished: its own rows with their indexes, and what the log of changes says of it,
// its journal included, and of the post it was made from. Beside that it says what its rows take while it is fresh.
func BenchmarkGateBytes(b *testing.B) {
	const posts = 2000
	for b.Loop() {
		b.StopTimer()
		a := newPractice(b)
		a.queue.Me = domain.Publisher{Machine: domain.NewID(time.Now()), Process: "desktop 4711", Version: "1.0.0", BootID: domain.NewID(time.Now())}
		c := a.channel("me")
		words := rand.New(rand.NewPCG(1, 2))
		for range posts {
			a.plan(c, time.Now(), prose(words, 140))
		}
		b.StartTimer()
		a.run()
		b.StopTimer()
		if n := a.count(domain.Published); n != posts {
			b.Fatalf("%d of %d are published", n, posts)
		}
		loose, fresh := a.bytes("change_log"), a.bytes(ownTables...)/posts
		if _, err := a.db.PackLog(b.Context(), 1); err != nil {
			b.Fatal(err)
		}
		n, err := a.db.PackJournals(b.Context(), time.Now().Add(time.Hour), 1)
		if err != nil || n < posts*9/10 {
			b.Fatalf("the journals of %d of %d are packed: %v", n, posts, err)
		}
		if _, err := a.db.PackLog(b.Context(), 1); err != nil { // that they were is in it, too
			b.Fatal(err)
		}
		var packed, all int64
		if err := a.raw.QueryRow(`SELECT ifnull(sum(p.row - p.first + 1), 0), (SELECT count(*) FROM change_log) + ifnull(sum(p.row - p.first + 1), 0)
			FROM change_pack p`).Scan(&packed, &all); err != nil {
			b.Fatal(err)
		}
		if done, err := a.db.Compact(b.Context(), 1<<30); err != nil || !done {
			b.Fatalf("the file was not written anew: %v", err)
		}
		own := (a.bytes(ownTables...) - int64(posts-n)*fresh) / int64(n) // as if the last of them were packed, too
		log := a.bytes("change_pack") * all / packed / posts
		b.ReportMetric(float64(own+log), "bytes/delivery")
		b.ReportMetric(float64(own), "row-bytes/delivery")
		b.ReportMetric(float64(fresh), "fresh-row-bytes/delivery")
		b.ReportMetric(float64(log), "log-bytes/delivery")
		b.ReportMetric(float64(loose)/posts, "unpacked-log-bytes/delivery")
		if own+log > gateBytes {
			b.Logf("MISSED: %d bytes (gate %d): %d of its rows and %d in the log of changes", own+log, gateBytes, own, log)
		}
		b.StartTimer()
	}
}

const ordinary = `bread sea week morning open saturday shop baker window garden light harbour quiet people letter read small paper
	colour street the and of to in a is that for it was on are with as his they at be this have from or one had by word but not
	what all were we when your can said there use an each which she do how their if will up other about out many then them these
	so some her would make like him into time has look two more write go see number no way could my than first water been call
	who oil its now find long down day did get come made may part evening bakery oven flour recipe neighbours walk bicycle rain
	winter market festival music museum library children story photograph colleague project launch update finally tomorrow honest
	favourite together weather season tickets available volunteers community kitchen afternoon`

// prose is a text of so many characters that is unlike the others.
func prose(r *rand.Rand, length int) string {
	words := strings.Fields(ordinary)
	var b strings.Builder
	for b.Len() < length {
		b.WriteString(words[r.IntN(len(words))] + " ")
	}
	return b.String()[:length]
}

// bytes counts what tables and their indexes take of the file.
func (a *app) bytes(tables ...string) (sum int64) {
	a.t.Helper()
	for _, table := range tables {
		var n int64
		err := a.raw.QueryRow(`SELECT ifnull(sum(pgsize), 0) FROM dbstat WHERE name IN
			(SELECT name FROM sqlite_schema WHERE tbl_name = ? AND type IN ('table', 'index'))`, table).Scan(&n)
		if err != nil {
			a.t.Fatal(err)
		}
		sum += n
	}
	return sum
}

// BenchmarkGateCSV reads a table of posts that exist and their times, and hands them to the planner as
// an import does.
func BenchmarkGateCSV(b *testing.B) {
	rows := 100_000
	if testing.Short() {
		rows = 2000
	}
	for b.Loop() {
		b.StopTimer()
		a := newPractice(b)
		c := a.channel("me")
		posts, table := a.imported(c, rows)
		cpu := cpuTime()
		b.StartTimer()
		began := time.Now()
		var wishes []queue.Wish
		for records := csv.NewReader(table); ; {
			row, err := records.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			due, err := time.Parse(time.RFC3339, row[1])
			if err != nil {
				b.Fatal(err)
			}
			wishes = append(wishes, queue.Wish{Post: posts[row[0]], Turns: []queue.Turn{{Channel: c, When: queue.When{Due: due}}}})
		}
		planned, err := a.planner.PlanMany(b.Context(), wishes)
		if err != nil || len(planned) != rows || a.count(domain.Planned) != rows {
			b.Fatalf("%d of %d are planned: %v", len(planned), rows, err)
		}
		took, worked := time.Since(began), cpuTime()-cpu
		per := 100_000 / float64(rows)
		b.ReportMetric(took.Seconds()*per, "s/100k")
		b.ReportMetric(worked.Seconds()*per, "cpu-s/100k")
		if all := time.Duration(float64(took) * per); all > gateCSV && !testing.Short() {
			b.Logf("MISSED: %v for 100,000 (gate %v), %v of it at work", all, gateCSV, time.Duration(float64(worked)*per))
		}
	}
}

// importedID is the id of the i-th post (kind 1) or variant (kind 2) of imported.
func importedID(kind, i int) string { return fmt.Sprintf("%08x-0000-7%03x-8000-000000000000", i, kind) }

// imported writes posts for a channel, and a table with a time for each.
func (a *app) imported(c domain.ChannelID, n int) (posts map[string]domain.Post, table *bytes.Buffer) {
	a.t.Helper()
	texts := rand.New(rand.NewPCG(1, 2))
	posts, table = make(map[string]domain.Post, n), &bytes.Buffer{}
	w := csv.NewWriter(table)
	a.exec("BEGIN")
	for i := range n {
		text := prose(texts, 140)
		a.exec(`INSERT INTO post (id, workspace, text, link, language, warning, visibility, version, created_at_ms, updated_at_ms)
			SELECT ?, row, ?, '', '', '', '', 1, 0, 0 FROM workspace`, importedID(1, i), text)
		a.exec(`INSERT INTO variant (id, post, channel, own_parts, own_media, options_json)
			SELECT ?, p.row, c.row, 0, 0, '{}' FROM post p, channel c WHERE p.id = ? AND c.id = ?`, importedID(2, i), importedID(1, i), c)
		posts[importedID(1, i)] = domain.Post{
			ID: domain.PostID(importedID(1, i)), Content: domain.Content{Text: text},
			Variants: []domain.Variant{{ID: domain.VariantID(importedID(2, i)), Channel: c}},
		}
		_ = w.Write([]string{importedID(1, i), time.Now().Add(time.Duration(i) * time.Minute).UTC().Format(time.RFC3339)})
	}
	w.Flush()
	a.exec("COMMIT")
	return posts, table
}

package library

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	_ "modernc.org/sqlite" // fills a large library at once
)

// many is how many assets a large library has.
const many = 100_000

// fill makes a library of many assets, as years of imports do: names, cameras, descriptions and tags that repeat,
// looks that do not, one in fifty in the bin.
func fill(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for _, statement := range []string{
		`
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
INSERT INTO asset (id, workspace, sha256, kind, format, bytes, width, height, turn, duration_ms, frames, name, reference, alt,
    taken_at_ms, camera, warning, imported_at_ms, deleted_at_ms, batch)
SELECT printf('01990000-0000-7000-8000-%012d', i), (SELECT row FROM workspace), printf('%064d', i),
    iif(i % 40 = 0, 'video', 'image'), 'jpeg', 3000000 + i, 4000 + i % 7, 3000 - i % 11, 1, 0, 1,
    printf('%s %05d.jpg', CASE i % 5 WHEN 0 THEN 'Sjøen ved Ålesund' WHEN 1 THEN '港口的早晨' WHEN 2 THEN 'Café crème' ELSE 'harbour' END, i), '',
    CASE WHEN i % 3 = 0 THEN '' ELSE printf('Two sailing boats on still water, and %d gulls above the pier', i % 97) END,
    1500000000000 + i * 3000000, CASE i % 4 WHEN 0 THEN 'PENTAX K-3 II' WHEN 1 THEN 'iPhone 15 Pro' ELSE '' END, '',
    1600000000000 + i * 60000, iif(i % 50 = 0, 1600000000000, NULL), printf('batch-%d', i / 500)
FROM n`, `
INSERT INTO asset_tag (asset, tag) SELECT row, printf('tag%d', row % 200) FROM asset WHERE ?1 > 0`, `
INSERT INTO asset_tag (asset, tag) SELECT row, 'morning' FROM asset WHERE row % 9 = 0 AND ?1 > 0`, `
INSERT INTO local_look (asset, colour, hash) SELECT row, row * 1677 % 16777216, random() FROM asset WHERE ?1 > 0`,
	} {
		if _, err := db.ExecContext(ctx, statement, many); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkSearchOfManyAssets asks a library of 100,000 assets what people ask, as the window does: all that is
// found is counted, and the first page is there. It reports the slowest of hundred answers, those after a
// change of the library too, and how long these take by themselves.
func BenchmarkSearchOfManyAssets(b *testing.B) {
	ctx, dir := b.Context(), filepath.Join(b.TempDir(), "data")
	s, db, data, space, err := openShelf(ctx, dir)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _, _ = db.Close(), data.Close() }()
	if err := fill(ctx, data.Database()); err != nil {
		b.Fatal(err)
	}
	questions := []struct {
		text  string
		order Sort
		least int
	}{
		{"", "", 90_000},
		{"", SortName, 90_000},
		{"", "-" + SortTaken, 90_000},
		{"harbour", "", 30_000},
		{"alesund", "", 15_000},
		{"creme 000", "", 10},
		{"早晨", "", 15_000},
		{"gulls 41", "", 500},
		{"tag:morning tag:tag8", "", 10},
		{"tag:tag150 camera:pentax", "", 0},
		{"taken:2019-03", "", 100},
		{"is:bin", "", 1_000},
		{"used:no -alt:yes shape:landscape", SortLarge, 20_000},
		{"no such thing anywhere", "", 0},
	}
	var took, fresh []time.Duration
	for b.Loop() {
		for range 8 {
			for _, q := range questions {
				began := time.Now()
				v, err := s.View(ctx, space, q.text, "", q.order)
				took = append(took, time.Since(began))
				if err != nil || len(v.Assets) < q.least {
					b.Fatalf("%q finds %d, %v", q.text, len(v.Assets), err)
				}
			}
		}
		if _, err := s.SetAlt(ctx, "01990000-0000-7000-8000-000000000007", fmt.Sprint("A gull ", len(fresh))); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if v, err := s.View(ctx, space, "gull", "", ""); err != nil || len(v.Assets) == 0 {
			b.Fatalf("after a change: %d, %v", len(v.Assets), err)
		}
		fresh = append(fresh, time.Since(began))
		took = append(took, fresh[len(fresh)-1])
	}
	slices.Sort(took)
	slices.Sort(fresh)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
	b.ReportMetric(ms(took[len(took)*99/100]), "p99-search-ms")
	b.ReportMetric(ms(fresh[len(fresh)/2]), "p50-changed-ms")
}

// Command seed fills a data folder's workspace of examples, or its first, with ten thousand pictures for
// the benchmarks: rows, looks, tags and thumbnails, without originals, since a grid never reads those.
//
//	go run ./frontend/bench/seed DATA [COUNT]
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // the driver

	"postbag/backend/datadir"
	"postbag/backend/domain"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) == 0 {
		return errors.New("say which data folder to fill; postbag must have made it and not be running")
	}
	count := 10_000
	if len(args) > 1 {
		if count, err = strconv.Atoi(args[1]); err != nil {
			return err
		}
	}
	dir, err := datadir.Open(ctx, args[0], datadir.Options{AnyPlace: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	db, err := sql.Open("sqlite", dir.Database())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var space int64
	if err := db.QueryRowContext(ctx, "SELECT row FROM workspace ORDER BY demo DESC, row LIMIT 1").Scan(&space); err != nil {
		return fmt.Errorf("there is no workspace yet: %w", err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for i := range count {
		if err := add(ctx, tx, args[0], space, i); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// shapes are what cameras and phones make.
func shapes() [][2]int {
	return [][2]int{{6000, 4000}, {4000, 6000}, {4032, 3024}, {3024, 4032}, {3000, 3000}, {3840, 2160}, {1080, 1350}}
}

func add(ctx context.Context, tx *sql.Tx, folder string, space int64, i int) error {
	sum := sha256.Sum256([]byte(strconv.Itoa(i)))
	sha := hex.EncodeToString(sum[:])
	size := shapes()[int(sum[0])%len(shapes())]
	tint := color.NRGBA{R: sum[1], G: sum[2], B: sum[3], A: 255}
	// Twenty a day, back over the years.
	imported := time.Now().Add(-time.Duration(i/20)*24*time.Hour - time.Duration(i%20)*time.Minute)
	done, err := tx.ExecContext(ctx, `INSERT INTO asset (id, workspace, sha256, kind, format, bytes, width, height, turn, duration_ms, frames,
		name, reference, alt, camera, warning, imported_at_ms, batch) VALUES (?, ?, ?, 'image', 'jpeg', ?, ?, ?, 1, 0, 1, ?, '', ?, 'Pentax K-1', '', ?, 'seed')`,
		domain.NewID(imported), space, sha, 2_000_000+i, size[0], size[1], fmt.Sprintf("harbour-morning-%05d.jpg", i),
		[]string{"", "Two sailing boats on still water in front of painted houses."}[i%2], imported.UnixMilli())
	if err != nil {
		return err
	}
	row, err := done.LastInsertId()
	if err != nil {
		return err
	}
	hash := int64(binary.BigEndian.Uint64(sum[4:12])) //nolint:gosec // the same 64 bits
	if _, err := tx.ExecContext(ctx, "INSERT INTO local_look (asset, colour, hash) VALUES (?, ?, ?)",
		row, int(tint.R)<<16|int(tint.G)<<8|int(tint.B), hash); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO asset_tag (asset, tag) VALUES (?, ?)", row, fmt.Sprintf("tag %d", i%40)); err != nil {
		return err
	}
	for _, side := range []int{256, 512} {
		data, err := thumbnail(size, side/4, tint)
		if err != nil {
			return err
		}
		// Not the folder's own careful writing: twenty thousand files need not survive a power cut.
		name := filepath.Join(folder, "thumbs", sha[:2], fmt.Sprintf("%s-%d", sha, side))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// thumbnail paints a gradient: small to store, and still a picture to decode.
func thumbnail(size [2]int, side int, c color.NRGBA) ([]byte, error) {
	w, h := side, side
	if size[0] > size[1] {
		h = side * size[1] / size[0]
	} else {
		w = side * size[0] / size[1]
	}
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{R: c.R, G: uint8((int(c.G) + y*80/h) % 256), B: uint8((int(c.B) + x*80/w) % 256), A: 255})
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, nil)
	return b.Bytes(), err
}

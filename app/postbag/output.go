package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
	"unicode"

	"postbag/app/api"
)

// print writes the one JSON value of a command.
func (c *cli) print(v any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// say writes a line for people to standard output; nothing under --json.
func (c *cli) say(format string, args ...any) {
	if !c.json {
		fmt.Fprintln(c.out, printable(fmt.Sprintf(format, args...)))
	}
}

// note writes a line to standard error: what happens meanwhile, what is odd.
func (c *cli) note(format string, args ...any) {
	fmt.Fprintln(c.err, printable(fmt.Sprintf(format, args...)))
}

// result prints v under --json, else calls words.
func (c *cli) result(v any, words func()) error {
	if c.json {
		return c.print(v)
	}
	words()
	return nil
}

// table writes rows in columns, with a heading.
func (c *cli) table(heading []string, rows [][]string) {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(heading, "\t"))
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = printable(strings.ReplaceAll(cell, "\n", " "))
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	_ = w.Flush()
}

// printable makes text of any origin harmless on a terminal: no control or invisible direction
// characters, and bytes that are not text as the replacement character.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}

// clip shortens text for a table.
func clip(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}

// stamp is a time as JSON has it, nil for none.
func stamp(ms int64) *string {
	if ms == 0 {
		return nil
	}
	s := time.UnixMilli(ms).UTC().Format(time.RFC3339Nano)
	return &s
}

// clock is a time for people, in their zone.
func clock(ms int64) string {
	if ms == 0 {
		return "-"
	}
	return time.UnixMilli(ms).Format("2006-01-02 15:04")
}

func size(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// plural is "1 file", "2 files".
func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// events shows progress.
func (c *cli) events() api.Events {
	if c.json {
		return api.Events{}
	}
	p := &progress{out: c.err, terminal: c.terminal, now: time.Now}
	return api.Events{Progress: p.tell}
}

const (
	patience = time.Second      // what is done by then needs no progress
	lineGap  = 10 * time.Second // between two lines where there is no terminal
	barWidth = 30
)

// progress draws a bar on a terminal, and writes a line now and then elsewhere, for what takes
// longer than a moment. It is safe for concurrent use.
type progress struct {
	out      io.Writer
	terminal bool
	now      func() time.Time

	mu    sync.Mutex
	task  string
	began time.Time
	last  time.Time
	shown bool
}

func (p *progress) tell(task string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if task != p.task {
		p.task, p.began, p.last, p.shown = task, now, now, false
	}
	finished := total > 0 && done >= total
	gap := lineGap
	if p.terminal {
		gap = patience / 10
	}
	if now.Sub(p.began) < patience || (!finished && p.shown && now.Sub(p.last) < gap) || (finished && !p.shown) {
		return
	}
	p.last, p.shown = now, true
	share := int64(0)
	if total > 0 {
		share = min(done*100/total, 100)
	}
	if !p.terminal {
		fmt.Fprintf(p.out, "%s: %d %%\n", task, share)
		return
	}
	full := int(share) * barWidth / 100
	fmt.Fprintf(p.out, "\r%s [%s%s] %3d %%", task, strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), share)
	if finished {
		fmt.Fprint(p.out, "\r"+strings.Repeat(" ", len(task)+barWidth+9)+"\r")
		p.task = ""
	}
}

package network

import (
	"fmt"
	"strings"
)

// Judge turns a reply that is not a success into an *Error by a documented table, and a
// success into nil. code is the network's own code in the reply, "" if it gave none. A row
// with a code goes before a row without. What is in no row, and every 5xx, is Ambiguous.
func Judge(name string, refusals []Refusal, r Reply, code, message string) error {
	if r.OK() {
		return nil
	}
	if message == "" {
		message = fmt.Sprintf("%s answered %d", name, r.Status)
	}
	e := &Error{Kind: Ambiguous, Code: code, Message: Printable(message)}
	if r.Status >= 500 {
		e.Wait = RetryAfter(r) // nothing is known but how long it asks to be left alone
		return e
	}
	for _, row := range refusals {
		if row.Status == r.Status && row.Code == code && code != "" {
			e.Kind, e.Stale = row.Kind, row.Stale
			break
		}
		if row.Status == r.Status && row.Code == "" {
			e.Kind, e.Stale = row.Kind, row.Stale
		}
	}
	if e.Kind == Throttled {
		e.Wait = RetryAfter(r)
	}
	return e
}

// Printable makes a server's words safe to show: one line, at most 300 characters, no
// control or bidirectional formatting characters.
func Printable(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			r = ' '
		case r < 0x20 || r == 0x7f, r >= 0x80 && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
			continue
		}
		if n++; n > 300 {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

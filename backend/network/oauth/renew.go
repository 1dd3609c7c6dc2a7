package oauth

import (
	"strconv"
	"time"

	"postbag/backend/network"
)

// RenewBy returns by when a token has to be renewed, by the server's clock as the reply that brought it
// says it: a tenth of its life before its end, and no more than a day. It is zero if nobody said.
func (t Token) RenewBy(r network.Reply) time.Time {
	now, ok := network.ParseDate(r.Header["Date"])
	if !ok || t.Life <= 0 {
		return time.Time{}
	}
	return now.Add(t.Life - min(t.Life/10, 24*time.Hour))
}

// Stamp writes a moment as a field of a secret, which holds texts: in whole seconds, "" for the zero time.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.Unix(), 10)
}

// Stamped reads what Stamp wrote, zero for anything else.
func Stamped(field string) time.Time {
	seconds, err := strconv.ParseInt(field, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

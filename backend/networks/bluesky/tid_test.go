package bluesky

import (
	"fmt"
	"testing"
	"time"
)

func TestATimestampIdentifierIsWrittenAsDocumented(t *testing.T) {
	// The example and the smallest one of the AT Protocol specification, "Record key", 2026-04.
	for _, s := range []string{"3jzfcijpj2z2a", "2222222222222", "7777777777777", "3zzzzzzzzzzzz"} {
		id, err := parseTID(s)
		if err != nil || id.String() != s {
			t.Errorf("%s is read as %s: %v", s, id, err)
		}
	}
	for _, s := range []string{"", "3jzfcijpj2z21", "0000000000000", "3jzfcijpj2z2aa", "3jzfcijpj2z2", "3JZFCIJPJ2Z2A", "cjzfcijpj2z2a", "kjzfcijpj2z2a"} {
		if id, err := parseTID(s); err == nil {
			t.Errorf("%q is read as %s", s, id)
		}
	}
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	id, err := makeTID(at, "key")
	if err != nil {
		t.Fatal(err)
	}
	if micros := int64(id) >> clockBits; micros/1000 != at.UnixMilli() {
		t.Errorf("it says %v", time.UnixMicro(micros).UTC())
	}
}

func TestTheKeysOfAThreadIncrease(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for n := range 200 {
		first, err := makeTID(at, fmt.Sprint(n))
		if err != nil {
			t.Fatal(err)
		}
		last := ""
		for i := range maxParts {
			key := first.part(i).String()
			if key <= last {
				t.Fatalf("part %d has %s after %s", i, key, last)
			}
			last = key
		}
	}
}

func TestDeliveriesOfOneMinuteHaveKeysOfTheirOwn(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	seen := map[tid]bool{}
	for n := range 100 {
		id, err := makeTID(at, fmt.Sprintf("delivery %d", n))
		if err != nil || seen[id] {
			t.Fatalf("delivery %d has %s again: %v", n, id, err)
		}
		seen[id] = true
	}
}

func FuzzTID(f *testing.F) {
	f.Add(int64(1_795_341_600_000), "0199a1b2-c3d4", "3jzfcijpj2z2a")
	f.Add(int64(-1), "", "2222222222222")
	f.Add(int64(1)<<60, "\xff", "zzzzzzzzzzzzz")
	f.Fuzz(func(t *testing.T, ms int64, key, text string) {
		if id, err := parseTID(text); err == nil && id.String() != text {
			t.Errorf("%q is read as %s", text, id)
		}
		if ms > maxMicros/1000 || ms < -maxMicros/1000 {
			return // time.UnixMilli itself overflows not far beyond
		}
		id, err := makeTID(time.UnixMilli(ms), key)
		if err != nil {
			if ms >= 0 && ms < maxMicros/1000 {
				t.Fatalf("no key for %d: %v", ms, err)
			}
			return
		}
		if back, err := parseTID(id.String()); err != nil || back != id {
			t.Errorf("%s is read as %s: %v", id, back, err)
		}
		if again, err := makeTID(time.UnixMilli(ms), key); err != nil || again != id {
			t.Errorf("%s, then %s: %v", id, again, err)
		}
		later, err := makeTID(time.UnixMilli(ms+1), key+"x")
		if err == nil && later.String() <= id.String() {
			t.Errorf("%s a millisecond after %s", later, id)
		}
	})
}

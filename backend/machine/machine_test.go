package machine_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"postbag/backend/machine"
)

func open(t *testing.T, dir string) *machine.Machine {
	t.Helper()
	m, err := machine.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func mark(t *testing.T, m *machine.Machine, folder string) *machine.Mark {
	t.Helper()
	k, err := m.Mark(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	return k
}

func want(t *testing.T, k *machine.Mark, call string) {
	t.Helper()
	p, known, err := k.Last()
	if err != nil || known != (call != "") || p.Call != call {
		t.Errorf("the mark is %q (known: %v, %v), want %q", p.Call, known, err, call)
	}
}

func TestAMachineKeepsItsID(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir), open(t, dir)
	if a.ID == "" || a.ID != b.ID || a.Name == "" {
		t.Errorf("one machine is %+v and %+v", a, b)
	}
}

func TestAMarkSurvivesItsProcess(t *testing.T) {
	m, folder := open(t, t.TempDir()), uuid.NewString()
	k := mark(t, m, folder)
	want(t, k, "")
	at := time.Date(2026, 6, 12, 7, 30, 0, 0, time.UTC)
	for _, call := range []string{"one", "two", "three"} {
		if err := k.Advance(machine.Point{Call: call, At: at}); err != nil {
			t.Fatal(err)
		}
		want(t, k, call)
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
		k = mark(t, m, folder)
		want(t, k, call)
		if p, _, _ := k.Last(); !p.At.Equal(at) {
			t.Errorf("it was marked at %v, want %v", p.At, at)
		}
	}
}

func TestTwoCopiesOfAFolderDoNotBothPublish(t *testing.T) {
	m, folder := open(t, t.TempDir()), uuid.NewString()
	k := mark(t, m, folder)
	if _, err := m.Mark(folder); !errors.Is(err, machine.ErrInUse) {
		t.Errorf("the second one: %v", err)
	}
	mark(t, m, uuid.NewString()) // another folder does not mind
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	mark(t, m, folder)
}

// A record is cut anywhere by a loss of power: the one before it must still be there.
func TestAMarkThatIsCutLagsByOneAtMost(t *testing.T) {
	dir := t.TempDir()
	m, folder := open(t, dir), uuid.NewString()
	path := filepath.Join(dir, "marks", folder)
	k := mark(t, m, folder)
	var files [][]byte
	for _, call := range []string{"one", "two", "three"} {
		if err := k.Advance(machine.Point{Call: call, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, b)
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	before, after := files[1], files[2] // "three" goes where "one" was
	cut := 0
	for i := range after {
		if before[i] == after[i] {
			continue
		}
		cut++
		torn := append(append([]byte{}, after[:i]...), before[i:]...)
		if err := os.WriteFile(path, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := m.Mark(folder)
		if err != nil {
			t.Fatal(err)
		}
		want(t, k, "two")
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if cut < 5 {
		t.Errorf("only %d places to cut", cut)
	}
}

func TestADamagedMarkIsNoEmptyOne(t *testing.T) {
	dir := t.TempDir()
	m, folder := open(t, dir), uuid.NewString()
	path := filepath.Join(dir, "marks", folder)
	k := mark(t, m, folder)
	for _, call := range []string{"one", "two"} {
		if err := k.Advance(machine.Point{Call: call, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		b[i] ^= 1
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	k = mark(t, m, folder)
	if _, _, err := k.Last(); !errors.Is(err, machine.ErrDamaged) {
		t.Errorf("Last: %v", err)
	}
	if err := k.Advance(machine.Point{Call: "three", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	want(t, k, "three")
}

func TestAMarkNeedsAFolderOfItsOwn(t *testing.T) {
	m := open(t, t.TempDir())
	for _, bad := range []string{"", "../x", "/etc/passwd", "a b"} {
		if _, err := m.Mark(bad); err == nil {
			t.Errorf("the mark of %q was opened", bad)
		}
	}
}

func BenchmarkAdvance(b *testing.B) {
	m, err := machine.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	k, err := m.Mark(uuid.NewString())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = k.Close() }()
	for b.Loop() {
		if err := k.Advance(machine.Point{Call: "0198c0de-0000-7000-8000-000000000000", At: time.Now()}); err != nil {
			b.Fatal(err)
		}
	}
}

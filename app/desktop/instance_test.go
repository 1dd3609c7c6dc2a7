package desktop

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

var quiet = slog.New(slog.DiscardHandler)

func TestOneWindowADataFolder(t *testing.T) {
	folder := t.TempDir()
	first, err := claim(folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := claim(folder); !errors.Is(err, errOther) {
		t.Fatalf("a second claim: %v, want errOther", err)
	}
	if err := first.release(); err != nil {
		t.Fatal(err)
	}
	again, err := claim(folder)
	if err != nil {
		t.Fatalf("after the first window is gone: %v", err)
	}
	if err := again.release(); err != nil {
		t.Fatal(err)
	}
}

func TestALaterStartHandsOver(t *testing.T) {
	folder := t.TempDir()
	first, err := claim(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer first.release()
	got := make(chan handed, 1)
	if err := first.listen(t.Context(), func(h handed) { got <- h }, quiet); err != nil {
		t.Fatal(err)
	}
	want := handed{Paths: []string{"/a b.png"}, Links: []string{"https://example.com/"}, Hidden: true}
	if err := handOver(t.Context(), folder, want); err != nil {
		t.Fatal(err)
	}
	select {
	case h := <-got:
		if !slices.Equal(h.Paths, want.Paths) || !slices.Equal(h.Links, want.Links) || !h.Hidden {
			t.Fatalf("got %+v", h)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("nothing arrived")
	}
	info, err := os.Stat(filepath.Join(folder, addressName))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Fatalf("others can read where the window listens: %v %v", info.Mode(), err)
	}
}

func TestAStrangerHandsNothingOver(t *testing.T) {
	folder := t.TempDir()
	first, err := claim(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer first.release()
	if err := first.listen(t.Context(), func(h handed) { t.Errorf("a stranger's %+v was taken", h) }, quiet); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(filepath.Join(folder, addressName))
	if err != nil {
		t.Fatal(err)
	}
	var a address
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{
		`{"token":"guessed","paths":["/etc/passwd"]}`, `{"paths":["/etc/passwd"]}`, `not json`, `{"token":` + string(make([]byte, mostHanded)) + `}`,
	} {
		conn, err := net.Dial("tcp", a.Address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, said) // it may hang up before it has read all
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
		answer, _ := io.ReadAll(conn)
		conn.Close()
		if string(answer) == "ok\n" {
			t.Fatalf("%.40q was answered with ok", said)
		}
	}
}

func TestFilesAndLinksAreToldApart(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"sea.png", "with space.png"} {
		if err := os.WriteFile(filepath.Join(dir, name), icon, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	space := filepath.Join(dir, "with space.png")
	paths, links := given([]string{
		"sea.png", fileAddress(space), "https://example.com/a?b=c", "http://", "gone.png", "javascript:alert(1)", "ftp://example.com/",
	}, dir)
	if want := []string{filepath.Join(dir, "sea.png"), space}; !slices.Equal(paths, want) {
		t.Errorf("paths = %q, want %q", paths, want)
	}
	if want := []string{"https://example.com/a?b=c"}; !slices.Equal(links, want) {
		t.Errorf("links = %q, want %q", links, want)
	}
}

func TestTheInspectorListensToThisMachineAlone(t *testing.T) {
	for _, address := range []string{"0.0.0.0:2999", ":2999", "192.168.1.2:2999", "example.com:1"} {
		if _, err := parse([]string{"--inspector", address}, t.TempDir(), io.Discard); err == nil {
			t.Errorf("%s was taken", address)
		}
	}
	if _, err := parse([]string{"--inspector", "127.0.0.1:2999"}, t.TempDir(), io.Discard); err != nil {
		t.Error(err)
	}
}

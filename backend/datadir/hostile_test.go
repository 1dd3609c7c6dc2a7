package datadir

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// member is one part of a hand-made archive.
type member struct {
	header tar.Header
	body   string
}

func members(t *testing.T, b []byte) []member {
	t.Helper()
	var list []member
	for r := tar.NewReader(bytes.NewReader(b)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, member{*h, string(body)})
	}
}

func archiveOf(t *testing.T, list []member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range list {
		if m.header.Typeflag == tar.TypeReg {
			m.header.Size = int64(len(m.body))
		}
		if err := w.WriteHeader(&m.header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func plain(name, body string) member {
	return member{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600}, body}
}

func TestAHostileOrDamagedBackupChangesNothing(t *testing.T) {
	d := fullDir(t)
	src, _ := backup(t, d)
	whole, err := os.ReadFile(src)
	if err != nil {
		t.Fatal(err)
	}
	good := members(t, whole)
	at := func(name string) int {
		return slices.IndexFunc(good, func(m member) bool { return m.header.Name == name })
	}
	with := func(change func(list []member) []member) []byte { return archiveOf(t, change(slices.Clone(good))) }
	add := func(m member) []byte {
		return with(func(list []member) []member { return slices.Insert(list, 1, m) })
	}
	edit := func(name string, change func(*member)) []byte {
		return with(func(list []member) []member { change(&list[at(name)]); return list })
	}
	if got := archiveOf(t, good); len(got) == 0 {
		t.Fatal("empty")
	}

	cases := map[string]struct {
		archive []byte
		want    error
		says    string
	}{
		"an empty file":        {nil, ErrNotBackup, ""},
		"a text":               {[]byte("hello, this is no archive"), ErrNotBackup, ""},
		"a picture":            {bytes.Repeat([]byte("\xff\xd8\xff\xe0"), 1000), ErrNotBackup, ""},
		"another tar":          {archiveOf(t, []member{plain("readme", "x")}), ErrNotBackup, ""},
		"a path upwards":       {add(plain("../evil", "x")), ErrDamagedBackup, "leaves the data folder"},
		"an absolute path":     {add(plain("/etc/cron.d/evil", "x")), ErrDamagedBackup, "leaves the data folder"},
		"a path through media": {add(plain("media/../../evil", "x")), ErrDamagedBackup, "leaves the data folder"},
		"a Windows path":       {add(plain(`channels/a/C:\evil`, "x")), ErrDamagedBackup, "not allowed on every system"},
		"a file of ours":       {add(plain("folder.json", "{}")), ErrDamagedBackup, "does not belong"},
		"a lock":               {add(plain("data.lock", "")), ErrDamagedBackup, "does not belong"},
		"media without a hash": {add(plain("media/ab/holiday.jpg", "x")), ErrDamagedBackup, "does not belong"},
		"a link":               {add(member{tar.Header{Typeflag: tar.TypeSymlink, Name: "channels/a/b", Linkname: "/etc"}, ""}), ErrDamagedBackup, "not a plain file"},
		"a hard link":          {add(member{tar.Header{Typeflag: tar.TypeLink, Name: "channels/a/b", Linkname: "../x"}, ""}), ErrDamagedBackup, "not a plain file"},
		"a device":             {add(member{tar.Header{Typeflag: tar.TypeChar, Name: "channels/a/b"}, ""}), ErrDamagedBackup, "not a plain file"},
		"a folder":             {add(member{tar.Header{Typeflag: tar.TypeDir, Name: "channels/a/"}, ""}), ErrDamagedBackup, "not a plain file"},
		"a file twice": {with(func(list []member) []member {
			return slices.Insert(list, 2, list[1])
		}), ErrDamagedBackup, "twice"},
		"out of order": {with(func(list []member) []member {
			list[1], list[2] = list[2], list[1]
			return list
		}), ErrDamagedBackup, "out of order"},
		"an extra file":    {add(plain("channels/0/x", "x")), ErrDamagedBackup, "channels/0/x"},
		"a file too few":   {with(func(list []member) []member { return slices.Delete(list, 2, 3) }), ErrDamagedBackup, "not what was backed up"},
		"another content":  {edit("channels/b/x", func(m *member) { m.body = strings.ToUpper(m.body) }), ErrDamagedBackup, "channels/b/x"},
		"another picture":  {edit("media/"+hashOf("one")[:2]+"/"+hashOf("one"), func(m *member) { m.body = "eno" }), ErrDamagedBackup, hashOf("one")},
		"no database":      {with(func(list []member) []member { i := at(databaseName); return slices.Delete(list, i, i+1) }), ErrDamagedBackup, databaseName},
		"no manifest":      {with(func(list []member) []member { return list[:len(list)-1] }), ErrDamagedBackup, "cut off"},
		"something after":  {with(func(list []member) []member { return append(list, plain("channels/z/z", "x")) }), ErrDamagedBackup, "follows its end"},
		"a long list line": {edit(listName, func(m *member) { m.body = strings.Repeat("x", 1<<20) }), ErrDamagedBackup, listName},
		"a huge head":      {edit(headName, func(m *member) { m.body = strings.Repeat(" ", 1<<20) + m.body }), ErrNotBackup, ""},
		"a newer format": {edit(headName, func(m *member) {
			m.body = strings.Replace(m.body, `"version": 1`, `"version": 2`, 1)
		}), ErrNewer, ""},
		"an odd folder id": {edit(headName, func(m *member) {
			m.body = strings.Replace(m.body, d.Info().ID, "../../../somewhere", 1)
		}), ErrDamagedBackup, "no folder id"},
		"a manifest of another": {edit(manifestName, func(m *member) {
			m.body = strings.Replace(m.body, `"files": 9`, `"files": 8`, 1)
		}), ErrDamagedBackup, "other files"},
		"a claim of a terabyte": {bomb(t, good[0]), ErrDamagedBackup, "more bytes than the backup has"},
	}
	for _, n := range []int{1, 2, 3, 5, 9} { // cut anywhere
		cut := whole[:len(whole)*n/10]
		cases["cut to "+string(rune('0'+n))+" tenths"] = struct {
			archive []byte
			want    error
			says    string
		}{cut, ErrDamagedBackup, ""}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			path := filepath.Join(parent, "data")
			file := filepath.Join(t.TempDir(), "backup")
			if err := os.WriteFile(file, c.archive, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Restore(t.Context(), file, path, RestoreOptions{})
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("restore: %v", err)
			}
			entries, err := os.ReadDir(parent)
			if err != nil || len(entries) != 0 {
				t.Errorf("left behind: %v, %v", entries, err)
			}
		})
	}
}

// bomb claims a file of a terabyte in a kilobyte.
func bomb(t *testing.T, head member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	head.header.Size = int64(len(head.body))
	if err := w.WriteHeader(&head.header); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, head.body); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "channels/a/b", Size: 1 << 40}); err != nil {
		t.Fatal(err)
	}
	b.WriteString("x")
	return b.Bytes()
}

func TestEveryFlippedByteOfABackupIsNoticed(t *testing.T) {
	d := newDir(t)
	put(t, d, "one")
	src, _ := backup(t, d)
	whole, err := os.ReadFile(src)
	if err != nil {
		t.Fatal(err)
	}
	scratch := scratchFile(t)
	want, err := restoredFrom(t, scratch, whole)
	if err != nil {
		t.Fatal(err)
	}
	harmless := 0
	for i := 0; i < len(whole); i += 7 {
		bad := bytes.Clone(whole)
		bad[i] ^= 0x20
		got, err := restoredFrom(t, scratch, bad)
		if err != nil {
			continue
		}
		harmless++ // padding, times, the note
		for name := range want {
			if got[name] != want[name] {
				t.Fatalf("byte %d changed %s unnoticed", i, name)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("byte %d changed the files", i)
		}
	}
	t.Logf("%d of %d flips were in padding", harmless, len(whole)/7)
}

func scratchFile(t testing.TB) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// restoredFrom reads a backup without unpacking it to the disk.
func restoredFrom(t *testing.T, scratch *os.File, b []byte) (map[string]string, error) {
	t.Helper()
	if err := errors.Join(scratch.Truncate(0), rewind(scratch)); err != nil {
		t.Fatal(err)
	}
	files := map[string]*buffer{}
	_, err := readArchive(t.Context(), bytes.NewReader(b), int64(len(b)), scratch, func(name string) (io.WriteCloser, error) {
		files[name] = &buffer{}
		return files[name], nil
	}, nil)
	m := map[string]string{}
	for name, f := range files {
		m[name] = f.String()
	}
	return m, err
}

func rewind(f *os.File) error {
	_, err := f.Seek(0, io.SeekStart)
	return err
}

type buffer struct{ bytes.Buffer }

func (*buffer) Close() error { return nil }

func FuzzReadArchive(f *testing.F) {
	head, err := json.Marshal(head{Format: backupFormat, Version: 1, Folder: Info{ID: "0190a1b2-0000-7000-8000-000000000000", Format: 1}})
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range []member{plain(headName, string(head)), plain("channels/a/b", "x"), plain(databaseName, "y"), plain(listName, "{}\n"), plain(manifestName, "{}")} {
		m.header.Size = int64(len(m.body))
		if err := w.WriteHeader(&m.header); err != nil {
			f.Fatal(err)
		}
		_, _ = io.WriteString(w, m.body)
	}
	_ = w.Close()
	f.Add(b.Bytes())
	f.Add([]byte{})
	scratch := scratchFile(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<20 {
			return
		}
		files, err := restoredFrom(t, scratch, b)
		var total int
		for name, content := range files {
			if badMember(name) != "" {
				t.Errorf("%q reached the disk", name)
			}
			total += len(content)
		}
		if total > len(b) {
			t.Errorf("%d bytes came out of %d", total, len(b))
		}
		if err != nil && !errors.Is(err, ErrNotBackup) && !errors.Is(err, ErrDamagedBackup) && !errors.Is(err, ErrNewer) {
			t.Errorf("an error without a name: %v", err)
		}
	})
}

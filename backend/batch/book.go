package batch

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"postbag/backend/presets"
)

// BookName is the file in an output folder that says what each file in it was made of: one JSON
// object a line, the newest of a file counting. A line is added when its file is there, so that an
// export that was killed knows what it made; a line that was cut off is as if it was never written.
// It tells no paths of the machine. It may be deleted: files are then made again, and those that
// come out the same are left as they are.
const BookName = ".postbag-export.jsonl"

const (
	bookHead = `{"postbag":"export","version":1}`
	mostBook = 128 << 20 // bytes; some 200,000 files
	mostLine = 64 << 10
)

// ErrBook is a book of exports that cannot be used.
var ErrBook = errors.New("the list of what was exported here cannot be used")

// record is one file that was made.
type record struct {
	File    string `json:"file"`    // in the folder, with "/"
	Want    string `json:"want"`    // the path the pattern makes, before a number made it unique
	Source  string `json:"source"`  // hash of the source's identity
	Preset  string `json:"preset"`  // its id, "" of a contact sheet
	Content string `json:"content"` // hash of the source's bytes
	Recipe  string `json:"recipe"`  // hash of what was asked
	Bytes   int64  `json:"bytes"`
	Sum     string `json:"sum"` // hash of the file
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
	Quality int    `json:"quality,omitempty"`
	Smaller bool   `json:"smaller,omitempty"`
	Passed  bool   `json:"passed,omitempty"`
	Damaged bool   `json:"damaged,omitempty"`
}

func (r record) key() string { return strings.Join([]string{r.Source, r.Preset, r.Want}, "\x00") }

// book is an output folder with its list. Its methods may be called by many goroutines once it is
// planned.
type book struct {
	listed bool // else there is no list, and outputs replace what has their names
	root   *os.Root
	dir    string // the folder's path, as it was given

	mu     sync.Mutex
	names  presets.Names
	byKey  map[string][]*record
	list   *os.File
	broken error // of an earlier line: nothing is added behind half a line
}

// openBook opens a folder, making it if it is not there, with its list or without one.
func openBook(dir string, listed bool) (_ *book, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	b := &book{listed: listed, root: root, dir: dir, byKey: map[string][]*record{}}
	if listed {
		err = b.read()
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return b, nil
}

func (b *book) close() error {
	var err error
	if b.list != nil {
		err = b.list.Close()
	}
	return errors.Join(err, b.root.Close())
}

// read reads the list, and writes it anew where much of it is of no use any more.
func (b *book) read() error {
	info, err := b.root.Lstat(BookName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() > mostBook {
		return fmt.Errorf("%w: %s is no file of ours", ErrBook, BookName)
	}
	data, err := b.root.ReadFile(BookName)
	if err != nil {
		return err
	}
	byFile := map[string]*record{}
	var order []string
	lines, bad := 0, len(data) > 0 && data[len(data)-1] != '\n'
	for s := scanner(data); s.Scan(); lines++ {
		if lines == 0 {
			var head struct {
				Postbag string
				Version int
			}
			if json.Unmarshal(s.Bytes(), &head) != nil || head.Postbag != "export" {
				return fmt.Errorf("%w: %s is not ours; move it away", ErrBook, BookName)
			}
			if head.Version > 1 {
				return fmt.Errorf("%w: a newer Postbag wrote %s", ErrBook, BookName)
			}
			continue
		}
		var r record
		if json.Unmarshal(s.Bytes(), &r) != nil || !filepath.IsLocal(filepath.FromSlash(r.File)) || path.Clean(r.File) != r.File {
			bad = true
			continue
		}
		if byFile[r.File] == nil {
			order = append(order, r.File)
		}
		byFile[r.File] = &r
	}
	var kept bytes.Buffer
	for _, file := range order {
		r := byFile[file]
		b.byKey[r.key()] = append(b.byKey[r.key()], r)
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		kept.Write(append(line, '\n'))
	}
	if bad || lines > 2*len(order)+100 {
		p, err := b.part(".", append([]byte(bookHead+"\n"), kept.Bytes()...))
		if err != nil {
			return err
		}
		return b.replace(p, BookName)
	}
	return nil
}

// scanner reads lines; one that is too long ends it, and what follows counts as not written.
func scanner(data []byte) *bufio.Scanner {
	s := bufio.NewScanner(bytes.NewReader(data))
	s.Buffer(nil, mostLine)
	return s
}

// add says that a file is there.
func (b *book) add(r record) error {
	if !b.listed {
		return nil
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.begin(); b.broken != nil {
		return b.broken
	}
	_, b.broken = b.list.Write(append(line, '\n'))
	return b.broken
}

// begin opens the list for lines, once.
func (b *book) begin() {
	if b.broken != nil || b.list != nil {
		return
	}
	if b.list, b.broken = b.root.OpenFile(BookName, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); b.broken != nil {
		return
	}
	info, err := b.list.Stat()
	if err == nil && info.Size() == 0 {
		_, err = b.list.WriteString(bookHead + "\n")
	}
	b.broken = err
}

// output is one file to be.
type output struct {
	want    string          // what the pattern makes
	name    string          // the same, made unique: the path without its extension
	pattern presets.Pattern // with values makes another name, if that one turns out to be taken
	values  presets.Values
	prior   *record // what was made of the same picture in the same size before
	source  string  // as in record
}

// plan gives every source and size its name. What was made before keeps its own, so that names do
// not depend on what else is exported with it.
func (b *book) plan(sources []Source, sizes []presets.Preset, p presets.Pattern) [][]*output {
	out := make([][]*output, len(sources))
	for i, s := range sources {
		id := s.identity()
		for _, size := range sizes {
			v := values(s, i+1, size)
			o := &output{want: new(presets.Names).Take(p, v), values: v, pattern: p, source: id}
			key := record{Source: id, Preset: size.ID, Want: o.want}.key()
			if before := b.byKey[key]; len(before) > 0 {
				o.prior, b.byKey[key] = before[0], before[1:]
				o.name = strings.TrimSuffix(o.prior.File, path.Ext(o.prior.File))
				b.names.Reserve(o.name)
			}
			out[i] = append(out[i], o)
		}
	}
	for _, outputs := range out {
		for _, o := range outputs {
			if o.prior == nil {
				o.name = b.names.Take(p, o.values)
			}
		}
	}
	return out
}

// NamesLike returns what sources are called in every size in an empty folder: paths with "/", without
// their extensions.
func NamesLike(sources []Source, sizes []presets.Preset, p presets.Pattern) []string {
	var names presets.Names
	out := []string{}
	for i, s := range sources {
		for _, size := range sizes {
			out = append(out, names.Take(p, values(s, i+1, size)))
		}
	}
	return out
}

func values(s Source, n int, size presets.Preset) presets.Values {
	v := presets.Values{Source: s.Name, Preset: size, N: n, Tag: s.Tag}
	if !s.Date.IsZero() {
		v.Date = s.Date.Format("2006-01-02")
	}
	return v
}

// another gives an output a name that nobody else has.
func (b *book) another(o *output) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o.name = b.names.Take(o.pattern, o.values)
}

// current reports whether what was made before is still there and still right.
func (b *book) current(o *output, content, recipe string) bool {
	p := o.prior
	if p == nil || p.Damaged || p.Content != content || p.Recipe != recipe {
		return false
	}
	info, err := b.root.Lstat(filepath.FromSlash(p.File))
	return err == nil && info.Mode().IsRegular() && info.Size() == p.Bytes
}

// identity tells a source from others over many exports, without telling where it is.
func (s Source) identity() string {
	id := s.ID
	if id == "" {
		id = s.Path
	}
	if id == "" {
		id = s.Name
	} else if s.ID == "" {
		id = truePath(id)
	}
	sum := sha256.Sum256([]byte("postbag export\x00" + id))
	return hex.EncodeToString(sum[:8])
}

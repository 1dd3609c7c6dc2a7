package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"postbag/app/samples"
)

func TestMain(m *testing.M) {
	// What is known of the tests' data folders stays out of the person's own place for it.
	if os.Getenv("XDG_STATE_HOME") == "" {
		_ = os.Setenv("XDG_STATE_HOME", filepath.Join(os.TempDir(), "postbag-test-state"))
	}
	testscript.Main(m, map[string]func(){"postbag": main})
}

// passphrase stands in for a keychain.
const passphrase = "the words of a test that nobody says"

func TestScripts(t *testing.T) {
	t.Parallel()
	scripts(t, filepath.Join("testdata", "script", "*.txtar"), "", nil)
}

// scripts runs all scripts that match a pattern and waits for them. Each has a data folder of its
// own that does not exist yet, and a passphrase instead of a keychain. They work in folders
// under root, which then stay, or in ones that go if root is "".
func scripts(t *testing.T, pattern, root string, variables map[string]string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts fit %s: %v", pattern, err)
	}
	t.Run("scripts", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Files:       files,
			WorkdirRoot: root,
			Setup: func(env *testscript.Env) error {
				env.Setenv("POSTBAG_DATA", filepath.Join(env.WorkDir, "data"))
				env.Setenv("POSTBAG_PASSPHRASE", passphrase)
				env.Setenv("TZ", "UTC")
				env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
				for name, value := range variables {
					env.Setenv(name, value)
				}
				return nil
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){
				"postbag": cmdPostbag,
				"status":  cmdStatus,
				"json":    cmdJSON,
				"samples": cmdSamples,
				"picture": cmdPicture,
				"make":    cmdMake,
				"await":   cmdAwait,
				"damage":  cmdDamage,
				"count":   cmdCount,
				"until":   cmdUntil,
			},
			Condition: func(name string) (bool, error) {
				switch name {
				case "anyname": // the system takes file names that are not UTF-8
					return runtime.GOOS == "linux", nil
				}
				return false, fmt.Errorf("unknown condition %q", name)
			},
		})
	})
}

// cmdPostbag runs postbag, wants success, and keeps what it says in the file said.
func cmdPostbag(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec("postbag", args...)
	f, ferr := os.OpenFile(ts.MkAbs("said"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	ts.Check(ferr)
	_, ferr = f.WriteString(ts.ReadFile("stdout") + ts.ReadFile("stderr"))
	ts.Check(errors.Join(ferr, f.Close()))
	if (err != nil) != neg {
		ts.Fatalf("postbag %s: %v", args[0], err)
	}
}

// cmdStatus runs postbag and wants an exit status: status 2 post add.
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N ARGUMENT...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec("postbag", args[1:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// cmdJSON looks into the one JSON value of a file or of standard output:
//
//	json stdout assets[0].width = 640
//	json stdout problems len 0
//	json stdout error.message ~ 'no room'
//	json stdout id -> POST
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: json FILE PATH (=|len|~|->) VALUE")
	}
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		ts.Fatalf("%s is not JSON: %v", args[0], err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		ts.Fatalf("%s has more than one value", args[0])
	}
	v, err := dig(v, args[1])
	ts.Check(err)
	got := text(v)
	switch args[2] {
	case "=":
		if got != args[3] {
			ts.Fatalf("%s is %s, want %s", args[1], got, args[3])
		}
	case "len":
		n := -1
		switch list := v.(type) {
		case []any:
			n = len(list)
		case map[string]any:
			n = len(list)
		}
		if strconv.Itoa(n) != args[3] {
			ts.Fatalf("%s has length %d, want %s: %s", args[1], n, args[3], got)
		}
	case "~":
		if !regexp.MustCompile(args[3]).MatchString(got) {
			ts.Fatalf("%s is %s, which does not fit %s", args[1], got, args[3])
		}
	case "->":
		ts.Setenv(args[3], got)
	default:
		ts.Fatalf("json has no %q", args[2])
	}
}

// dig follows a path such as a.b[0].c; "." is the value itself.
func dig(v any, path string) (any, error) {
	for _, step := range regexp.MustCompile(`\w+`).FindAllString(path, -1) {
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[step]
			if !ok {
				return nil, fmt.Errorf("%s: there is no %s in %s", path, step, text(at))
			}
			v = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				return nil, fmt.Errorf("%s: there is no %s in a list of %d", path, step, len(at))
			}
			v = at[i]
		default:
			return nil, fmt.Errorf("%s: %s is %s", path, step, text(v))
		}
	}
	return v, nil
}

func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// cmdSamples writes the sample photographs into a folder.
func cmdSamples(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.MkdirAll(ts.MkAbs(args[0]), 0o755))
	for _, name := range samples.Names() {
		b, err := fs.ReadFile(samples.Files(), name)
		ts.Check(err)
		ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[0]), name), b, 0o644))
	}
}

// cmdPicture makes a picture: picture FILE WIDTH HEIGHT. The name's ending chooses the format,
// and its bytes differ by name.
func cmdPicture(ts *testscript.TestScript, _ bool, args []string) {
	w, err := strconv.Atoi(args[1])
	ts.Check(err)
	h, err := strconv.Atoi(args[2])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), painted(args[0], w, h), 0o644))
}

func painted(name string, w, h int) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	seed := uint8(len(name))
	for _, c := range name {
		seed = seed*31 + uint8(c)
	}
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{R: uint8(x) + seed, G: uint8(y), B: uint8(x*y) ^ seed, A: 255})
		}
	}
	var b bytes.Buffer
	if strings.HasSuffix(name, ".png") {
		_ = png.Encode(&b, m)
	} else {
		_ = jpeg.Encode(&b, m, nil)
	}
	return b.Bytes()
}

// cmdMake makes a hostile file: make KIND FILE.
func cmdMake(ts *testscript.TestScript, _ bool, args []string) {
	var b []byte
	switch args[0] {
	case "empty":
	case "zip":
		var buffer bytes.Buffer
		z := zip.NewWriter(&buffer)
		f, err := z.Create("picture.jpg")
		ts.Check(err)
		_, _ = f.Write(painted("picture.jpg", 8, 8))
		ts.Check(z.Close())
		b = buffer.Bytes()
	case "text10m":
		b = bytes.Repeat([]byte("0123456789"), 1<<20)
	case "huge": // a PNG of a few bytes that claims 20,000 by 10,000 pixels
		b = painted("x.png", 4, 4)
		copy(b[16:24], []byte{0, 0, 0x4e, 0x20, 0, 0, 0x27, 0x10})
		binary.BigEndian.PutUint32(b[29:33], crc32.ChecksumIEEE(b[12:29]))
	case "cut":
		b = painted("x.jpg", 400, 300)
		b = b[:len(b)/2]
	case "notutf8":
		name := filepath.Join(filepath.Dir(ts.MkAbs(args[1])), "caf\xe9\x1b[31m.png")
		ts.Check(os.WriteFile(name, painted("x.png", 16, 16), 0o644))
		return
	case "invalidtext":
		b = []byte("fine until \xff\xfe here")
	case "bidi":
		b = []byte("invoice\u202Efdp.exe")
	default:
		ts.Fatalf("make has no %q", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o644))
}

// cmdAwait waits until a file is there whose path fits a pattern, and, with a second argument, that
// says it: await data/channels/*/rss.xml Hello.
func cmdAwait(ts *testscript.TestScript, _ bool, args []string) {
	deadline := time.Now().Add(time.Minute)
	for {
		found, _ := filepath.Glob(ts.MkAbs(args[0]))
		if slices.ContainsFunc(found, func(path string) bool { return len(args) < 2 || says(path, args[1]) }) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s did not appear", args[0])
		}
		runtime.Gosched()
	}
}

// cmdUntil asks postbag until it lists so many things: until N ARGUMENT...
func cmdUntil(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	for deadline := time.Now().Add(time.Minute); ; {
		ts.Check(ts.Exec("postbag", append(args[1:], "--json")...))
		var list []json.RawMessage
		ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
		if len(list) == want {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("after a minute there are %d, want %d", len(list), want)
		}
	}
}

// says reports whether a file, which another process may be replacing, has a text in it.
func says(path, text string) bool {
	b, err := os.ReadFile(path)
	return err == nil && bytes.Contains(b, []byte(text))
}

// cmdDamage turns some bytes of a file round, or removes it: damage (flip|remove) GLOB [OFFSET].
func cmdDamage(ts *testscript.TestScript, _ bool, args []string) {
	files, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(files) == 0 {
		ts.Fatalf("no file fits %s", args[1])
	}
	if args[0] == "remove" {
		ts.Check(os.Remove(files[0]))
		return
	}
	offset, err := strconv.ParseInt(args[2], 10, 64)
	ts.Check(err)
	ts.Check(os.Chmod(files[0], 0o600))
	f, err := os.OpenFile(files[0], os.O_RDWR, 0)
	ts.Check(err)
	defer f.Close()
	b := make([]byte, 64)
	n, err := f.ReadAt(b, offset)
	if err != nil && !errors.Is(err, io.EOF) {
		ts.Check(err)
	}
	for i := range b[:n] {
		b[i] ^= 0xff
	}
	_, err = f.WriteAt(b[:n], offset)
	ts.Check(err)
}

// cmdCount counts files: count GLOB N.
func cmdCount(ts *testscript.TestScript, _ bool, args []string) {
	files, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if strconv.Itoa(len(files)) != args[1] {
		ts.Fatalf("%d files fit %s, want %s", len(files), args[0], args[1])
	}
}

package filecall

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// staging is where files of a set wait for the intent. What is found there at the next write
// was left by a process that died, and is removed.
const staging = ".staging"

// work is one request on an open folder.
type work struct {
	*Carrier
	dir    *os.Root
	target target
	header map[string]string
	intent func() error
}

func (w work) get() (network.Reply, error) {
	content, err := w.read(w.target.path)
	if errors.Is(err, fs.ErrNotExist) {
		return problem(404, "there is no such file"), nil
	}
	if err != nil {
		return network.Reply{}, notSent("the file cannot be read", err)
	}
	if len(content) > network.MaxReply {
		return network.Reply{}, ambiguous(fmt.Sprintf("the file is longer than %d bytes", network.MaxReply), nil)
	}
	return network.Reply{Status: 200, Header: map[string]string{"Etag": etag(content)}, Body: content}, nil
}

// read returns a file's content, at most one byte more than a reply may have.
func (w work) read(p string) ([]byte, error) {
	info, err := w.dir.Stat(p)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its other end
		return nil, errors.New("it is not a regular file")
	}
	f, err := w.dir.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, network.MaxReply+1))
}

func etag(content []byte) string {
	sum := sha256.Sum256(content)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// matches checks the conditions on the file that counts. RFC 9110, 13.1, for the forms that
// are used here: one strong Etag, or *.
func (w work) matches() (bool, error) {
	is, none := w.header["If-Match"], w.header["If-None-Match"]
	if is == "" && none == "" {
		return true, nil
	}
	current, err := w.etagOf(w.target.last())
	if err != nil {
		return false, err
	}
	if is != "" && (current == "" || (is != "*" && is != current)) {
		return false, nil
	}
	return none == "" || current == "" || (none != "*" && none != current), nil
}

// etagOf hashes a file of any length; "" if there is none.
func (w work) etagOf(p string) (string, error) {
	info, err := w.dir.Stat(p)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	if err != nil {
		return "", err
	}
	f, err := w.dir.Open(p)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return `"` + hex.EncodeToString(h.Sum(nil)) + `"`, nil
}

// put stages, asks for the intent, and renames.
func (w work) put(ctx context.Context) (network.Reply, error) {
	if reply, stop, err := w.refuse(); stop || err != nil {
		return reply, err
	}
	defer func() { _ = w.dir.RemoveAll(staging) }() // what is left here is removed by the next write
	last, err := w.stage(ctx)
	if err != nil {
		return network.Reply{}, notSent("the files could not be written", err)
	}
	// Once more, now that staging is over: a person may have edited the file meanwhile.
	if reply, stop, err := w.refuse(); stop || err != nil {
		return reply, err
	}
	existing, err := w.etagOf(w.target.last())
	if err != nil {
		return network.Reply{}, notSent("the present file cannot be read", err)
	}
	if err := errors.Join(w.at("before intent"), ctx.Err()); err != nil {
		return network.Reply{}, notSent("stopped before anything was changed", err)
	}
	if w.intent != nil {
		if err := w.intent(); err != nil {
			return network.Reply{}, notSent("the intent could not be recorded", err)
		}
	}
	if err := w.rename(); err != nil {
		return network.Reply{}, ambiguous("the files could not all be put in place", err)
	}
	return w.written(existing == "", last)
}

// refuse answers what can be told before anything is written.
func (w work) refuse() (network.Reply, bool, error) {
	for _, f := range w.target.files {
		info, err := w.dir.Lstat(f.Path)
		if err == nil && !info.Mode().IsRegular() {
			return problem(409, f.Path+" is there and is no file"), true, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return problem(409, f.Path+" cannot be put there"), true, nil
		}
	}
	ok, err := w.matches()
	if err != nil {
		return network.Reply{}, false, notSent("the present file cannot be read", err)
	}
	if !ok {
		return problem(412, "the file is no longer what it was when it was read"), true, nil
	}
	return network.Reply{}, false, nil
}

func (w work) written(created bool, tag string) (network.Reply, error) {
	var names struct {
		Written []string `json:"written"`
	}
	for _, f := range w.target.files {
		names.Written = append(names.Written, f.Path)
	}
	body, err := json.Marshal(names)
	if err != nil { // checked names always marshal
		panic(err)
	}
	status := 200
	if created {
		status = 201
	}
	header := map[string]string{"Etag": tag, "Content-Type": "application/json"}
	return network.Reply{Status: status, Header: header, Body: body}, nil
}

// stage writes every file of the set, synced, and makes the folders they go to. It returns the
// Etag of the last.
func (w work) stage(ctx context.Context) (string, error) {
	if err := w.dir.RemoveAll(staging); err != nil {
		return "", err
	}
	if err := w.dir.Mkdir(staging, 0o700); err != nil {
		return "", err
	}
	var last string
	for i, f := range w.target.files {
		if err := w.at("stage " + strconv.Itoa(i)); err != nil {
			return "", err
		}
		sum, err := w.stageOne(ctx, stagedName(i), f.Body)
		if err != nil {
			return "", fmt.Errorf("%s: %w", f.Path, err)
		}
		last = sum
		if err := makeDirs(w.dir, path.Dir(f.Path)); err != nil {
			return "", err
		}
	}
	return last, nil
}

func stagedName(i int) string { return staging + "/" + strconv.Itoa(i) }

func (w work) stageOne(ctx context.Context, name string, body network.Body) (_ string, err error) {
	f, err := w.dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if runtime.GOOS != "windows" { // whatever the umask says
		if err := f.Chmod(0o644); err != nil {
			return "", err
		}
	}
	h := sha256.New()
	to := io.MultiWriter(f, h)
	for _, piece := range body {
		if err := w.copy(ctx, to, piece); err != nil {
			return "", err
		}
	}
	return `"` + hex.EncodeToString(h.Sum(nil)) + `"`, f.Sync()
}

// copy writes one piece. A file is read to its end and must have its hash, even if only a
// part of it is wanted.
func (w work) copy(ctx context.Context, to io.Writer, p network.Piece) (err error) {
	if p.File.SHA256 == "" {
		_, err := io.Copy(to, bytes.NewReader(p.Bytes))
		return err
	}
	if w.opener == nil {
		return errors.New("there is no store of frozen files")
	}
	if p.Base64 {
		return errors.New("a folder takes files as they are, not as base64 text")
	}
	f, err := w.opener.Open(p.File.SHA256)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	from := io.TeeReader(patientReader{ctx, f}, h)
	if _, err := io.CopyN(io.Discard, from, p.File.Offset); err != nil {
		return fmt.Errorf("read the frozen file: %w", err)
	}
	if _, err := io.CopyN(to, from, p.File.Length); err != nil {
		return fmt.Errorf("copy the frozen file: %w", err)
	}
	if _, err := io.Copy(io.Discard, from); err != nil {
		return fmt.Errorf("read the frozen file: %w", err)
	}
	return sameHash(h, p.File.SHA256)
}

func sameHash(h hash.Hash, want string) error {
	if hex.EncodeToString(h.Sum(nil)) != want {
		return errors.New("the frozen file is no longer what was approved")
	}
	return nil
}

// patientReader stops a long copy when the context ends.
type patientReader struct {
	ctx  context.Context
	from io.Reader
}

func (r patientReader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(b)
}

// rename puts the staged files in place. All but the last are on disk, names included, before
// the last is touched; so nothing that counts ever points to what is not there.
func (w work) rename() error {
	count := len(w.target.files)
	dirs := map[string]bool{}
	for i, f := range w.target.files {
		if i == count-1 {
			if err := syncDirs(w.dir, dirs); err != nil {
				return err
			}
			clear(dirs)
		}
		if err := w.at("rename " + strconv.Itoa(i)); err != nil {
			return err
		}
		if err := w.dir.Rename(stagedName(i), f.Path); err != nil {
			return err
		}
		dirs[path.Dir(f.Path)] = true
	}
	if err := w.at("renamed"); err != nil {
		return err
	}
	return syncDirs(w.dir, dirs)
}

func (w work) remove() (network.Reply, error) {
	current, err := w.etagOf(w.target.path)
	if err != nil {
		return problem(409, w.target.path+" is there and is no file"), nil //nolint:nilerr // the answer says it
	}
	if current == "" {
		return problem(404, "there is no such file"), nil
	}
	if is := w.header["If-Match"]; is != "" && is != "*" && is != current {
		return problem(412, "the file is no longer what it was when it was read"), nil
	}
	if w.intent != nil {
		if err := w.intent(); err != nil {
			return network.Reply{}, notSent("the intent could not be recorded", err)
		}
	}
	if err := w.dir.Remove(w.target.path); err != nil {
		return network.Reply{}, ambiguous("the file could not be removed", err)
	}
	if err := syncDir(w.dir, path.Dir(w.target.path)); err != nil {
		return network.Reply{}, ambiguous("the removal may not be on disk", err)
	}
	return network.Reply{Status: 204, Header: map[string]string{}}, nil
}

// makeDirs makes a folder and those above it, each synced into its parent.
func makeDirs(root *os.Root, dir string) error {
	if dir == "." {
		return nil
	}
	names := strings.Split(dir, "/")
	for i := range names {
		p := strings.Join(names[:i+1], "/")
		info, err := root.Lstat(p)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("%s is there and is no folder", p)
		}
		if err == nil {
			continue
		}
		if err := makeDir(root, p); err != nil {
			return err
		}
		if err := syncDir(root, path.Dir(p)); err != nil {
			return err
		}
	}
	return nil
}

func makeDir(root *os.Root, name string) error {
	if err := root.Mkdir(name, 0o755); err != nil {
		return err
	}
	if runtime.GOOS == "windows" {
		return nil
	}
	return root.Chmod(name, 0o755) // whatever the umask says
}

func syncDirs(root *os.Root, dirs map[string]bool) error {
	names := make([]string, 0, len(dirs))
	for d := range dirs {
		names = append(names, d)
	}
	slices.Sort(names)
	for _, d := range names {
		if err := syncDir(root, d); err != nil {
			return err
		}
	}
	return nil
}

// syncDir makes renames in a folder durable. Windows has no such call for folders; NTFS
// journals renames itself.
func syncDir(root *os.Root, name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

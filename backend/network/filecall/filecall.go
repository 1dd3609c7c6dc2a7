// Package filecall carries requests to a channel's own folder.
//
// It is the carrier of the file: scheme and makes the promise httpcall makes for servers: a
// write waits for its intent, happens once, and what fails before the intent left nothing
// behind. An address is file:///<channel folder>/<path>; nothing outside that one folder can be
// named, and a symbolic link does not lead out of it either.
//
//	GET     the bytes of one file (200, Etag is its SHA-256) or 404
//	PUT     one file, or the set in Request.Files
//	DELETE  one file: 204, or 404 if it is not there
//
// A PUT is all or nothing where it counts. Every file is staged beside its target and synced
// first. Then comes the intent, then each is renamed into place in order, the directories are
// synced before the last one, and the last is the one that counts: until it is in place, readers
// of it see the state before. With If-Match (an Etag) or If-None-Match (*) the last file must
// be what was read, or absent; else the answer is 412 and there was no intent.
//
// Files are readable by all (0644, folders 0755) whatever the umask, because a feed is made to
// be copied or served. The data folder around them is private and stays so.
//
// Every answer has a Content-Location: the address on this machine of the file it is about.
package filecall

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"postbag/backend/network"
)

// Carrier does the I/O of one folder of channels. It is safe for concurrent use; writes to
// one channel happen one after the other.
type Carrier struct {
	root   string // absolute; holds one folder a channel
	opener network.Opener
	fault  func(point string) error // for tests: called at each point a machine could fail at

	mu    sync.Mutex
	locks map[string]*sync.Mutex // by channel folder
}

var _ network.Carrier = (*Carrier)(nil)

// New returns a carrier for the channel folders in root, which is made (0700) when first
// written to. The bytes of frozen files come from opener.
func New(root string, opener network.Opener) (*Carrier, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	return &Carrier{root: abs, opener: opener, locks: map[string]*sync.Mutex{}}, nil
}

// Send does what the package comment says of r's method. A request nobody could fulfil is
// answered with 400, 405 or 409, before any intent.
func (c *Carrier) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	if err := ctx.Err(); err != nil {
		return network.Reply{}, notSent("stopped before anything was written", err)
	}
	t, err := parse(r)
	if err != nil {
		return problem(400, err.Error()), nil
	}
	if r.Method != "GET" && r.Method != "PUT" && r.Method != "DELETE" {
		return problem(405, "a folder takes GET, PUT and DELETE"), nil
	}
	lock := c.lock(t.folder)
	lock.Lock()
	defer lock.Unlock()
	dir, err := c.open(t.folder, r.Method == "PUT")
	if errors.Is(err, fs.ErrNotExist) {
		reply := problem(404, "there is no such file")
		reply.Header["Content-Location"] = c.location(t)
		return reply, nil
	}
	if err != nil {
		return network.Reply{}, notSent("the channel's folder cannot be opened", err)
	}
	defer dir.Close()
	w := work{Carrier: c, dir: dir, target: t, header: r.Header, intent: intent}
	var reply network.Reply
	switch r.Method {
	case "GET":
		reply, err = w.get()
	case "PUT":
		reply, err = w.put(ctx)
	default:
		reply, err = w.remove()
	}
	if err == nil {
		reply.Header["Content-Location"] = c.location(t)
	}
	return reply, err
}

func (c *Carrier) lock(folder string) *sync.Mutex {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.locks[folder] == nil {
		c.locks[folder] = &sync.Mutex{}
	}
	return c.locks[folder]
}

// open opens a channel's folder as a root that nothing leads out of.
func (c *Carrier) open(folder string, create bool) (*os.Root, error) {
	if create {
		if err := os.MkdirAll(c.root, 0o700); err != nil {
			return nil, err
		}
	}
	root, err := os.OpenRoot(c.root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Lstat(folder)
	if errors.Is(err, fs.ErrNotExist) && create {
		if err = makeDir(root, folder); err == nil {
			err = syncDir(root, ".")
		}
		if err != nil {
			return nil, err
		}
		info, err = root.Lstat(folder)
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() { // a symbolic link could lead to another channel's folder
		return nil, errors.New("it is not a folder")
	}
	return root.OpenRoot(folder)
}

// location is the address of a target on this machine.
func (c *Carrier) location(t target) string {
	path := filepath.ToSlash(c.root)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	u := url.URL{Scheme: "file", Path: path + "/" + t.folder + "/" + t.path}
	return u.String()
}

func (c *Carrier) at(point string) error {
	if c.fault == nil {
		return nil
	}
	return c.fault(point)
}

func problem(status int, message string) network.Reply {
	b, err := json.Marshal(map[string]string{"error": message})
	if err != nil { // strings always marshal
		panic(err)
	}
	return network.Reply{Status: status, Header: map[string]string{"Content-Type": "application/json"}, Body: b}
}

func notSent(message string, err error) error {
	return &network.Error{Kind: network.NotSent, Message: message, Err: err}
}

func ambiguous(message string, err error) error {
	return &network.Error{Kind: network.Ambiguous, Message: message, Err: err}
}

package rpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	mostUpload = 8 << 30 // bytes of one request; a film is large
	mostFiles  = 5000    // in one request
	keepUpload = time.Hour
)

// Uploads takes files that a person dropped on, or pasted into, a page that cannot see their paths.
// It answers with the paths of copies, for a service that imports files; they are removed an hour
// after, or when Close is called, whichever comes first.
type Uploads struct {
	folder func() (string, error)
	name   func(string) string
	format func(error) any
	log    *slog.Logger

	mu      sync.Mutex
	folders map[string]*time.Timer
	closed  bool
}

// UploadOptions describe Uploads.
type UploadOptions struct {
	Folder func() (string, error) // makes an empty folder on the disk the files will stay on
	Name   func(string) string    // makes a stranger's file name safe
	Format func(error) any        // makes what the page gets of an error
	Log    *slog.Logger
}

// NewUploads returns an empty Uploads.
func NewUploads(o UploadOptions) *Uploads {
	return &Uploads{folder: o.Folder, name: o.Name, format: o.Format, log: o.Log, folders: map[string]*time.Timer{}}
}

type uploaded struct {
	Paths []string `json:"paths"`
}

// ServeHTTP takes one POST of multipart/form-data, every part of which is a file, and answers
// {"result": {"paths": […]}} in their order, or {"error": …}.
func (u *Uploads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	paths, err := u.take(w, r)
	var body []byte
	if err == nil {
		body, err = json.Marshal(reply{uploaded{paths}})
	}
	if err != nil {
		status := http.StatusOK
		if fault, ok := errors.AsType[*CallError](err); ok {
			status = fault.Status
		}
		body, err = json.Marshal(failure{u.format(err)})
		if err != nil {
			u.log.Error("an error could not be told", "path", r.URL.Path, "error", err)
			status, body = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":"Something went wrong in Postbag."}}`)
		}
		w.WriteHeader(status)
	}
	_, _ = w.Write(body)
}

func (u *Uploads) take(w http.ResponseWriter, r *http.Request) (_ []string, err error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &CallError{Status: http.StatusMethodNotAllowed, Message: "files come by POST"}
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, &CallError{Status: http.StatusUnsupportedMediaType, Message: "files come as multipart/form-data", cause: err}
	}
	folder, err := u.folder()
	if err != nil {
		return nil, fmt.Errorf("keep dropped files: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(folder)
		}
	}()
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("keep dropped files: %w", err)
	}
	defer func() { _ = root.Close() }()
	paths := []string{}
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, cutOff(err)
		}
		if len(paths) == mostFiles {
			return nil, &CallError{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("at most %d files at a time", mostFiles)}
		}
		local, err := u.keep(root, len(paths), part)
		if err != nil {
			return nil, err
		}
		paths = append(paths, filepath.Join(folder, local))
	}
	if len(paths) == 0 {
		return nil, &CallError{Status: http.StatusBadRequest, Message: "there is no file in this"}
	}
	return paths, u.remember(folder)
}

// keep writes one file. Each has a folder of its own, so that two of one name stay two.
func (u *Uploads) keep(root *os.Root, n int, part *multipart.Part) (string, error) {
	name := u.name(lastOf(part.FileName()))
	if name == "" || part.FileName() == "" {
		return "", &CallError{Status: http.StatusBadRequest, Message: "a file without a name"}
	}
	dir := fmt.Sprintf("%04d", n)
	if err := root.Mkdir(dir, 0o700); err != nil {
		return "", fmt.Errorf("keep %q: %w", name, err)
	}
	local := filepath.Join(dir, name)
	f, err := root.OpenFile(local, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("keep %q: %w", name, err)
	}
	_, err = io.Copy(writeErrors{f}, part)
	if closed := f.Close(); err == nil && closed != nil {
		err = &writeError{closed}
	}
	if failed, ok := errors.AsType[*writeError](err); ok {
		return "", fmt.Errorf("keep %q: %w", name, failed.err)
	}
	if err != nil {
		return "", cutOff(err)
	}
	return local, nil
}

// lastOf returns the last name of a path of any system.
func lastOf(path string) string {
	return path[strings.LastIndexAny(path, `/\`)+1:]
}

// cutOff is the error of a body that did not come whole.
func cutOff(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &CallError{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("at most %d bytes at a time", tooLarge.Limit), cause: err}
	}
	return &CallError{Status: http.StatusBadRequest, Message: "the files were cut off", cause: err}
}

// writeErrors marks the errors of the disk, so that they are told from those of the connection.
type writeErrors struct{ w io.Writer }

func (w writeErrors) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if err != nil {
		err = &writeError{err}
	}
	return n, err
}

type writeError struct{ err error }

func (e *writeError) Error() string { return e.err.Error() }

func (e *writeError) Unwrap() error { return e.err }

// remember has a folder removed later.
func (u *Uploads) remember(folder string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return errors.New("keep dropped files: Postbag is ending")
	}
	u.folders[folder] = time.AfterFunc(keepUpload, func() { u.forget(folder) })
	return nil
}

func (u *Uploads) forget(folder string) {
	u.mu.Lock()
	delete(u.folders, folder)
	u.mu.Unlock()
	if err := os.RemoveAll(folder); err != nil {
		u.log.Warn("dropped files could not be removed", "error", err)
	}
}

// Close removes every copy.
func (u *Uploads) Close() {
	u.mu.Lock()
	u.closed = true
	folders := make([]string, 0, len(u.folders))
	for folder, timer := range u.folders {
		timer.Stop()
		folders = append(folders, folder)
	}
	u.mu.Unlock()
	for _, folder := range folders {
		u.forget(folder)
	}
}

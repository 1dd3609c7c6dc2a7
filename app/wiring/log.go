package wiring

import (
	"io"
	"os"
	"path/filepath"
	"sync"
)

// LogFile appends to the data folder's log, which is begun anew at 4 MB with the old one beside
// it. It is opened for each line, so that several processes can share it.
type LogFile struct {
	Folder   string    // of the logs
	Fallback io.Writer // gets what cannot be written there

	mu sync.Mutex
}

const mostLog = 4 << 20

// Write appends one line.
func (l *LogFile) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	path := filepath.Join(l.Folder, "postbag.log")
	if info, err := os.Stat(path); err == nil && info.Size() > mostLog {
		_ = os.Rename(path, filepath.Join(l.Folder, "postbag.old.log")) // a full log is better than none
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return l.Fallback.Write(line)
	}
	defer func() { _ = f.Close() }()
	return f.Write(line)
}

package desktop

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Names in the window's folder, and the limits of what one start tells another.
const (
	lockName    = "window.lock"
	addressName = "address.json"

	mostHanded  = 1 << 20 // bytes of what is handed over
	handTime    = 5 * time.Second
	waitForPeer = 10 * time.Second // until a window that is just starting can be reached
)

// errOther says that the window is open already, in another process.
var errOther = errors.New("the window is open already")

// instance makes this process the only window of a data folder. The lock is the system's, so it
// ends with the process, however it ends.
type instance struct {
	lock    *flock.Flock
	folder  string
	started chan struct{} // closed by stop
	ln      net.Listener
}

// address is where a second start finds the first. The file is its owner's alone, so nobody else
// has the token.
type address struct {
	Address string `json:"address"`
	Token   string `json:"token"`
	PID     int    `json:"pid"`
}

// handed is what a second start brings.
type handed struct {
	Token  string   `json:"token"`
	Paths  []string `json:"paths"`
	Links  []string `json:"links"`
	Hidden bool     `json:"hidden"` // the window stays where it is
}

// claim takes the window's lock of a data folder. It fails with errOther if another process has it.
func claim(folder string) (*instance, error) {
	lock := flock.New(filepath.Join(folder, lockName), flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the window: %w", err)
	}
	if !ok {
		return nil, errOther
	}
	return &instance{lock: lock, folder: folder, started: make(chan struct{})}, nil
}

// listen takes what later starts hand over, until release.
func (i *instance) listen(ctx context.Context, take func(handed), log *slog.Logger) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen to later starts: %w", err)
	}
	token := rand.Text()
	body, err := json.Marshal(address{Address: ln.Addr().String(), Token: token, PID: os.Getpid()})
	if err == nil {
		err = replace(filepath.Join(i.folder, addressName), body)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("tell later starts: %w", err), ln.Close())
	}
	i.ln = ln
	go func() {
		for {
			conn, err := ln.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				log.Warn("a later start was not heard", "error", err)
				select {
				case <-i.started:
					return
				case <-time.After(time.Second):
				}
				continue
			}
			go func() {
				h, err := receive(conn, token)
				if err != nil {
					log.Warn("a later start was not understood", "error", err)
					return
				}
				take(h)
			}()
		}
	}()
	return nil
}

// receive reads what one connection hands over, and answers that it was taken.
func receive(conn net.Conn, token string) (h handed, err error) {
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := conn.SetDeadline(time.Now().Add(handTime)); err != nil {
		return h, err
	}
	if err := json.NewDecoder(io.LimitReader(conn, mostHanded)).Decode(&h); err != nil {
		return h, err
	}
	if subtle.ConstantTimeCompare([]byte(h.Token), []byte(token)) != 1 {
		return h, errors.New("the token is wrong")
	}
	_, err = io.WriteString(conn, "ok\n")
	return h, err
}

// release ends the listening and gives the lock back.
func (i *instance) release() error {
	close(i.started)
	var errs []error
	if i.ln != nil {
		errs = append(errs, i.ln.Close(), os.Remove(filepath.Join(i.folder, addressName)))
	}
	return errors.Join(append(errs, i.lock.Unlock())...)
}

// handOver gives what this start was asked for to the window that is open. It waits a while for
// one that is just starting.
func handOver(ctx context.Context, folder string, h handed) error {
	ctx, cancel := context.WithTimeout(ctx, waitForPeer)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := handOnce(ctx, folder, h)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("reach the window that is open: %w", err)
		case <-tick.C:
		}
	}
}

func handOnce(ctx context.Context, folder string, h handed) error {
	body, err := os.ReadFile(filepath.Join(folder, addressName))
	if err != nil {
		return err
	}
	var a address
	if err := json.Unmarshal(body, &a); err != nil {
		return err
	}
	conn, err := (&net.Dialer{Timeout: handTime}).DialContext(ctx, "tcp", a.Address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(handTime)); err != nil {
		return err
	}
	h.Token = a.Token
	if err := json.NewEncoder(conn).Encode(h); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if answer != "ok\n" {
		return fmt.Errorf("it answered %.20q", answer)
	}
	return nil
}

// replace writes a private file in one step.
func replace(path string, body []byte) error {
	beside, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	_, err = beside.Write(body)
	if err = errors.Join(err, beside.Close()); err == nil {
		err = os.Rename(beside.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(beside.Name()))
	}
	return nil
}

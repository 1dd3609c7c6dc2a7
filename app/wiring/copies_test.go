package wiring_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue/queuetest"
	"postbag/backend/store"

	_ "modernc.org/sqlite"
)

// house is a person's computers, a network they publish on, and what they do with their data folder.
type house struct {
	t      *testing.T
	ledger *queuetest.Ledger
	root   string
}

func newHouse(t *testing.T) *house {
	return &house{t: t, ledger: queuetest.NewLedger(t), root: t.TempDir()}
}

// config is a start of Postbag on a computer, with the data folder of a name.
func (h *house) config(computer, folder string) wiring.Config {
	return wiring.Config{
		Data: filepath.Join(h.root, folder), Program: "test", Version: "test", Passphrase: []byte("secret"),
		State: filepath.Join(h.root, "state of "+computer), Machine: computer,
		Networks: network.NewRegistry(queuetest.New(network.ShapeRecord, h.ledger.URL(), time.Millisecond)),
	}
}

// at opens Postbag on a computer; what it returns is closed by done.
func (h *house) at(computer, folder string) (a *wiring.App, s *api.Services, done func()) {
	h.t.Helper()
	a, err := wiring.Open(h.t.Context(), h.config(computer, folder))
	if err != nil {
		h.t.Fatal(err)
	}
	closed := false
	done = func() {
		if !closed {
			closed = true
			ok(h.t, a.Close())
		}
	}
	h.t.Cleanup(done)
	return a, a.Services(h.t.Context(), api.Events{}), done
}

// plan writes a post and plans it.
func (h *house) plan(a *wiring.App, s *api.Services, text string, due time.Time) string {
	h.t.Helper()
	w, err := a.Workspace(h.t.Context(), "")
	ok(h.t, err)
	channel, err := a.Accounts.Connected(h.t.Context(), w.ID, "fake", network.Account{RemoteID: text, Handle: text, Name: text})
	ok(h.t, err)
	post := must[api.Post](h.t)(s.Posts.Create(api.CreatePost{Workspace: string(w.ID), Channels: []string{string(channel.ID)}, Content: api.Content{Text: text, Parts: []string{}}}))
	return must[[]api.Delivery](h.t)(s.Queue.Schedule(api.ScheduleRequest{PostID: post.ID, DueMs: due.UnixMilli()}))[0].ID
}

func (h *house) publish(a *wiring.App) {
	h.t.Helper()
	ok(h.t, a.Publish(h.t.Context(), true, nil))
}

func (h *house) want(s *api.Services, id, state, reason string) api.Delivery {
	h.t.Helper()
	d := must[api.DeliveryStory](h.t)(s.Queue.Show(id)).Delivery
	if d.State != state || d.HoldReason != reason {
		h.t.Errorf("it is %s %s (%s), want %s %s", d.State, d.HoldReason, d.ErrorText, state, reason)
	}
	return d
}

// once fails if anything is visible twice, or something of texts is not there.
func (h *house) once(texts ...string) {
	h.t.Helper()
	visible := h.ledger.Visible()
	for text, n := range visible {
		if n != 1 || !slices.Contains(texts, text) {
			h.t.Errorf("%q is visible %d times", text, n)
		}
	}
	if len(visible) != len(texts) {
		h.t.Errorf("visible: %v, want %v", visible, texts)
	}
}

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	ok(t, os.CopyFS(to, os.DirFS(from)))
}

func wantActions(t *testing.T, d api.Delivery, want ...string) {
	t.Helper()
	for _, action := range want {
		if !slices.Contains(d.Actions, action) {
			t.Errorf("the actions are %v, without %q", d.Actions, action)
		}
	}
}

// The folder of last week is put back, by a backup or by hand, after what was planned in it went out.
func TestRestoringLastWeeksBackupPublishesNothingTwice(t *testing.T) {
	for name, restore := range map[string]func(h *house, backup, aside string){
		"from the backup": func(h *house, backup, _ string) {
			r, err := wiring.Restore(h.t.Context(), h.config("laptop", "data"), backup, nil)
			ok(h.t, err)
			if r.Held != 2 {
				h.t.Errorf("%d held, want both", r.Held)
			}
		},
		"by hand": func(h *house, _, aside string) {
			ok(h.t, os.RemoveAll(filepath.Join(h.root, "data")))
			ok(h.t, os.Rename(aside, filepath.Join(h.root, "data")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			a, s, done := h.at("laptop", "data")
			h.plan(a, s, "before the backup", time.Now())
			h.publish(a)
			due := h.plan(a, s, "went out since", time.Now().Add(-5*time.Minute))
			later := h.plan(a, s, "still to come", time.Now().Add(time.Hour))
			backup := filepath.Join(h.root, "week.tar")
			must[api.Backup](t)(s.System.Backup(backup, false))
			done()
			aside := filepath.Join(h.root, "aside")
			copyFolder(t, filepath.Join(h.root, "data"), aside)
			a, s, done = h.at("laptop", "data")
			h.publish(a)
			h.want(s, due, "published", "")
			done()

			restore(h, backup, aside)
			a, s, done = h.at("laptop", "data")
			h.publish(a)
			h.want(s, due, "published", "") // found where it went, with the evidence
			d := h.want(s, later, "held", "restored_copy")
			wantActions(t, d, "live", "release", "cancel")
			h.once("before the backup", "went out since")

			// Publish from here: it goes out at its time, and is not held a second time.
			must[api.Delivery](t)(s.Queue.Release(later))
			done()
			a, s, done = h.at("laptop", "data")
			h.publish(a)
			if d := h.want(s, later, "planned", ""); d.WakeMs != d.DueMs {
				t.Errorf("it is looked at at %d, due at %d", d.WakeMs, d.DueMs)
			}
			fresh := h.plan(a, s, "written after the restore", time.Now())
			h.publish(a)
			h.want(s, fresh, "published", "")
			h.once("before the backup", "went out since", "written after the restore")
			done()
		})
	}
}

func TestACopiedProfilePublishesNothingUntilAPersonSaysSo(t *testing.T) {
	h := newHouse(t)
	a, s, done := h.at("laptop", "data")
	h.plan(a, s, "from the laptop", time.Now())
	h.publish(a)
	both := h.plan(a, s, "sent by the laptop", time.Now().Add(-5*time.Minute))
	one := h.plan(a, s, "sent by nobody", time.Now().Add(-5*time.Minute))
	done()
	copyFolder(t, filepath.Join(h.root, "data"), filepath.Join(h.root, "moved"))
	a, s, done = h.at("laptop", "data")
	must[api.Delivery](t)(s.Queue.Cancel(one))
	h.publish(a)
	done()

	a, s, _ = h.at("tower", "moved")
	h.publish(a)
	for _, id := range []string{both, one} {
		wantActions(t, h.want(s, id, "held", "moved_profile"), "live", "release", "cancel")
	}
	home := must[api.Home](t)(s.Queue.Home())
	engine := must[api.Engine](t)(s.Queue.Engine(""))
	if home.Here || home.Name != "laptop" || engine.HomeName != "laptop" {
		t.Errorf("the home is %+v, the engine says %q", home, engine.HomeName)
	}
	h.once("from the laptop", "sent by the laptop")

	// Publish from here: what the laptop sent is found, the rest goes out once.
	must[api.Delivery](t)(s.Queue.Release(one))
	if home = must[api.Home](t)(s.Queue.Home()); !home.Here || home.Name != "tower" {
		t.Errorf("after that the home is %+v", home)
	}
	h.publish(a)
	h.want(s, both, "published", "")
	h.want(s, one, "published", "")
	h.once("from the laptop", "sent by the laptop", "sent by nobody")
}

func TestTwoCopiesOnOneMachineDoNotBothPublish(t *testing.T) {
	h := newHouse(t)
	a, s, done := h.at("laptop", "data")
	first := h.plan(a, s, "first", time.Now().Add(-3*time.Minute))
	done()
	copyFolder(t, filepath.Join(h.root, "data"), filepath.Join(h.root, "copy"))
	a, s, _ = h.at("laptop", "data")
	_, release, err := a.Publisher(t.Context(), nil)
	ok(t, err)
	b, other, _ := h.at("laptop", "copy")
	if err := b.Publish(t.Context(), true, nil); !errors.Is(err, datadir.ErrLocked) {
		t.Errorf("the copy publishes beside the folder: %v", err)
	}
	ok(t, release())
	h.publish(a)
	h.want(s, first, "published", "")
	h.publish(b) // afterwards it is behind
	h.want(other, first, "published", "")
	h.once("first")
}

func TestADatabaseOfANewerPostbagIsLeftAlone(t *testing.T) {
	h := newHouse(t)
	a, s, done := h.at("laptop", "data")
	id := h.plan(a, s, "later", time.Now())
	path := a.Dir.Database()
	done()
	db, err := sql.Open("sqlite", path)
	ok(t, err)
	defer func() { ok(t, db.Close()) }()
	var schema int
	ok(t, db.QueryRow("PRAGMA user_version").Scan(&schema))
	_, err = db.Exec("PRAGMA user_version = 999")
	ok(t, err)
	if _, err := wiring.Open(t.Context(), h.config("laptop", "data")); !errors.Is(err, store.ErrNewer) {
		t.Errorf("an older Postbag opens it: %v", err)
	}
	h.once()
	var state string
	ok(t, db.QueryRow("SELECT state FROM delivery WHERE id = ?", id).Scan(&state))
	if state != string(domain.Planned) {
		t.Errorf("it is %s", state)
	}
}

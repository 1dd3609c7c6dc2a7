package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"syscall"
	"testing"

	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
	"postbag/backend/render"
	"postbag/backend/secrets"
	"postbag/backend/store"
)

func TestEveryErrorSaysWhatHappenedWhatIsSafeAndWhatToDo(t *testing.T) {
	for _, test := range []struct {
		err  error
		code Code
	}{
		{&domain.FieldError{Field: "text", Message: "too long"}, CodeInvalid},
		{&queue.NotReadyError{Issues: []network.Issue{{Code: "too_long", Message: "3 over", Field: "text"}}}, CodeInvalid},
		{domain.ErrNotFound, CodeNotFound},
		{domain.ErrConflict, CodeConflict},
		{domain.ErrNotAllowed, CodeNotAllowed},
		{fmt.Errorf("add: %w", domain.ErrInvalid), CodeInvalid},
		{context.Canceled, CodeStopped},
		{&datadir.PlaceError{Path: "/x", Reason: "is on a network drive (nfs)"}, CodeBadPlace},
		{&datadir.LockedError{What: "publishes from this data folder"}, CodeBusy},
		{store.ErrBusy, CodeBusy},
		{store.ErrFull, CodeDiskFull},
		{fmt.Errorf("write: %w", syscall.ENOSPC), CodeDiskFull},
		{&datadir.FullError{Path: "/x"}, CodeDiskFull},
		{store.ErrNewer, CodeNewerData},
		{store.ErrDamaged, CodeDamaged},
		{datadir.ErrNotBackup, CodeInvalid},
		{secrets.ErrNoKeychain, CodeNoKeychain},
		{secrets.ErrWrongPassphrase, CodeLocked},
		{secrets.ErrKeyLost, CodeNeedsChannel},
		{&network.Error{Kind: network.Reauth, Message: "sign in"}, CodeNeedsChannel},
		{&network.Error{Kind: network.Throttled, Message: "later"}, CodeNetwork},
		{render.ErrEmpty, CodeBadFile},
		{fs.ErrPermission, CodeNotAllowed},
		{errors.New("nobody foresaw this"), CodeInternal},
	} {
		e := ErrorOf(fmt.Errorf("while doing: %w", test.err))
		if e.Code != test.code {
			t.Errorf("%v is %s, want %s", test.err, e.Code, test.code)
		}
		if e.Message == "" || e.Safe == "" || e.Actions == nil || !errors.Is(e, test.err) && test.code != CodeInternal {
			t.Errorf("%v became %+v", test.err, e)
		}
		if strings.HasPrefix(e.Message, strings.ToLower(e.Message[:1])) && e.Message[0] >= 'a' && e.Message[0] <= 'z' {
			t.Errorf("%q is no sentence", e.Message)
		}
		var out map[string]any
		body, err := json.Marshal(e)
		if err != nil || json.Unmarshal(body, &out) != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"code", "message", "field", "safe", "actions", "ref"} {
			if _, there := out[key]; !there {
				t.Errorf("the JSON of %v has no %s", test.err, key)
			}
		}
	}
}

func TestAPanicBecomesAnErrorWithAReferenceInTheLog(t *testing.T) {
	var log bytes.Buffer
	b := &base{Parts: Parts{Log: slog.New(slog.NewTextHandler(&log, nil))}}
	method := func() (err error) {
		defer b.done(&err)
		panic("a mistake")
	}
	e, ok := errors.AsType[*Error](method())
	if !ok || e.Code != CodeInternal || e.Ref == "" || !strings.Contains(log.String(), e.Ref) {
		t.Fatalf("%+v\n%s", e, log.String())
	}
}

func TestAServersWordsAreMadeSafeToShow(t *testing.T) {
	e := ErrorOf(&network.Error{Kind: network.Rejected, Message: "\x1b[31mline one\nline two\u202e" + strings.Repeat("x", 1000)})
	if strings.ContainsAny(e.Message, "\n\x1b\u202e") || len(e.Message) > 400 {
		t.Errorf("%q", e.Message)
	}
}

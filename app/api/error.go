package api

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"postbag/backend/batch"
	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/network"
	"postbag/backend/presets"
	"postbag/backend/queue"
	"postbag/backend/render"
	"postbag/backend/secrets"
	"postbag/backend/store"
)

// Code says what kind of thing went wrong. It is stable: scripts and the window's table of
// sentences rely on it.
type Code string

// Every code.
const (
	CodeInvalid      Code = "invalid"       // the input is wrong; Field says where
	CodeNotFound     Code = "not_found"     // there is no such thing
	CodeConflict     Code = "conflict"      // it changed meanwhile, or exists already
	CodeNotAllowed   Code = "not_allowed"   // not possible in this state
	CodeNeedsChannel Code = "needs_channel" // a channel must be chosen or signed in first
	CodeNetwork      Code = "network"       // the network refused or could not be reached
	CodeBusy         Code = "busy"          // another process publishes, or changes the data folder
	CodeLocked       Code = "locked"        // the keychain is locked or waits for an answer
	CodeBadFile      Code = "bad_file"      // a file is damaged, unknown or too large
	CodeDiskFull     Code = "disk_full"
	CodeNoKeychain   Code = "no_keychain"
	CodeNewerData    Code = "newer_data" // the data folder belongs to a newer Postbag
	CodeDamaged      Code = "damaged"    // the data folder is damaged
	CodeBadPlace     Code = "bad_place"  // the data folder is on a drive that others share
	CodePortTaken    Code = "port_taken" // another program uses the port that a sign-in comes back to
	CodeStopped      Code = "stopped"    // the person stopped it
	CodeInternal     Code = "internal"   // a mistake of ours; Ref finds it in the log
)

// Error is the only error a service returns. Its three sentences say what happened, what is
// safe, and what to do.
type Error struct {
	Code    Code     `json:"code"`
	Message string   `json:"message"`
	Field   string   `json:"field"`
	Safe    string   `json:"safe"`
	Actions []string `json:"actions"`
	Ref     string   `json:"ref"` // finds the details in the log; "" if there is nothing more to know
	cause   error
}

func (e *Error) Error() string { return e.Message }

func (e *Error) Unwrap() error { return e.cause }

// nothingChanged is what is true of most failures.
const nothingChanged = "Nothing was changed."

// errorOf turns any error into an *Error. What nobody foresaw is internal, with the details in
// the log under a reference.
func (b *base) errorOf(err error) *Error {
	e := ErrorOf(err)
	if e.Code == CodeInternal {
		e.Ref = strings.ToLower(rand.Text()[:8])
		b.Log.Error("internal", "ref", e.Ref, "error", err)
	}
	return e
}

// ErrorOf turns any error into an *Error, for what happens outside a service (opening the data
// folder, restoring a backup).
func ErrorOf(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	for _, known := range []func(error) *Error{inputError, placeError, keyError, networkError, fileError} {
		if e := known(err); e != nil {
			e.cause = err
			if e.Safe == "" {
				e.Safe = nothingChanged
			}
			if e.Actions == nil {
				e.Actions = []string{}
			}
			return e
		}
	}
	return &Error{
		Code: CodeInternal, Message: "Something went wrong in Postbag: " + network.Printable(err.Error()), cause: err,
		Safe: "Posts and pictures are safe.", Actions: []string{"Try it again, and report it if it stays."},
	}
}

func inputError(err error) *Error {
	if field, ok := errors.AsType[*domain.FieldError](err); ok {
		return &Error{Code: CodeInvalid, Message: sentence(field.Message), Field: field.Field}
	}
	if no, ok := errors.AsType[*queue.NotEditableError](err); ok {
		return &Error{
			Code: CodeNotAllowed, Message: sentence(no.Error()), Field: "edit_" + string(no.Bar), Safe: "The post is as it was.",
			Actions: []string{"Change it on the network itself, or publish a new post."},
		}
	}
	if no, ok := errors.AsType[*queue.NotDeletableError](err); ok {
		return &Error{
			Code: CodeNotAllowed, Message: sentence(no.Error()), Field: "delete_" + string(no.Bar), Safe: "The post is as it was.",
			Actions: []string{"Delete it on the network itself."},
		}
	}
	if notReady, ok := errors.AsType[*queue.NotReadyError](err); ok {
		issue, _ := network.Blocking(notReady.Issues)
		return &Error{
			Code: CodeInvalid, Message: sentence(issue.Message), Field: issue.Field, Safe: "The draft is saved; nothing was planned.",
			Actions: []string{"Change it for this channel, or leave the channel out."},
		}
	}
	if wrong := (*presets.FieldError)(nil); errors.As(err, &wrong) {
		return &Error{Code: CodeInvalid, Message: sentence(err.Error()), Field: wrong.Field}
	}
	switch {
	case errors.Is(err, domain.ErrNotFound):
		return &Error{Code: CodeNotFound, Message: sentence(err.Error())}
	case errors.Is(err, domain.ErrConflict):
		return &Error{Code: CodeConflict, Message: sentence(err.Error()), Actions: []string{"Look at how it is now, and decide again."}}
	case errors.Is(err, domain.ErrNotAllowed):
		return &Error{Code: CodeNotAllowed, Message: sentence(err.Error())}
	case errors.Is(err, presets.ErrUnknown), errors.Is(err, presets.ErrInvalid):
		return &Error{Code: CodeInvalid, Message: sentence(err.Error()), Field: "presets", Actions: []string{"See them all: postbag preset list."}}
	case errors.Is(err, library.ErrDoesNotFit):
		return &Error{
			Code: CodeInvalid, Message: sentence(err.Error()), Field: "media", Safe: "The draft and the original are saved; nothing was planned.",
			Actions: []string{"Use another picture for this channel, or leave the channel out."},
		}
	case errors.Is(err, domain.ErrInvalid):
		return &Error{Code: CodeInvalid, Message: sentence(err.Error())}
	case errors.Is(err, context.Canceled):
		return &Error{Code: CodeStopped, Message: "Stopped.", Safe: "What was finished before is kept."}
	}
	return nil
}

func placeError(err error) *Error {
	if place, ok := errors.AsType[*datadir.PlaceError](err); ok {
		return &Error{
			Code: CodeBadPlace, Message: sentence("the data folder " + place.Reason), Actions: []string{"Choose a folder on this computer's own disk."},
		}
	}
	if locked, ok := errors.AsType[*datadir.LockedError](err); ok {
		return &Error{Code: CodeBusy, Message: sentence(locked.Error()), Actions: []string{"Wait for it, or end the other program."}}
	}
	switch {
	case errors.Is(err, datadir.ErrLocked), errors.Is(err, store.ErrBusy):
		return &Error{Code: CodeBusy, Message: "Another program is changing the data folder.", Actions: []string{"Wait for it, or end the other program."}}
	case errors.Is(err, datadir.ErrDiskFull), errors.Is(err, store.ErrFull), errors.Is(err, syscall.ENOSPC):
		return &Error{
			Code: CodeDiskFull, Message: sentence(err.Error()), Safe: "What was saved before is safe; nothing is half-written.",
			Actions: []string{"Make room on the disk, and try again."},
		}
	case errors.Is(err, datadir.ErrNewer), errors.Is(err, store.ErrNewer):
		return &Error{Code: CodeNewerData, Message: sentence(err.Error()), Actions: []string{"Install the newest Postbag."}}
	case errors.Is(err, store.ErrDamaged), errors.Is(err, datadir.ErrDamagedBackup), errors.Is(err, datadir.ErrAltered):
		return &Error{
			Code: CodeDamaged, Message: sentence(err.Error()), Actions: []string{"Run postbag doctor.", "Restore the latest backup; this folder is kept beside it."},
		}
	case errors.Is(err, datadir.ErrNotBackup), errors.Is(err, datadir.ErrNotDataFolder):
		return &Error{Code: CodeInvalid, Message: sentence(err.Error())}
	}
	return nil
}

func keyError(err error) *Error {
	switch {
	case errors.Is(err, secrets.ErrNoKeychain):
		return &Error{
			Code: CodeNoKeychain, Message: "No keychain answered, so there is no safe place for a sign-in.",
			Actions: []string{"Unlock or install the system's keychain (GNOME Keyring, KWallet).", "Or set POSTBAG_PASSPHRASE: the key is then kept in an encrypted file."},
		}
	case errors.Is(err, secrets.ErrPassphraseNeeded), errors.Is(err, secrets.ErrWrongPassphrase):
		return &Error{Code: CodeLocked, Message: sentence(err.Error()), Actions: []string{"Set POSTBAG_PASSPHRASE to the passphrase of this data folder."}}
	case errors.Is(err, secrets.ErrKeyLost), errors.Is(err, secrets.ErrSealBroken):
		return &Error{Code: CodeNeedsChannel, Message: sentence(err.Error()), Actions: []string{"Sign in to the channel again: postbag channel add."}}
	}
	return nil
}

func networkError(err error) *Error {
	e, ok := errors.AsType[*network.Error](err)
	if !ok {
		return nil
	}
	out := &Error{Code: CodeNetwork, Message: sentence(e.Message), Safe: "Nothing was published."}
	switch e.Kind {
	case network.Reauth:
		out.Code, out.Actions = CodeNeedsChannel, []string{"Sign in to the channel again: postbag channel add."}
	case network.Throttled:
		out.Actions = []string{"Wait a little, and try again."}
	case network.NotSent:
		out.Actions = []string{"Look at the address and the connection, and try again."}
	case network.Rejected, network.Ambiguous:
	}
	return out
}

func fileError(err error) *Error {
	for _, bad := range []error{
		render.ErrEmpty, render.ErrFormat, render.ErrUnsupported, render.ErrDamaged, render.ErrTooManyPixels, render.ErrTooLarge,
	} {
		if errors.Is(err, bad) {
			return &Error{Code: CodeBadFile, Message: sentence(err.Error()), Safe: "The file is as it was."}
		}
	}
	switch {
	case errors.Is(err, batch.ErrTaken):
		return &Error{Code: CodeConflict, Message: sentence(err.Error()), Field: "zip", Actions: []string{"Choose another name, or move that file away."}}
	case errors.Is(err, batch.ErrBook):
		return &Error{Code: CodeConflict, Message: sentence(err.Error()), Field: "out", Actions: []string{"Choose another folder, or move that list away."}}
	case errors.Is(err, render.ErrDoesNotFit), errors.Is(err, render.ErrRecipe):
		return &Error{Code: CodeInvalid, Message: sentence(err.Error()), Field: "presets", Safe: "The file is as it was."}
	case errors.Is(err, library.ErrMissing):
		return &Error{Code: CodeBadFile, Message: sentence(err.Error()), Actions: []string{"Import the file again from where it is now.", "Run postbag doctor."}}
	case errors.Is(err, network.ErrMediaChanged):
		return &Error{Code: CodeBadFile, Message: sentence(err.Error()), Actions: []string{"Run postbag doctor."}}
	case errors.Is(err, fs.ErrNotExist):
		return &Error{Code: CodeNotFound, Message: sentence(err.Error())}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrExist):
		return &Error{Code: CodeNotAllowed, Message: sentence(err.Error())}
	}
	return nil
}

// sentence makes an error's words one for people: a capital letter and a full stop.
func sentence(s string) string {
	s = network.Printable(s)
	if s == "" {
		return "It did not work."
	}
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") && !strings.HasSuffix(s, "…") {
		s += "."
	}
	first := []rune(s)
	return strings.ToUpper(string(first[0])) + string(first[1:])
}

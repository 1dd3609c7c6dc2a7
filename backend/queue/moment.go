package queue

import (
	"time"

	"postbag/backend/domain"
)

// since returns how long ago a call in doubt was sent, by the boot clock. It reports false where
// that clock cannot tell: the call was sent in another boot, from another machine, or from this
// machine before it was put back to an earlier state.
func (q *Queue) since(b domain.Doubt) (time.Duration, bool) {
	now := q.Boot()
	if b.BootID != q.Me.BootID || b.Machine != q.Me.Machine || b.IntentBoot > now {
		return 0, false
	}
	return now - b.IntentBoot, true
}

// quarantine returns how much is left of the time that a call in doubt is given before anybody
// looks for it. It counts with the boot clock, which nobody can set.
//
// A new boot begins it again: all of the time since this machine started came after the call,
// and that is the part of it that is certain. Of a call from another machine it is the time since
// this process began to publish.
func (q *Queue) quarantine(b domain.Doubt, whole time.Duration) time.Duration {
	past, ok := q.since(b)
	switch {
	case ok:
	case b.Machine == q.Me.Machine && b.BootID != q.Me.BootID:
		past = q.Boot()
	default:
		past = q.Boot() - q.begun
	}
	if left := whole - past; left > 0 {
		return left + time.Millisecond // stored times are cut to it: what is left must not be nothing there
	}
	return 0
}

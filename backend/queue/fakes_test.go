package queue_test

import (
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/queue/queuetest"
)

// The fakes have short names in these tests.
type (
	ledger      = queuetest.Ledger
	fakeNetwork = queuetest.Network
	entry       = queuetest.Entry
	fault       = queuetest.Fault
)

const (
	faultNone        = queuetest.None
	faultResetBefore = queuetest.ResetBefore
	faultResetAfter  = queuetest.ResetAfter
	faultGhost       = queuetest.Ghost
	faultError       = queuetest.Error
	faultErrorAfter  = queuetest.ErrorAfter
	faultThrottled   = queuetest.Throttled
	faultGarbage     = queuetest.Garbage
	faultNoID        = queuetest.NoID
	faultRefused     = queuetest.Refused
)

func newLedger(t testing.TB) *ledger { return queuetest.NewLedger(t) }

func fake(shape network.Shape, server string, quarantine time.Duration) network.Network {
	return queuetest.New(shape, server, quarantine)
}

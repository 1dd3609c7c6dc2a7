//go:build !linux && !darwin && !windows

package clock

import (
	"errors"
	"time"
)

var errNoBootClock = errors.New("this system's boot clock is not known")

func bootID() (string, error)           { return "", errNoBootClock }
func sinceBoot() (time.Duration, error) { return 0, errNoBootClock }

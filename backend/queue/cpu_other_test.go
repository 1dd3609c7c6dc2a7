//go:build !unix

package queue_test

import "time"

func cpuTime() time.Duration { return 0 }

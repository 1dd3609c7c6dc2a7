package queue

import (
	"time"

	"postbag/backend/domain"
)

// Backoff lets tests see the bounds of backoff.
func Backoff(id domain.DeliveryID, n int) time.Duration { return backoff(id, n) }

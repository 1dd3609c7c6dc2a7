package wiring

import (
	"os"
	"runtime/debug"
)

// softMemory is what the collector aims at for the whole program: decoded photographs are large and short-lived,
// and without an aim twice as much lies about before it is collected. Whoever needs more gets it.
const softMemory = 224 << 20

// BoundMemory asks the collector to keep the program small. A person who sets GOMEMLIMIT knows better.
func BoundMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
}

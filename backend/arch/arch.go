// Package arch holds no code, only the tests that keep the shape of the project.
//
// Arrows point inwards: the doors in app know the backend, the backend knows domain and
// network, and those two know nothing of ours and do no I/O. A network is one folder and one
// line in the one list; nothing else may ask a network for its name. The tests read `go list`
// and the syntax trees, so they need no tool but Go, and each of them is also run on planted
// faults, so that a test that has gone blind is noticed.
//
// The same layers stand in .golangci.yml for the editor; where the two differ, this package
// is right.
package arch

//go:build !bindings

// Package desktop is Postbag's window.
package desktop

// Main runs the window.
func Main([]string, Build) int { return 1 }

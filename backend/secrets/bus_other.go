//go:build windows || darwin

package secrets

// reachable reports that the system's keychain is a part of the system.
func reachable() error { return nil }

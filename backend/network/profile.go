package network

// Profiler is a network whose accounts have a page that people open in a browser.
type Profiler interface {
	// Profile returns the address of an account's page, "" if it cannot be known. It asks nobody.
	Profile(a Account) string
}

//go:build !production && !dev

package desktop

// canOpen says whether the window library is in this program. It is in those built with the tags
// desktop and production; without them, everything else can be checked anywhere.
const canOpen = false

//go:build production || dev

package desktop

// canOpen says whether the window library is in this program.
const canOpen = true

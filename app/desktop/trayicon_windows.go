//go:build !bindings && tray

package desktop

import (
	"bytes"
	"encoding/binary"
)

// trayIcon is the mark as this system's tray wants it: an icon file that holds the PNG.
func trayIcon() []byte {
	var b bytes.Buffer
	b.Write([]byte{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 32, 0}) // one picture, 256 by 256
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(icon))))
	b.Write(binary.LittleEndian.AppendUint32(nil, 22)) // where it begins
	b.Write(icon)
	return b.Bytes()
}

// hasSession reports whether there is a session with a tray: always.
func hasSession() bool { return true }

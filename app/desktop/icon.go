package desktop

import _ "embed"

// icon is the mark of Postbag, painted by build/icon.
//
//go:embed icon.png
var icon []byte

package network

import "errors"

// ErrMediaChanged is wrapped by what a carrier returns when a frozen file is missing, cannot
// be read, or is no longer what was approved. Nothing is published with it until a person
// has looked.
var ErrMediaChanged = errors.New("the media is not what was approved any more")

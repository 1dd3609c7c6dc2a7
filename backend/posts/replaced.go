package posts

// replaced says that something of a text as written is something else as sent.
type replaced struct {
	from, to int // in the text as written; equal where something was put in
	size     int // bytes of what stands there as sent
	home     int // in the text as written: where the whole begins of which this is a part
}

// beforeReplaced returns the place in the text as written of a place in the text as sent. Inside of
// what was replaced it is where the whole begins: it does not fit as a whole. A negative place, which
// is none, is returned as it is.
func beforeReplaced(list []replaced, at int) int {
	more := 0
	for _, r := range list {
		switch begins := r.from + more; {
		case at < begins:
			return at - more
		case at < begins+r.size:
			return r.home
		}
		more += r.size - (r.to - r.from)
	}
	return at - more
}

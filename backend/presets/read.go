package presets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Entry is one entry of a file of presets, as it was found.
type Entry struct {
	Line   int // where it begins, from 1
	Preset Preset
	Err    error // ErrInvalid with what is wrong; Preset is then what could be read of it
}

// Read reads a file of presets as Parse does, but goes on after an entry that makes no sense. The
// error is for a file of which no entry can be told.
func Read(r io.Reader) ([]Entry, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read presets: %w", err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("%w: the file is over %d bytes", ErrInvalid, maxFile)
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, fmt.Errorf("%w: the file is empty", ErrInvalid)
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, fmt.Errorf("%w: the file must be a JSON list such as [{\"id\": \"banner\", \"width\": 1500, \"height\": 500, \"fit\": \"cover\"}]: %s",
			ErrInvalid, place(b, err))
	}
	if len(raw) == 0 {
		return nil, fmt.Errorf("%w: the list is empty", ErrInvalid)
	}
	if len(raw) > Most {
		return nil, fmt.Errorf("%w: the list has %d entries, the limit is %d", ErrInvalid, len(raw), Most)
	}
	list, seen := make([]Entry, len(raw)), map[string]bool{}
	line, from := 1, 0
	for i, one := range raw {
		// Between two entries there is a comma and blanks: an entry is found where it first occurs.
		at := from + max(bytes.Index(b[from:], one), 0)
		line += bytes.Count(b[from:at], []byte("\n"))
		e := Entry{Line: line}
		line, from = line+bytes.Count(one, []byte("\n")), at+len(one)
		if e.Preset, e.Err = parseOne(one); e.Err == nil {
			key := strings.ToLower(e.Preset.ID)
			if e.Err = e.Preset.Check(); e.Err == nil && seen[key] {
				e.Err = wrong("id", "the id is taken")
			}
			seen[key] = true
		}
		list[i] = e
	}
	return list, nil
}

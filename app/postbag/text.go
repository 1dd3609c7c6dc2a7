package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// mostInput bounds what is read as text or a document; the services say what they take of it.
const mostInput = 65 << 20

// words are the flags of what a person writes.
type words struct {
	text, file                          string
	parts                               []string
	link, language, warning, visibility string
}

func (w *words) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&w.text, "text", "", "the `text`")
	f.StringVar(&w.file, "text-file", "", "read the text from a `file`, or - for standard input")
	f.StringArrayVar(&w.parts, "part", nil, "the `text` of the next part of a thread, or @FILE; may be repeated")
	f.StringVar(&w.link, "link", "", "an `address` shown as a card")
	f.StringVar(&w.language, "language", "", "the language, as a BCP 47 `tag` such as en or pt-BR")
	f.StringVar(&w.warning, "warning", "", "a content `warning`")
	f.StringVar(&w.visibility, "visibility", "", "who may see it, in the network's own `word`")
	cmd.MarkFlagsMutuallyExclusive("text", "text-file")
}

// read fills text and parts in from their files.
func (w *words) read(c *cli) error {
	if w.file != "" {
		text, err := c.input(w.file)
		if err != nil {
			return err
		}
		w.text = oneNewlineLess(text)
	}
	for i, part := range w.parts {
		if path, ok := strings.CutPrefix(part, "@"); ok {
			if _, err := os.Stat(path); err != nil {
				continue // a part may begin with a mention
			}
			text, err := c.input(path)
			if err != nil {
				return err
			}
			w.parts[i] = oneNewlineLess(text)
		}
	}
	return nil
}

// input reads a file, or standard input for "-", in bounded memory.
func (c *cli) input(path string) (string, error) {
	var r io.Reader = c.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", fmt.Errorf("read %s: %w", path, err)
		}
		defer func() { _ = f.Close() }()
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, mostInput+1))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, errors.Unwrap(err))
	}
	if len(b) > mostInput {
		return "", usagef("text-file", "%s has more than %d MB", path, mostInput>>20)
	}
	return string(b), nil
}

// oneNewlineLess takes off the newline that editors and echo put at the end of a file.
func oneNewlineLess(s string) string {
	s = strings.TrimSuffix(s, "\n")
	return strings.TrimSuffix(s, "\r")
}

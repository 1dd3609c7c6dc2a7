package settings

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"postbag/backend/domain"
)

// longestPath is how many bytes a path has at most.
const longestPath = 4096

// checkPath accepts "" and a whole path. Whether a usable program is there is asked before each use.
func checkPath(path string) error {
	if path == "" {
		return nil
	}
	if !filepath.IsAbs(path) || len(path) > longestPath || !utf8.ValidString(path) || strings.ContainsFunc(path, unicode.IsControl) {
		return &domain.FieldError{Field: "ffmpeg", Message: fmt.Sprintf("this is a whole path, from the root, of at most %d bytes", longestPath)}
	}
	return nil
}

package settings

import (
	"fmt"
	"regexp"
	"strings"

	"postbag/backend/domain"
)

// Person is somebody whom posts of a workspace mention.
type Person struct {
	Name    string            `json:"name"`    // as plain text, where they have no handle
	Handles map[string]string `json:"handles"` // by network, without "@"
}

// mostPeople is how many people a workspace knows.
const mostPeople = 2000

// mark is what can stand behind "@" and is read as one mention: as package measure does.
var mark = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$`)

func checkPeople(people map[string]Person) error {
	if len(people) > mostPeople {
		return &domain.FieldError{Field: "people", Message: fmt.Sprintf("at most %d people are kept", mostPeople)}
	}
	for short, p := range people {
		if !mark.MatchString(short) || len(short) > mostText {
			return &domain.FieldError{Field: "mark", Message: "it is written in small letters from a to z, digits and _, with dots and hyphens inside"}
		}
		if strings.TrimSpace(p.Name) == "" {
			return &domain.FieldError{Field: "name", Message: "say the name: it is what stands where there is no handle"}
		}
		if err := oneLine("name", p.Name); err != nil {
			return err
		}
		for network, handle := range p.Handles {
			if err := oneLine("handles", network+handle); err != nil || strings.ContainsAny(handle, " \t") || strings.HasPrefix(handle, "@") {
				return &domain.FieldError{Field: "handles", Message: "a handle is one word without the @ in front"}
			}
		}
	}
	return nil
}

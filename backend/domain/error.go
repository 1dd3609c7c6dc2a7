package domain

import "errors"

// Errors that every layer knows. Compare with errors.Is.
var (
	ErrNotFound   = errors.New("not found")
	ErrConflict   = errors.New("changed meanwhile")
	ErrInvalid    = errors.New("not valid")
	ErrNotAllowed = errors.New("not possible in this state")
	ErrSlotTaken  = errors.New("another post took this slot a moment ago")
	ErrOvertaken  = errors.New("another process has become the publisher")
)

// FieldError says which input was wrong and why. It is an ErrInvalid.
type FieldError struct {
	Field   string
	Message string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Message }

// Is makes a FieldError an ErrInvalid.
func (e *FieldError) Is(target error) bool { return target == ErrInvalid }

package render

import (
	"errors"
	"fmt"
)

// What can be wrong with a picture. Every error of this package about a file is one of these
// under errors.Is; the text around it says which part of the file.
var (
	// ErrEmpty is a file of no bytes.
	ErrEmpty = errors.New("the file is empty")
	// ErrFormat is a file whose content is no picture or video known here, whatever its name.
	ErrFormat = errors.New("not a picture this program knows")
	// ErrUnsupported is a known format in a variant that cannot be decoded here.
	ErrUnsupported = errors.New("this kind of picture cannot be read yet")
	// ErrDamaged is a file that breaks its own format's rules.
	ErrDamaged = errors.New("the picture is damaged")
	// ErrTruncated is a file that ends before its picture does. It is also ErrDamaged.
	ErrTruncated = fmt.Errorf("%w: the file ends too early", ErrDamaged)
	// ErrTooManyPixels is a picture, or an animation in all its frames, over the pixel limit.
	ErrTooManyPixels = errors.New("the picture has too many pixels")
	// ErrTooLarge is a file over the byte limit, or a metadata block over its own.
	ErrTooLarge = errors.New("the file is too large")
	// ErrRecipe is a recipe that makes no sense, such as a cover without a height.
	ErrRecipe = errors.New("the size asked for makes no sense")
	// ErrDoesNotFit is a recipe whose byte limit no quality above the floor can meet.
	ErrDoesNotFit = errors.New("the picture cannot be made small enough")
)

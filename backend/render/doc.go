// Package render turns one picture file into the sizes that networks want.
//
// It knows files, pixels and recipes, and nothing of databases, posts or networks. A picture
// passes six stages, each in files of its own so that one can be replaced without the others:
//
//	probe    format, size, orientation, profile, metadata: from the header alone (probe*.go, exif/)
//	decode   bytes to pixels in our own checked code (decode.go, normalise.go, heic.go, photo.go)
//	colour   any profile, of a matrix or a table, to sRGB (icc.go, colour.go, icctable.go)
//	resize   recipe to window, window to pixels (recipe.go, levels.go, resize.go, photo.go)
//	adjust   what a person changed: turns before the window, tones and sharpness after it (adjust.go, tone.go)
//	encode   JPEG, PNG, WebP or PDF, under a limit of bytes (encode.go, fit.go)
//
// They are passed in one of two ways. A photograph from a JPEG file stays in the planes of its file,
// brightness and colour differences, and goes through packages of our own: jpegdec, which decodes it
// no larger than the recipes need, and resample. Everything else, and a photograph that anything is
// odd about, becomes one *image.NRGBA and goes through the imaging library, which is also the oracle
// of the tests: both ways make the same picture (Options.General sends all through imaging). JPEG
// files of both are written by jpegenc, PNG files by pngenc.
//
// Engine joins them: one decode serves any number of recipes, identical recipes are rendered once,
// and an original that already fits is passed through without touching a pixel (strip.go).
//
// Three rules protect the process from hostile files. The pixel count is checked before anything
// is allocated. Only an *image.NRGBA that this package made reaches imaging, because imaging
// panics on goroutines of its own, where no recover can catch it. HEIC is decoded in a child
// process, since its decoder needs hundreds of megabytes and was not written here.
//
// Nothing written by this package carries metadata: no EXIF, no XMP, no place, no profile. A recipe may ask for a
// credit and a copyright in a JPEG file, and then these two lines are all that it says (credit.go).
package render

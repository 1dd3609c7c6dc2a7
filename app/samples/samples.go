// Package samples carries six pictures for first steps, demonstrations and tests, so that Postbag has
// something to show before a person has given it anything. They were painted by the program in
// build/samples and belong to nobody: see README.md.
package samples

import "embed"

//go:embed *.jpg *.png README.md
var files embed.FS

// Files returns the pictures and the README that names their licence.
func Files() embed.FS { return files }

// Names returns the pictures' file names in the order they are best shown.
func Names() []string {
	return []string{"dusk.jpg", "sea.jpg", "window.jpg", "meadow.jpg", "fruit.jpg", "stamp.png"}
}

// Alt returns a description of a picture for people who do not see it, or "" for an unknown name.
func Alt(name string) string {
	switch name {
	case "dusk.jpg":
		return "A mountain lake after sunset: ridges in haze, firs on the shore, a full moon above a glowing sky."
	case "sea.jpg":
		return "Open sea with small waves towards a low sun, whose light makes a path on the water."
	case "window.jpg":
		return "The front of an old ochre house with arched windows, green shutters and red geraniums on a sill."
	case "meadow.jpg":
		return "Blades of grass with drops of dew before coloured lights far out of focus."
	case "fruit.jpg":
		return "Oranges in a white bowl with a blue band, an apple and three plums on a wooden table."
	case "stamp.png":
		return "A postage stamp with a sailing boat before a setting sun, with a postmark, cut out on nothing."
	}
	return ""
}

package domain

import "time"

// LinkCard is what a draft knows of the page behind a link: fetched once, kept with its date.
type LinkCard struct {
	URL       string
	Title     string
	Text      string
	Site      string // the name the page gives its site, "" if none
	Picture   *CardPicture
	FetchedAt time.Time
}

// CardPicture is the picture of a page, made small and without metadata.
type CardPicture struct {
	SHA256 string
	Type   string // MIME
	Bytes  int64
	Width  int // px
	Height int
}

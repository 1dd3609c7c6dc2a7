package linkedin

import (
	"fmt"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// Keys of the options of a post.
const (
	optionDocument      = "document"
	optionDocumentTitle = "document_title"
)

const (
	stepDocument = "document"

	mostDocument      = 100_000_000 // bytes (docDocuments)
	mostDocumentTitle = 100         // our own: no document names a length, and the window shows one line
)

// Binds implements network.Binder: the pictures become pages to leaf through, where a person wants that. The title
// is theirs, or else the first line of the text.
func (Network) Binds(p network.Plan) (title string, wanted bool) {
	if !p.Chosen(optionDocument) || len(p.Parts) == 0 || len(p.Parts[0].Media) == 0 {
		return "", false
	}
	for _, m := range p.Parts[0].Media {
		if m.Kind == network.Video {
			return "", false
		}
	}
	return documentTitle(p), true
}

func documentTitle(p network.Plan) string {
	title := strings.TrimSpace(p.Options[optionDocumentTitle])
	if title == "" && len(p.Parts) > 0 {
		title, _, _ = strings.Cut(strings.TrimSpace(p.Parts[0].Text), "\n")
	}
	title = network.Printable(title)
	if measure.UTF16(title) > mostDocumentTitle {
		title = measure.CutGraphemes(title, mostDocumentTitle/2)
	}
	return title
}

// documentIssues is what is wrong with pictures that are to be a document. It looks at plans whose document is made,
// and at drafts of which it will be.
func documentIssues(p network.Plan) (issues []network.Issue) {
	if !p.Chosen(optionDocument) || len(p.Parts) == 0 {
		return nil
	}
	add := func(code, field string, medium int, warning bool, format string, args ...any) {
		issues = append(issues, network.Issue{
			Code: code, Field: field, Media: medium, OverflowAt: -1, Warning: warning, Message: fmt.Sprintf(format, args...), Values: map[string]string{},
		})
	}
	media := p.Parts[0].Media
	if len(media) == 0 {
		add(network.IssueMediaNeeded, "media", -1, false, "a document to leaf through needs pictures, one a page")
	}
	for i, m := range media {
		switch {
		case m.Kind == network.Video:
			add(network.IssueMediaType, "media", i, false, "a video cannot be a page of a document")
		case strings.TrimSpace(m.Alt) != "":
			add(network.IssueAltLost, "alt", i, true, "LinkedIn has no place for descriptions in a document; they will be left out")
		}
	}
	if documentTitle(p) == "" {
		add(network.IssueOption, "options", -1, false, "a document needs a title, or the post a first line")
		issues[len(issues)-1].Values["option"] = "Title of the document"
	}
	if d := p.Document; d != nil && d.Bytes > mostDocument {
		add(network.IssueMediaBytes, "media", -1, false, "the document has %d bytes, LinkedIn takes %d", d.Bytes, mostDocument)
	}
	return issues
}

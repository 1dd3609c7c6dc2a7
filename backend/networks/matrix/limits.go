package matrix

import (
	"context"
	"strconv"
	"strings"

	"postbag/backend/network"
)

const (
	// mostText keeps a text and its HTML well below the size of an event (docSize).
	mostText = 30_000
	// mostContent is the most bytes of a content: the rest of docSize is for what servers add to an
	// event (its parents, signatures and names).
	mostContent = 60_000
	// mostAlt is Postbag's own: the specification names no length.
	mostAlt = 1500
)

// stock returns the limits that hold everywhere. An upload's size is each server's own.
func stock() network.Limits {
	return network.Limits{
		Text: network.TextLimit{Max: mostText, Unit: network.UnitCodePoints, MaxBytes: mostText, Required: true},
		Media: network.MediaLimit{
			Max: 1, Videos: 1, // an event shows one file
			// What clients may show in place (client-server API, "Serving inline content", read 2026-11).
			Types: []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/webm", "video/quicktime"},
		},
		Alt:   network.AltLimit{Max: mostAlt, Unit: network.UnitCodePoints},
		Parts: 25,
	}
}

// Where servers say what they take (authed-content-repo.yaml, since 1.11; content-repo.yaml before).
var configPaths = []string{"/_matrix/client/v1/media/config", "/_matrix/media/v3/config"}

// Limits asks the server how large an upload may be. One that does not say has no known limit.
func (Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	l := stock()
	for i, path := range configPaths {
		reply, err := c.Read(ctx, "media config "+strconv.Itoa(i+1), request("GET", a, path))
		if err != nil {
			return l, asError(err)
		}
		if reply.Status == 404 {
			continue // an older server knows only the second
		}
		var config struct {
			Size *int64 `json:"m.upload.size"`
		}
		if err := decode(reply, "uploads", &config); err != nil {
			return l, err
		}
		if config.Size != nil && *config.Size > 0 {
			l.Media.ImageBytes, l.Media.VideoBytes = *config.Size, *config.Size
		}
		return l, nil
	}
	return l, nil
}

// also is what only this network knows to be wrong: an event has a size, whatever its text's, and the
// one place for words beside a picture is taken where there is a text.
func also(_ network.Limits, p network.Plan) []network.Issue {
	var issues []network.Issue
	for i, part := range p.Parts {
		if len(part.Media) > 1 || len(part.Text) > mostText {
			continue // said already
		}
		if encoded, err := encode(longest(p, i)); err == nil && len(encoded) > mostContent {
			issues = append(issues, network.Issue{
				Code: network.IssueTooLong, Field: "text", Part: i, Media: -1, OverflowAt: -1,
				Message: "as a message on Matrix it has " + strconv.Itoa(len(encoded)) + " bytes, and may have " + strconv.Itoa(mostContent),
				Values: map[string]string{
					"length": strconv.Itoa(len(encoded)), "limit": strconv.Itoa(mostContent),
					"over": strconv.Itoa(len(encoded) - mostContent), "unit": "bytes",
				},
			})
		}
		if len(part.Media) == 1 && part.Media[0].Alt != "" && strings.TrimSpace(p.TextWithLink(i)) != "" && !p.Chosen(optionDescribe) {
			issues = append(issues, network.Issue{
				Code: network.IssueAltLost, Field: "alt", Part: i, Media: 0, OverflowAt: -1, Warning: true,
				Message: "beside a text few apps show the alt text; it can be written under the text",
			})
		}
	}
	return issues
}

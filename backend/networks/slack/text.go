package slack

import (
	"strings"
	"unicode/utf8"

	"postbag/backend/network/measure"
)

// escape makes a text one in which nothing is a mention or a command: the three characters that begin
// and end them are written as entities, and only these (docs.slack.dev, messaging/formatting-message-text,
// "Escaping text", as quoted in 2026).
func escape(text string) string { return escaper.Replace(text) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// length counts a text as it goes out: in UTF-16 code units, which are never fewer than what else
// Slack may mean by characters, escapes included.
func length(text string) int { return measure.UTF16(escape(text)) }

// sections cuts a text into pieces that are no longer than most, at the end of a paragraph, a line or
// a word if there is one. Put together they are the text.
func sections(text string, most int) []string {
	var list []string
	for length(text) > most {
		end, n := 0, 0
		for i, r := range text {
			if n += length(string(r)); n > most {
				break
			}
			end = i + utf8.RuneLen(r)
		}
		for _, mark := range []string{"\n\n", "\n", " "} {
			if at := strings.LastIndex(text[:end], mark); at >= 0 && strings.TrimSpace(text[:at]) != "" && strings.TrimSpace(text[at:]) != "" {
				end = at + len(mark)
				break
			}
		}
		list, text = append(list, text[:end]), text[end:]
	}
	return append(list, text)
}

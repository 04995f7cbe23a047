package zendesk

import (
	"strings"

	"golang.org/x/net/html"
)

// clean makes text plain for the other side: lines end in LF, and NULs, which
// databases choke on, are gone.
func clean(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		s = strings.ReplaceAll(s, "\r", "\n")
	}
	return s
}

// withoutMarkup returns what a reader sees of markup, for the few comments that
// come with no plain text at all.
func withoutMarkup(markup string) string {
	if markup == "" {
		return ""
	}
	var out strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(markup))
	hidden := 0 // inside style or script
	for {
		switch kind := tokens.Next(); kind {
		case html.ErrorToken:
			return strings.TrimSpace(out.String())
		case html.TextToken:
			if hidden == 0 {
				out.Write(tokens.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, _ := tokens.TagName()
			switch string(name) {
			case "style", "script":
				switch {
				case kind == html.StartTagToken:
					hidden++
				case kind == html.EndTagToken && hidden > 0:
					hidden--
				}
			case "br":
				out.WriteByte('\n')
			case "p", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6":
				if kind == html.EndTagToken {
					out.WriteByte('\n')
				}
			}
		}
	}
}

package logging

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
)

const (
	hidden        = "[hidden]"
	hiddenAddress = "[address]"
)

// Redact returns a handler that hides secrets and mail addresses in message and
// attributes before next sees them: values under a name that holds secrets,
// credentials inside longer texts, and mail addresses anywhere.
func Redact(next slog.Handler) slog.Handler {
	return &redactor{next: next, scrub: newScrubber()}
}

type redactor struct {
	next  slog.Handler
	scrub *scrubber
}

func (r *redactor) Enabled(ctx context.Context, level slog.Level) bool {
	return r.next.Enabled(ctx, level)
}

func (r *redactor) Handle(ctx context.Context, rec slog.Record) error {
	clean := slog.NewRecord(rec.Time, rec.Level, r.scrub.text(rec.Message), rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(r.scrub.attr(a))
		return true
	})
	return r.next.Handle(ctx, clean)
}

func (r *redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = r.scrub.attr(a)
	}
	return &redactor{next: r.next.WithAttrs(clean), scrub: r.scrub}
}

func (r *redactor) WithGroup(name string) slog.Handler {
	return &redactor{next: r.next.WithGroup(name), scrub: r.scrub}
}

// scrubber knows what a secret looks like.
type scrubber struct {
	names      []string // lower case, without - and _
	credential *regexp.Regexp
	parameter  *regexp.Regexp
	address    *regexp.Regexp
}

func newScrubber() *scrubber {
	return &scrubber{
		names: []string{
			"authorization", "proxyauthorization", "cookie", "setcookie", "xapikey", "clientsecret",
			"accesstoken", "refreshtoken", "token", "idtoken", "privatekey", "password", "passphrase",
			"secret", "codeverifier", "email", "mail", "body",
		},
		credential: regexp.MustCompile(`(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{4,}`),
		parameter: regexp.MustCompile(`(?i)\b((?:access|refresh|id)_token|client_secret|code_verifier|code|` +
			`private_?key|password)("?\s*[=:]\s*"?)[^\s&"',}]+`),
		address: regexp.MustCompile(`[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`),
	}
}

func (s *scrubber) attr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	if s.secretName(a.Key) {
		return slog.String(a.Key, hidden)
	}
	switch v.Kind() {
	case slog.KindString:
		v = slog.StringValue(s.text(v.String()))
	case slog.KindGroup:
		clean := make([]slog.Attr, len(v.Group()))
		for i, inner := range v.Group() {
			clean[i] = s.attr(inner)
		}
		v = slog.GroupValue(clean...)
	case slog.KindAny:
		v = slog.StringValue(s.any(v.Any()))
	}
	return slog.Attr{Key: a.Key, Value: v}
}

// any renders what slog has no kind for. A set of HTTP headers is hidden whole:
// some of its values are secrets.
func (s *scrubber) any(v any) string {
	switch v := v.(type) {
	case error:
		return s.text(v.Error())
	case fmt.Stringer:
		return s.text(v.String())
	case interface{ Values(string) []string }:
		return hidden
	default:
		return s.text(fmt.Sprintf("%+v", v))
	}
}

func (s *scrubber) secretName(name string) bool {
	name = strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))
	return slices.Contains(s.names, name)
}

func (s *scrubber) text(t string) string {
	if strings.ContainsAny(t, "=: ") {
		t = s.credential.ReplaceAllString(t, "$1 "+hidden)
		t = s.parameter.ReplaceAllString(t, "$1$2"+hidden)
	}
	if strings.IndexByte(t, '@') >= 0 {
		t = s.address.ReplaceAllString(t, hiddenAddress)
	}
	return t
}

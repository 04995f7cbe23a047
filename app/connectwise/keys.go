package connectwise

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"unicode"
)

// Keys is who we are to one ConnectWise company: an API member's key pair. It
// prints without the private key.
type Keys struct {
	Company string // as typed on the login page; case matters
	Public  string
	Private string
}

// String names the company and the public key.
func (k Keys) String() string { return k.Company + "+" + k.Public + ":[hidden]" }

// GoString keeps the private key out of %#v too.
func (k Keys) GoString() string { return k.String() }

// LogValue keeps the private key out of logs.
func (k Keys) LogValue() slog.Value { return slog.StringValue(k.String()) }

// basic is the Authorization header.
func (k Keys) basic() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(k.Company+"+"+k.Public+":"+k.Private))
}

// shortestKey is below any key ConnectWise issues; they have 16 characters.
const shortestKey = 12

// Faults tells what is wrong with typed keys before anybody is asked: which
// field ("company", "public_key" or "private_key"), and what, in words for the
// person who pasted it. Nil means they look right.
func (k Keys) Faults() []KeyFault {
	var out []KeyFault
	add := func(field, format string, args ...any) {
		out = append(out, KeyFault{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	if _, err := ParseCompany(k.Company); err != nil {
		text := err.Error()
		add("company", "%s%s.", strings.ToUpper(text[:1]), text[1:])
	}
	for _, key := range []struct{ field, name, value string }{
		{"public_key", "public", k.Public}, {"private_key", "private", k.Private},
	} {
		switch {
		case key.value == "":
			add(key.field, "The %s key is missing.", key.name)
		case strings.TrimSpace(key.value) != key.value:
			add(key.field, "The %s key has a blank before or after it.", key.name)
		case strings.ContainsFunc(key.value, func(r rune) bool { return unicode.IsSpace(r) || r > unicode.MaxASCII }):
			add(key.field, "The %s key has a blank or another stray sign in it.", key.name)
		case strings.Contains(key.value, "+"):
			add(key.field, "The %s key starts with the company and a plus sign; paste what stands behind the plus sign.", key.name)
		case strings.Contains(key.value, ":"):
			add(key.field, "Both keys are in one field; the public key goes before the colon, the private key after it.")
		case len(key.value) < shortestKey:
			add(key.field, "The %s key is cut short: keys have 16 characters, this one has %d.", key.name, len(key.value))
		}
	}
	if k.Public != "" && k.Public == k.Private {
		add("private_key", "Both keys are the same; the private key was shown once, when the pair was made.")
	}
	return out
}

// KeyFault is one thing wrong with typed keys.
type KeyFault struct{ Field, Message string }

// ParseCompany reads a company id as a person typed or pasted it: the id, or an
// address that names it. Case is kept, because it matters.
func ParseCompany(s string) (string, error) {
	s = strings.Trim(s, " \t\r\n\"'\u00a0\u200b\ufeff")
	if strings.Contains(s, "/") || strings.Contains(s, "?") {
		id, ok := companyInAddress(s)
		if !ok {
			return "", errors.New("this is an address; the company id is what you type as company when you sign in to ConnectWise")
		}
		s = id
	}
	switch {
	case s == "":
		return "", errors.New("the company id is missing")
	case strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`+:/\?#%&"`, r)
	}),
		s == ".", s == "..":
		return "", errors.New("the company id holds signs that no company id has")
	}
	return s, nil
}

func companyInAddress(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil {
		return "", false
	}
	if _, id, ok := strings.Cut(u.Path, "/login/companyinfo/"); ok && id != "" {
		return strings.TrimSuffix(id, "/"), true
	}
	for name, values := range u.Query() {
		switch strings.ToLower(name) {
		case "companyname", "companyid", "company":
			if values[0] != "" {
				return values[0], true
			}
		}
	}
	return "", false
}

package app

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"deskbridge/app/rest"
	"deskbridge/app/schedule"
	"deskbridge/app/ticket"
)

// SettingsError lists what is wrong with a settings file, each with its line.
type SettingsError struct{ Complaints []string }

// Error puts all complaints on one line.
func (e *SettingsError) Error() string { return strings.Join(e.Complaints, "; ") }

// ParseSettings reads what Encode writes. It is strict: an unknown or repeated
// key, a missing one, or a value that cannot be meant is a *SettingsError that
// names all of them.
func ParseSettings(data []byte) (Settings, error) {
	root, err := parseTree(data)
	if err != nil {
		return Settings{}, &SettingsError{Complaints: []string{err.Error()}}
	}
	r := &settingsReader{}
	s := r.settings(root)
	if len(r.complaints) > 0 {
		return Settings{}, &SettingsError{Complaints: r.complaints}
	}
	return s, nil
}

// settingsReader walks the tree and collects complaints.
type settingsReader struct{ complaints []string }

func (r *settingsReader) complain(line int, path, format string, args ...any) {
	where := fmt.Sprintf("line %d: ", line)
	if path != "" {
		where += path + ": "
	}
	r.complaints = append(r.complaints, where+fmt.Sprintf(format, args...))
}

// object checks n against the keys it may have and must have, and returns its
// values by key.
func (r *settingsReader) object(n node, path string, known, required []string) map[string]node {
	all, ok := n.value.(members)
	if !ok {
		r.complain(n.line, path, "must be an object, not %s", n.kind())
		return nil
	}
	found := map[string]node{}
	for _, m := range all {
		at := join(path, m.key)
		if !slices.Contains(known, m.key) {
			r.complain(m.line, at, "unknown key; known here: %s", strings.Join(known, ", "))
			continue
		}
		if _, twice := found[m.key]; twice {
			r.complain(m.line, at, "given twice")
			continue
		}
		found[m.key] = m.value
	}
	for _, key := range required {
		if _, ok := found[key]; !ok {
			r.complain(n.line, join(path, key), "missing")
		}
	}
	return found
}

func (r *settingsReader) settings(n node) Settings {
	var s Settings
	keys := []string{"version", "zendesk", "connectwise", "sync"}
	top := r.object(n, "", keys, keys)
	if v, ok := top["version"]; ok && v.value != json.Number("1") {
		r.complain(v.line, "version", "must be %d: other formats are not known to this version of Deskbridge", settingsVersion)
	}
	if v, ok := top["zendesk"]; ok {
		s.Zendesk = r.zendesk(v)
	}
	if v, ok := top["connectwise"]; ok {
		s.ConnectWise = r.connectwise(v)
	}
	if v, ok := top["sync"]; ok {
		s.Sync = r.sync(v)
	}
	return s
}

func (r *settingsReader) zendesk(n node) ZendeskSettings {
	s := ZendeskSettings{ClientID: "deskbridge"}
	o := r.object(n, "zendesk", []string{"url", "client_id"}, []string{"url"})
	if v, ok := o["url"]; ok {
		if u := r.address(v, "zendesk.url"); u != nil {
			if u.Path != "" {
				r.complain(v.line, "zendesk.url", "must end after the host, as in https://acme.zendesk.com")
			}
			s.URL = u.String()
		}
	}
	if v, ok := o["client_id"]; ok {
		s.ClientID = r.text(v, "zendesk.client_id")
	}
	return s
}

func (r *settingsReader) connectwise(n node) ConnectWiseSettings {
	var s ConnectWiseSettings
	keys := []string{"company", "url", "public_key"}
	o := r.object(n, "connectwise", keys, keys)
	if v, ok := o["company"]; ok {
		s.Company = r.text(v, "connectwise.company")
	}
	if v, ok := o["url"]; ok {
		if u := r.address(v, "connectwise.url"); u != nil {
			s.URL = u.String()
		}
	}
	if v, ok := o["public_key"]; ok {
		s.PublicKey = r.text(v, "connectwise.public_key")
		if strings.ContainsAny(s.PublicKey, " \t\r\n") {
			r.complain(v.line, "connectwise.public_key", "must not hold blanks; copy the key again")
		}
	}
	return s
}

func (r *settingsReader) sync(n node) SyncSettings {
	s := SyncSettings{Schedule: DefaultSchedule}
	o := r.object(n, "sync",
		[]string{"board", "default_company", "schedule", "start", "statuses", "priorities", "two_way"},
		[]string{"board", "default_company", "statuses", "priorities"})
	if v, ok := o["board"]; ok {
		s.Board = r.ref(v, "sync.board")
	}
	if v, ok := o["default_company"]; ok {
		s.DefaultCompany = r.ref(v, "sync.default_company")
	}
	if v, ok := o["schedule"]; ok {
		s.Schedule = r.text(v, "sync.schedule")
		if _, err := schedule.Parse(s.Schedule); err != nil && s.Schedule != "" {
			r.complain(v.line, "sync.schedule", "%q is not a cron line such as \"*/5 * * * *\": %v", s.Schedule, err)
		}
	}
	if v, ok := o["start"]; ok {
		s.Start = r.time(v, "sync.start")
	}
	if v, ok := o["statuses"]; ok {
		s.Statuses = table(r, v, "sync.statuses", ticket.Statuses())
	}
	if v, ok := o["priorities"]; ok {
		s.Priorities = table(r, v, "sync.priorities", ticket.Priorities())
	}
	if v, ok := o["two_way"]; ok {
		t := r.object(v, "sync.two_way", []string{"comments", "status"}, nil)
		if v, ok := t["comments"]; ok {
			s.TwoWay.Comments = r.flag(v, "sync.two_way.comments")
		}
		if v, ok := t["status"]; ok {
			s.TwoWay.Status = r.flag(v, "sync.two_way.status")
		}
	}
	return s
}

// table reads an object from desk values to PSA references. Values may be left
// out: tickets that have them are held back and reported, not guessed.
func table[K ~string](r *settingsReader, n node, path string, keys []K) map[K]Ref {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = string(k)
	}
	refs := map[K]Ref{}
	for key, v := range r.object(n, path, names, nil) {
		refs[K(key)] = r.ref(v, join(path, key))
	}
	return refs
}

// text reads a text that is not empty and has no blanks around it.
func (r *settingsReader) text(n node, path string) string {
	s, ok := n.value.(string)
	switch {
	case !ok:
		r.complain(n.line, path, "must be text, not %s", n.kind())
	case strings.TrimSpace(s) == "":
		r.complain(n.line, path, "must not be empty")
	case strings.TrimSpace(s) != s:
		r.complain(n.line, path, "must not begin or end with blanks")
	case strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }):
		r.complain(n.line, path, "must not hold control characters")
	default:
		return s
	}
	return ""
}

func (r *settingsReader) flag(n node, path string) bool {
	b, ok := n.value.(bool)
	if !ok {
		r.complain(n.line, path, "must be true or false, not %s", n.kind())
	}
	return b
}

// ref reads a name, or an id as a whole number above zero.
func (r *settingsReader) ref(n node, path string) Ref {
	number, ok := n.value.(json.Number)
	if !ok {
		if _, ok := n.value.(string); !ok {
			r.complain(n.line, path, "must be a name or an id, not %s", n.kind())
			return Ref{}
		}
		return Ref{Name: r.text(n, path)}
	}
	id, err := number.Int64()
	if err != nil || id < 1 {
		r.complain(n.line, path, "%s is not an id: ids are whole numbers above zero", number)
		return Ref{}
	}
	return Ref{ID: id}
}

func (r *settingsReader) time(n node, path string) time.Time {
	s := r.text(n, path)
	if s == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil || at.Year() < 1970 {
		r.complain(n.line, path, "%q is not a time such as 2026-01-01T00:00:00Z", s)
		return time.Time{}
	}
	return at.UTC()
}

// address reads a web address that secrets may travel to.
func (r *settingsReader) address(n node, path string) *url.URL {
	s := r.text(n, path)
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		r.complain(n.line, path, "%q is not a web address such as https://acme.zendesk.com", withoutUser(s))
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		r.complain(n.line, path, "must be an address alone, without sign-in, ? or #")
	case u.Port() != "" && !validPort(u.Port()):
		r.complain(n.line, path, "port %s does not exist", u.Port())
	case rest.CheckBase(u) != nil:
		r.complain(n.line, path, "%s is not encrypted: write https:// (http is accepted on this computer only)", u)
	default:
		u.Path = strings.TrimRight(u.Path, "/")
		u.RawPath = ""
		u.Host = strings.ToLower(u.Host)
		return u
	}
	return nil
}

// withoutUser hides what may be a password in an address that cannot be parsed.
func withoutUser(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return "…" + s[i:]
	}
	return s
}

func validPort(p string) bool {
	var n int
	_, err := fmt.Sscanf(p, "%d", &n)
	return err == nil && n > 0 && n < 65536
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

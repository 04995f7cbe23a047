package rest_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"deskbridge/app/rest"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func TestAnnounced_EverySpelling(t *testing.T) {
	for name, row := range map[string]struct {
		headers map[string]string
		want    rest.Announcement
	}{
		"nothing":         {nil, rest.Announcement{Limit: -1, Remaining: -1, Reset: -1}},
		"now":             {map[string]string{"ratelimit-limit": "700", "ratelimit-remaining": "697", "ratelimit-reset": "48"}, rest.Announcement{Limit: 700, Remaining: 697, Reset: 48 * time.Second}},
		"older":           {map[string]string{"rate-limit": "700", "rate-limit-remaining": "698", "rate-limit-reset": "6"}, rest.Announcement{Limit: 700, Remaining: 698, Reset: 6 * time.Second}},
		"without a reset": {map[string]string{"x-rate-limit": "400", "x-rate-limit-remaining": "0"}, rest.Announcement{Limit: 400, Remaining: 0, Reset: -1}},
		"several agree":   {map[string]string{"x-rate-limit": "700", "x-rate-limit-remaining": "696", "ratelimit-reset": "48"}, rest.Announcement{Limit: 700, Remaining: 696, Reset: 48 * time.Second}},
		"a gateway's":     {map[string]string{"x-ratelimit-limit": "60", "x-ratelimit-remaining": "9", "x-ratelimit-reset": "1767268830"}, rest.Announcement{Limit: 60, Remaining: 9, Reset: 30 * time.Second}},
		"with a policy":   {map[string]string{"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "50"}, rest.Announcement{Limit: 100, Remaining: 50, Reset: -1}},
		"nonsense":        {map[string]string{"ratelimit-limit": "many", "ratelimit-remaining": "-4", "ratelimit-reset": "soon"}, rest.Announcement{Limit: -1, Remaining: -1, Reset: -1}},
		"absurd":          {map[string]string{"ratelimit-remaining": "99999999999999999999"}, rest.Announcement{Limit: -1, Remaining: -1, Reset: -1}},
	} {
		h := http.Header{}
		for k, v := range row.headers {
			h.Set(k, v)
		}
		if got := rest.Announced(h, noon); got != row.want {
			t.Errorf("%s: %+v, want %+v", name, got, row.want)
		}
	}
}

func TestAnnounced_Named(t *testing.T) {
	for v, want := range map[string]rest.Announcement{
		"total=100; remaining=99; resets=41": {Limit: 100, Remaining: 99, Reset: 41 * time.Second},
		"total=30;remaining=0;resets=468":    {Limit: 30, Remaining: 0, Reset: 468 * time.Second},
		"remaining=5":                        {Limit: -1, Remaining: 5, Reset: -1},
		"":                                   {Limit: -1, Remaining: -1, Reset: -1},
		"===;;;total":                        {Limit: -1, Remaining: -1, Reset: -1},
	} {
		if got := rest.AnnouncedNamed(v, noon); got != want {
			t.Errorf("%q: %+v, want %+v", v, got, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for v, want := range map[string]time.Duration{
		"0":                                0,
		"93":                               93 * time.Second,
		" 7 ":                              7 * time.Second,
		"1.5":                              2 * time.Second,
		"Thu, 01 Jan 2026 12:00:30 GMT":    30 * time.Second,
		"Thu, 01 Jan 2026 11:00:00 GMT":    0,
		"Thursday, 01-Jan-26 12:01:00 GMT": time.Minute,
		"":                                 -1,
		"-5":                               -1,
		"later":                            -1,
		"99999999999999999999999":          -1,
	} {
		got, ok := rest.RetryAfter(v, noon)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %v, want %v", v, got, want)
		}
	}
}

// Every spelling in the recorded answers is understood.
func TestAnnounced_Fixtures(t *testing.T) {
	dir := os.Getenv("DESKBRIDGE_FIXTURES")
	if dir == "" {
		t.Skip("DESKBRIDGE_FIXTURES is not set")
	}
	files, err := filepath.Glob(filepath.Join(dir, "zendesk", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var exchanges []struct {
			Response struct {
				Headers map[string]string `json:"headers"`
			} `json:"response"`
		}
		if err := json.Unmarshal(body, &exchanges); err != nil {
			t.Fatal(err)
		}
		for i, e := range exchanges {
			h := http.Header{}
			for k, v := range e.Response.Headers {
				h.Set(k, v)
				if name, ok := cutPrefixFold(k, "zendesk-ratelimit-"); ok {
					if a := rest.AnnouncedNamed(v, noon); a.Limit <= 0 || a.Remaining < 0 || a.Reset < 0 {
						t.Errorf("%s %d: %s: %q is %+v", file, i, name, v, a)
					}
				}
			}
			a := rest.Announced(h, noon)
			if a.Limit != 700 || a.Remaining < 600 {
				t.Errorf("%s %d: %+v from %v", file, i, a, h)
			}
			if (h.Get("rate-limit-reset") != "" || h.Get("ratelimit-reset") != "") != (a.Reset >= 0) {
				t.Errorf("%s %d: reset %v from %v", file, i, a.Reset, h)
			}
		}
	}
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || http.CanonicalHeaderKey(s[:len(prefix)]) != http.CanonicalHeaderKey(prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

func FuzzRetryAfter(f *testing.F) {
	for _, v := range []string{"0", "93", "1.5", "Thu, 01 Jan 2026 12:00:30 GMT", "later", "1e9"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if d, ok := rest.RetryAfter(v, noon); ok && d < 0 {
			t.Errorf("%q: %v", v, d)
		}
	})
}

func FuzzAnnounced(f *testing.F) {
	f.Add("700", "697", "48", "total=100; remaining=99; resets=41")
	f.Add("many", "-1", "1767268830", ";;=")
	f.Fuzz(func(t *testing.T, limit, remaining, reset, named string) {
		h := http.Header{"Ratelimit-Limit": {limit}, "X-Rate-Limit-Remaining": {remaining}, "Rate-Limit-Reset": {reset}}
		for _, a := range []rest.Announcement{rest.Announced(h, noon), rest.AnnouncedNamed(named, noon)} {
			if a.Limit < -1 || a.Remaining < -1 || a.Reset < -1 {
				t.Errorf("%q %q %q %q: %+v", limit, remaining, reset, named, a)
			}
		}
	})
}

package app_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbridge/app"
	"deskbridge/app/ticket"
)

// sample is the settings file of the product page, filled in.
const sample = `{
  "version": 1,
  "zendesk":     {"url": "https://acme.zendesk.com", "client_id": "deskbridge"},
  "connectwise": {"company": "acme", "url": "https://na.myconnectwise.net", "public_key": "abcDEF123"},
  "sync": {
    "board": "Help Desk", "default_company": "Catchall", "schedule": "*/5 * * * *",
    "start": "2026-01-01T00:00:00Z",
    "statuses":   {"new": "New", "open": "In Progress", "pending": "Waiting", "hold": "Waiting", "solved": "Completed", "closed": 17},
    "priorities": {"none": "Priority 3 - Normal Response", "low": "P4", "normal": 3, "high": "P2", "urgent": "P1"},
    "two_way": {"comments": true, "status": false}
  }
}`

func TestParseSettings_Sample(t *testing.T) {
	s, err := app.ParseSettings([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	want := app.Settings{
		Zendesk:     app.ZendeskSettings{URL: "https://acme.zendesk.com", ClientID: "deskbridge"},
		ConnectWise: app.ConnectWiseSettings{Company: "acme", URL: "https://na.myconnectwise.net", PublicKey: "abcDEF123"},
		Sync: app.SyncSettings{
			Board: app.Ref{Name: "Help Desk"}, DefaultCompany: app.Ref{Name: "Catchall"}, Schedule: "*/5 * * * *",
			Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
			Statuses: map[ticket.Status]app.Ref{
				"new": {Name: "New"}, "open": {Name: "In Progress"}, "pending": {Name: "Waiting"},
				"hold": {Name: "Waiting"}, "solved": {Name: "Completed"}, "closed": {ID: 17},
			},
			Priorities: map[ticket.Priority]app.Ref{
				"none": {Name: "Priority 3 - Normal Response"}, "low": {Name: "P4"}, "normal": {ID: 3},
				"high": {Name: "P2"}, "urgent": {Name: "P1"},
			},
			TwoWay: app.TwoWay{Comments: true},
		},
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestParseSettings_Complaints(t *testing.T) {
	// edit replaces once, which must be possible.
	edit := func(old, new string) string {
		if strings.Count(sample, old) != 1 {
			t.Fatalf("%q occurs %d times in the sample", old, strings.Count(sample, old))
		}
		return strings.Replace(sample, old, new, 1)
	}
	for name, test := range map[string]struct{ file, want string }{
		"unknown key at the top":   {edit(`"version": 1,`, `"version": 1, "extra": 2,`), `line 2: extra: unknown key; known here: version, zendesk, connectwise, sync`},
		"unknown key in sync":      {edit(`"board": "Help Desk"`, `"bord": "Help Desk"`), `line 6: sync.bord: unknown key`},
		"the key it should be":     {edit(`"board": "Help Desk"`, `"bord": "Help Desk"`), `sync.board: missing`},
		"unknown status":           {edit(`"new": "New"`, `"fresh": "New"`), `line 8: sync.statuses.fresh: unknown key; known here: new, open, pending, hold, solved, closed`},
		"unknown priority":         {edit(`"urgent": "P1"`, `"Urgent": "P1"`), `line 9: sync.priorities.Urgent: unknown key`},
		"unknown key in two_way":   {edit(`"status": false`, `"statuses": false`), `line 10: sync.two_way.statuses: unknown key`},
		"a secret in the file":     {edit(`"public_key": "abcDEF123"`, `"public_key": "abc", "private_key": "x"`), `connectwise.private_key: unknown key`},
		"repeated key":             {edit(`"new": "New"`, `"new": "New", "new": "Newer"`), `line 8: sync.statuses.new: given twice`},
		"another version":          {edit(`"version": 1`, `"version": 2`), `line 2: version: must be 1`},
		"version as text":          {edit(`"version": 1`, `"version": "1"`), `line 2: version: must be 1`},
		"no version":               {edit(`"version": 1,`, ``), `version: missing`},
		"not encrypted":            {edit(`https://acme.zendesk.com`, `http://acme.zendesk.com`), `line 3: zendesk.url: http://acme.zendesk.com is not encrypted: write https://`},
		"PSA not encrypted":        {edit(`https://na.myconnectwise.net`, `http://na.myconnectwise.net`), `line 4: connectwise.url: http://na.myconnectwise.net is not encrypted`},
		"no scheme":                {edit(`https://acme.zendesk.com`, `acme.zendesk.com`), `is not a web address`},
		"another scheme":           {edit(`https://acme.zendesk.com`, `ftp://acme.zendesk.com`), `is not a web address`},
		"a path at the desk":       {edit(`https://acme.zendesk.com`, `https://acme.zendesk.com/agent`), `must end after the host`},
		"a password in an address": {edit(`https://acme.zendesk.com`, `https://me:hunter2@acme.zendesk.com`), `must be an address alone`},
		"a query in an address":    {edit(`https://na.myconnectwise.net`, `https://na.myconnectwise.net/?a=b`), `must be an address alone`},
		"an odd port":              {edit(`https://acme.zendesk.com`, `https://acme.zendesk.com:99999`), `port 99999 does not exist`},
		"loopback look-alike":      {edit(`https://acme.zendesk.com`, `http://127.0.0.1.evil.example`), `is not encrypted`},
		"cron nonsense":            {edit(`*/5 * * * *`, `every day`), `line 6: sync.schedule: "every day" is not a cron line`},
		"cron with seconds":        {edit(`*/5 * * * *`, `0 */5 * * * *`), `sync.schedule`},
		"cron that never comes":    {edit(`*/5 * * * *`, `0 0 31 2 *`), `that time never comes`},
		"start without zone":       {edit(`2026-01-01T00:00:00Z`, `2026-01-01T00:00:00`), `line 7: sync.start: "2026-01-01T00:00:00" is not a time such as`},
		"start as a number":        {edit(`"2026-01-01T00:00:00Z"`, `1767225600`), `sync.start: must be text, not a number`},
		"an empty name":            {edit(`"new": "New"`, `"new": ""`), `sync.statuses.new: must not be empty`},
		"a name with blanks":       {edit(`"new": "New"`, `"new": " New"`), `sync.statuses.new: must not begin or end with blanks`},
		"an id of zero":            {edit(`"closed": 17`, `"closed": 0`), `sync.statuses.closed: 0 is not an id`},
		"half an id":               {edit(`"closed": 17`, `"closed": 1.5`), `1.5 is not an id`},
		"a list for a status":      {edit(`"closed": 17`, `"closed": ["Closed"]`), `must be a name or an id, not a list`},
		"null for a status":        {edit(`"closed": 17`, `"closed": null`), `must be a name or an id, not null`},
		"text for a switch":        {edit(`"comments": true`, `"comments": "true"`), `sync.two_way.comments: must be true or false, not text`},
		"a list for sync":          {strings.Replace(sample, sample[strings.Index(sample, `"sync": {`):], `"sync": []}`, 1), `sync: must be an object, not a list`},
		"a public key with a gap":  {edit(`abcDEF123`, `abc DEF123`), `connectwise.public_key: must not hold blanks`},
		"an empty file":            {"", `line 1: the file ends too early`},
		"half a file":              {sample[:len(sample)/2], `the file ends too early`},
		"two objects":              {sample + "\n{}", `there is more after the end`},
		"a missing comma":          {edit(`"version": 1,`, `"version": 1`), `not valid JSON`},
		"a list":                   {"[]", `must be an object, not a list`},
		"not text":                 {"\xff\xfe{", `not UTF-8 text`},
		"nested without end":       {strings.Repeat("[", 5000), `nested too deep`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := app.ParseSettings([]byte(test.file))
			var wrong *app.SettingsError
			if !errors.As(err, &wrong) {
				t.Fatalf("ParseSettings = %v, want a SettingsError", err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("complaint %q does not say %q", err, test.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("complaint %q repeats a password", err)
			}
		})
	}
}

func TestParseSettings_Accepts(t *testing.T) {
	for name, replace := range map[string][2]string{
		"http on a loopback address": {`https://acme.zendesk.com`, `http://127.0.0.1:8080`},
		"http on localhost":          {`https://acme.zendesk.com`, `http://localhost:8080/`},
		"http on IPv6 loopback":      {`https://acme.zendesk.com`, `http://[::1]:8080`},
		"an API base with a path":    {`https://na.myconnectwise.net`, `https://psa.example.com/v4_6_release/apis/3.0/`},
		"no start":                   {`"start": "2026-01-01T00:00:00Z",`, ``},
		"no schedule":                {`"schedule": "*/5 * * * *",`, ``},
		"no client id":               {`, "client_id": "deskbridge"`, ``},
		"a value left unpaired":      {`"new": "New", `, ``},
		"no two_way": {`},
    "two_way": {"comments": true, "status": false}`, `}`},
	} {
		t.Run(name, func(t *testing.T) {
			file := strings.Replace(sample, replace[0], replace[1], 1)
			if file == sample {
				t.Fatal("nothing was replaced")
			}
			if _, err := app.ParseSettings([]byte("\xef\xbb\xbf" + file)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSettings_AllComplaintsAtOnce(t *testing.T) {
	_, err := app.ParseSettings([]byte(`{"version": 3, "zendesk": {"url": 1}, "sync": {"x": 1}}`))
	var wrong *app.SettingsError
	if !errors.As(err, &wrong) || len(wrong.Complaints) != 8 {
		t.Errorf("complaints %q, want 8", wrong.Complaints)
	}
}

func FuzzParseSettings(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`{"version":1,"zendesk":{"url":"http://[::1]:1"},"connectwise":{},"sync":{"statuses":{}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := app.ParseSettings(data)
		if err != nil {
			return
		}
		text, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := app.ParseSettings(text)
		if err != nil {
			t.Fatalf("what Encode wrote is refused: %v\n%s", err, text)
		}
		if !reflect.DeepEqual(s, again) {
			t.Errorf("came back different:\n%+v\n%+v", s, again)
		}
	})
}

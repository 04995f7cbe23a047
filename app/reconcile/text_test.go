package reconcile_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

func TestSummary(t *testing.T) {
	long := strings.Repeat("lorem ipsum ", 20)
	for name, c := range map[string]struct{ subject, want string }{
		"short stays":               {"Printer", "Printer"},
		"empty":                     {" \n ", "(no subject)"},
		"one line":                  {"a\r\nb\tc\x00d", "a b cd"},
		"cut at a word":             {long, "lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum…"},
		"exactly the limit":         {strings.Repeat("x", 100), strings.Repeat("x", 100)},
		"no word to cut at":         {strings.Repeat("x", 101), strings.Repeat("x", 99) + "…"},
		"an emoji counts twice":     {strings.Repeat("🔥", 51), strings.Repeat("🔥", 49) + "…"},
		"a family is not torn":      {strings.Repeat("x", 95) + "👨‍👩‍👧‍👦!", strings.Repeat("x", 95) + "…"},
		"right to left stays whole": {"מדפסת לא עובדת", "מדפסת לא עובדת"},
	} {
		t.Run(name, func(t *testing.T) {
			got := reconcile.Summary(c.subject)
			if got != c.want {
				t.Errorf("Summary = %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzSummary(f *testing.F) {
	f.Add("👨‍👩‍👧‍👦 family", 40)
	f.Add("\xff\xfe bad", 200)
	f.Fuzz(func(t *testing.T, s string, n int) {
		got := reconcile.Summary(strings.Repeat(s, max(1, n%300)))
		if got == "" || !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n\x00") {
			t.Errorf("Summary = %q", got)
		}
		if units := len(utf16.Encode([]rune(got))); units > reconcile.SummaryLimit {
			t.Errorf("%d units", units)
		}
	})
}

func TestCompanies_ByName(t *testing.T) {
	c := reconcile.NewCompanies([]ticket.Company{
		{ID: 1, Name: "Acme "}, {ID: 2, Name: "Globex"}, {ID: 3, Name: "globex"}, {ID: 4, Name: "Old", Inactive: true},
	})
	for name, want := range map[string]int64{"ACME": 1, "Globex": 0, "Old": 0, "Unknown": 0, "": 0} {
		if got := c.ByName(name); got != want {
			t.Errorf("ByName(%q) = %d, want %d", name, got, want)
		}
	}
}

func TestContacts_Resolve(t *testing.T) {
	c := reconcile.NewContacts([]ticket.PSAContact{
		{ID: 1, Emails: []string{"ada@example.com", "ADA@example.com"}},
		{ID: 2, Emails: []string{"shared@example.com"}}, {ID: 3, Emails: []string{"shared@example.com"}},
		{ID: 4, Emails: []string{"gone@example.com"}, Inactive: true},
	})
	for email, want := range map[string]ticket.Contact{
		"Ada@Example.com":    {ID: 1},
		"shared@example.com": {Name: "Ada", Email: "shared@example.com"},
		"gone@example.com":   {Name: "Ada", Email: "gone@example.com"},
		"":                   {Name: "Ada"},
	} {
		if got := c.Resolve(ticket.Person{Name: "Ada", Email: email}); got != want {
			t.Errorf("Resolve(%q) = %+v, want %+v", email, got, want)
		}
	}
}

package ticket_test

import (
	"testing"

	"deskbridge/app/ticket"
)

func TestNoteMarker_RoundTrip(t *testing.T) {
	for _, m := range []ticket.NoteMarker{
		{Ticket: 4711, Comment: 9001, Part: 1, Parts: 1},
		{Ticket: 4711, Comment: 33144692244499, Part: 2, Parts: 3},
		{Ticket: 1, Event: "deleted", Part: 1, Parts: 1},
	} {
		got, ok := ticket.ParseNoteMarker("Some text\n\n" + m.String() + "\r\n ")
		if !ok || got != m {
			t.Errorf("ParseNoteMarker(%q) = %+v, %v; want %+v", m, got, ok, m)
		}
	}
}

func TestParseNoteMarker_NotOurs(t *testing.T) {
	for _, text := range []string{
		"", "hello", "[zd]", "[zd 1/2", "[zd 1/2] and more", "x [zd 1/2]", "[zd 1/2]\nreply below",
		"[zd 01/2]", "[zd 1/-2]", "[zd 1/2 3/2]", "[zd 1/2 1/1]", "[zd 1/DELETED]", "[zd 1/2 1/3 ]",
	} {
		if m, ok := ticket.ParseNoteMarker(text); ok {
			t.Errorf("ParseNoteMarker(%q) = %+v, want none", text, m)
		}
	}
}

func TestMarker_RoundTrip(t *testing.T) {
	key := ticket.Marker("Acme", 6130907993114)
	if key != "deskbridge:acme:6130907993114" {
		t.Fatalf("Marker = %q", key)
	}
	if id, ok := ticket.ParseMarker("acme", " DESKBRIDGE:acme:6130907993114"); !ok || id != 6130907993114 {
		t.Errorf("ParseMarker = %d, %v", id, ok)
	}
	for _, other := range []string{"", "deskbridge:acme:", "deskbridge:acmee:1", "deskbridge:acme:007", "other:acme:1"} {
		if id, ok := ticket.ParseMarker("acme", other); ok {
			t.Errorf("ParseMarker(%q) = %d, want none", other, id)
		}
	}
}

func FuzzParseNoteMarker(f *testing.F) {
	f.Add("text\n[zd 4711/9001]")
	f.Add("[zd 4711/9001 2/3]")
	f.Fuzz(func(t *testing.T, text string) {
		m, ok := ticket.ParseNoteMarker(text)
		if !ok {
			return
		}
		again, ok := ticket.ParseNoteMarker(m.String())
		if !ok || again != m {
			t.Errorf("%q parsed to %+v, which renders as %q", text, m, m)
		}
	})
}

func FuzzParseMarker(f *testing.F) {
	f.Add("deskbridge:acme:1")
	f.Fuzz(func(t *testing.T, marker string) {
		if id, ok := ticket.ParseMarker("acme", marker); ok {
			if back, ok := ticket.ParseMarker("acme", ticket.Marker("acme", id)); !ok || back != id {
				t.Errorf("%q named %d, which does not come back", marker, id)
			}
		}
	})
}

package reconcile

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"deskbridge/app/ticket"
)

// DefaultNoteLimit is how many characters we put into one note. The PSA's own
// limit is not documented; this is well below what its column is known to hold.
const DefaultNoteLimit = 30_000

// firstCommentGap is how far the first comment's time may be from its ticket's:
// both are stamped in the same request, in whole seconds.
const firstCommentGap = 2 * time.Second

// Events that are carried as notes without being comments.
const (
	eventDescription = "description"
	eventDeleted     = "deleted"
)

func (p Policy) noteLimit() int {
	if p.NoteLimit > 0 {
		return p.NoteLimit
	}
	return DefaultNoteLimit
}

// Summary makes a PSA summary of a desk subject: one line of at most
// SummaryLimit UTF-16 units, cut at a word, never inside a visible character.
func Summary(subject string) string {
	s := oneLine(subject)
	if s == "" {
		return "(no subject)"
	}
	return cut(s, SummaryLimit)
}

// render returns the notes that carry a comment. The first line says who, when
// and from where; the last line is our marker. When t is the ticket the comment
// opens and its subject does not fit a summary, the whole subject leads.
func render(c ticket.Comment, author ticket.Person, t ticket.Ticket, limit int) []string {
	var b strings.Builder
	if subject := oneLine(t.Subject); subject != "" && Summary(t.Subject) != subject {
		b.WriteString("Subject: " + subject + "\n\n")
	}
	b.WriteString(clean(c.Body))
	for i, a := range c.Attachments {
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "\nAttachment in Zendesk: %s (%s)", oneLine(a.Name), size(a.Size))
	}
	head := header(c, author)
	pieces := split(strings.TrimSpace(b.String()), limit)
	texts := make([]string, len(pieces))
	for i, piece := range pieces {
		m := ticket.NoteMarker{Ticket: c.TicketID, Comment: c.ID, Part: i + 1, Parts: len(pieces)}
		if c.ID == 0 {
			m.Event = eventDescription
		}
		line := head
		if len(pieces) > 1 {
			line = fmt.Sprintf("%s (part %d of %d)", head, i+1, len(pieces))
		}
		texts[i] = line + "\n\n" + piece + "\n\n" + m.String()
	}
	return texts
}

func header(c ticket.Comment, author ticket.Person) string {
	name := oneLine(author.Name)
	switch {
	case c.AuthorID == ticket.SystemUser:
		name = "Zendesk (automatic)"
	case name == "":
		name = fmt.Sprintf("Zendesk user %d", c.AuthorID)
	}
	what := "wrote"
	if !c.Public {
		what = "noted internally"
	}
	return fmt.Sprintf("%s %s in Zendesk, %s:", name, what, c.CreatedAt.UTC().Format("2006-01-02 15:04 MST"))
}

func deletedNote(t ticket.Ticket, psa ticket.PSAID) Op {
	m := ticket.NoteMarker{Ticket: t.ID, Event: eventDeleted, Part: 1, Parts: 1}
	text := fmt.Sprintf("Zendesk ticket %d was deleted there. This ticket stays as it is.\n\n%s", t.ID, m)
	return noteOp(t.ID, psa, Piece{Event: eventDeleted, Part: 1}, 1, text, true)
}

// clean makes text of the desk safe to store: plain line ends, no control
// characters but tab and line feed, valid UTF-8.
func clean(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r):
			return -1
		default:
			return r
		}
	}, s)
	return strings.ToValidUTF8(s, "\uFFFD")
}

func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// cut shortens s to at most limit UTF-16 units, at a word if one ends in the
// second half, and says with "…" that it did.
func cut(s string, limit int) string {
	if units(s) <= limit {
		return s
	}
	used, end, word := 0, 0, 0
	rest, state := s, -1
	for rest != "" {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used+units(cluster) > limit-1 {
			break
		}
		if cluster == " " {
			word = end
		}
		used += units(cluster)
		end += len(cluster)
	}
	if word > end/2 {
		end = word
	}
	return strings.TrimRight(s[:end], " ") + "…"
}

// units counts UTF-16 code units, which is how the PSA's database counts.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// split cuts text into pieces of at most limit characters: at an empty line, a
// line or a word, whichever comes last in the second half of the piece.
func split(text string, limit int) []string {
	var pieces []string
	for utf8.RuneCountInString(text) > limit {
		end := byteOffset(text, limit)
		for _, sep := range []string{"\n\n", "\n", " "} {
			if at := strings.LastIndex(text[:end], sep); at > end/2 {
				end = at
				break
			}
		}
		pieces = append(pieces, strings.TrimRight(text[:end], " \n"))
		text = strings.TrimLeft(text[end:], " \n")
	}
	if text != "" || len(pieces) == 0 {
		pieces = append(pieces, text)
	}
	return pieces
}

func byteOffset(s string, runes int) int {
	for i := range s {
		if runes == 0 {
			return i
		}
		runes--
	}
	return len(s)
}

func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%d kB", (bytes+(1<<9))/(1<<10))
	default:
		return fmt.Sprintf("%d bytes", bytes)
	}
}

package ticket

import (
	"strconv"
	"strings"
)

// NoteMarker names what a PSA note carries. It is the note's last line, such as
// "[zd 4711/9001]", or "[zd 4711/9001 2/3]" for one part of a long comment.
// Comment zero with Event set names something that is no comment, such as
// "[zd 4711/deleted]".
type NoteMarker struct {
	Ticket  DeskID
	Comment CommentID
	Event   string
	Part    int // from 1
	Parts   int // at least 1
}

// String renders the marker as it stands in a note.
func (m NoteMarker) String() string {
	what := m.Event
	if what == "" {
		what = formatID(int64(m.Comment))
	}
	s := "[zd " + formatID(int64(m.Ticket)) + "/" + what
	if m.Parts > 1 {
		s += " " + strconv.Itoa(m.Part) + "/" + strconv.Itoa(m.Parts)
	}
	return s + "]"
}

// ParseNoteMarker reads the marker from a note's last non-empty line. It
// returns false for a note that is not ours. The PSA may have added blank
// lines or spaces; anything else after the marker makes the note somebody's
// own text that quotes us, which is not ours.
func ParseNoteMarker(text string) (NoteMarker, bool) {
	text = strings.TrimSpace(text)
	if !strings.HasSuffix(text, "]") {
		return NoteMarker{}, false
	}
	line := strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
	body, ok := strings.CutPrefix(line, "[zd ")
	if !ok {
		return NoteMarker{}, false
	}
	body = strings.TrimSuffix(body, "]")
	key, part, split := strings.Cut(body, " ")
	m := NoteMarker{Part: 1, Parts: 1}
	if split {
		n, of, ok := strings.Cut(part, "/")
		if !ok {
			return NoteMarker{}, false
		}
		first, ok1 := parseID(n)
		last, ok2 := parseID(of)
		if !ok1 || !ok2 || first < 1 || last < 2 || first > last || last > 10_000 {
			return NoteMarker{}, false
		}
		m.Part, m.Parts = int(first), int(last)
	}
	id, what, ok := strings.Cut(key, "/")
	if !ok || what == "" {
		return NoteMarker{}, false
	}
	desk, ok := parseID(id)
	if !ok {
		return NoteMarker{}, false
	}
	m.Ticket = DeskID(desk)
	if comment, ok := parseID(what); ok {
		m.Comment = CommentID(comment)
	} else if isWord(what) {
		m.Event = what
	} else {
		return NoteMarker{}, false
	}
	return m, true
}

func isWord(s string) bool {
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return s != ""
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

// parseID accepts what formatID writes for positive ids and nothing else, so
// that two spellings never name one record.
func parseID(s string) (int64, bool) {
	id, err := strconv.ParseInt(s, 10, 64)
	return id, err == nil && id > 0 && formatID(id) == s
}

package connectwise

import (
	"errors"
	"strings"
	"time"

	"deskbridge/app/ticket"
)

// What answers hold, as far as we need it. Everything else is skipped, nulls
// are zero, and no text is too long: what the instance shows is what is so.

// ref is a reference to another record. Sending the number is enough.
type ref struct {
	ID int64 `json:"id"`
}

// named is a reference whose name matters too.
type named struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type wireTicket struct {
	ID                  int64  `json:"id"`
	Summary             string `json:"summary"`
	Board               ref    `json:"board"`
	Status              ref    `json:"status"`
	Priority            ref    `json:"priority"`
	Company             ref    `json:"company"`
	Site                ref    `json:"site"`
	Contact             ref    `json:"contact"`
	ContactName         string `json:"contactName"`
	ContactEmailAddress string `json:"contactEmailAddress"`
	ExternalXRef        string `json:"externalXRef"`
	ClosedFlag          bool   `json:"closedFlag"`
	Info                info   `json:"_info"`
}

// ticketFields trims ticket answers to what wireTicket reads. _info is left out
// of a trimmed answer unless named.
const ticketFields = "id,summary,board/id,status/id,priority/id,company/id,contact/id,contactName,contactEmailAddress," +
	"externalXRef,closedFlag,_info/lastUpdated,_info/updatedBy,_info/enteredBy"

type info struct {
	LastUpdated string `json:"lastUpdated"`
	UpdatedBy   string `json:"updatedBy"`
	EnteredBy   string `json:"enteredBy"`
}

func (w *wireTicket) ticket() ticket.PSATicket {
	return ticket.PSATicket{
		ID: ticket.PSAID(w.ID),
		Fields: ticket.Fields{
			Summary:  w.Summary,
			Status:   w.Status.ID,
			Priority: w.Priority.ID,
			Company:  w.Company.ID,
			Contact:  ticket.Contact{ID: w.Contact.ID, Name: w.ContactName, Email: w.ContactEmailAddress},
		},
		Board:     w.Board.ID,
		Marker:    w.ExternalXRef,
		Closed:    w.ClosedFlag,
		UpdatedAt: parseTime(w.Info.LastUpdated),
		UpdatedBy: w.Info.UpdatedBy, EnteredBy: w.Info.EnteredBy,
	}
}

func checkTicket(w *wireTicket) error {
	if w.ID <= 0 {
		return errors.New("a ticket without a number")
	}
	return nil
}

type wireNote struct {
	ID                    int64  `json:"id"`
	Text                  string `json:"text"`
	DetailDescriptionFlag bool   `json:"detailDescriptionFlag"`
	InternalAnalysisFlag  bool   `json:"internalAnalysisFlag"`
	ResolutionFlag        bool   `json:"resolutionFlag"`
	DateCreated           string `json:"dateCreated"`
	CreatedBy             string `json:"createdBy"`
}

func (w *wireNote) note() ticket.Note {
	return ticket.Note{
		ID:         ticket.NoteID(w.ID),
		Text:       w.Text,
		Discussion: w.DetailDescriptionFlag,
		Internal:   w.InternalAnalysisFlag,
		Resolution: w.ResolutionFlag,
		CreatedBy:  w.CreatedBy,
		CreatedAt:  parseTime(w.DateCreated),
	}
}

func checkNote(w *wireNote) error {
	if w.ID <= 0 {
		return errors.New("a note without a number")
	}
	return nil
}

// parseTime reads a time as the service writes it. One that cannot be read is
// the zero time: no decision hangs on it.
func parseTime(s string) time.Time {
	s = strings.ReplaceAll(s, " ", "")
	if s == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

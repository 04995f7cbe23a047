package zendesk

import (
	"encoding/json"
	"time"

	"deskbridge/app/ticket"
)

// The records as Zendesk writes them, with the fields we carry and no more
// (recorded 2023 to 2025). Any of them may be null or missing.

type wireTicket struct {
	ID             int64  `json:"id"`
	Subject        string `json:"subject"`
	RawSubject     string `json:"raw_subject"`
	Description    string `json:"description"`
	Status         string `json:"status"`
	Priority       string `json:"priority"`
	RequesterID    int64  `json:"requester_id"`
	OrganizationID int64  `json:"organization_id"`
	IsPublic       *bool  `json:"is_public"`
	CreatedAt      string `json:"created_at"`
	UpdatedAt      string `json:"updated_at"`
	Generated      int64  `json:"generated_timestamp"`
}

func (w *wireTicket) ticket() ticket.Ticket {
	t := ticket.Ticket{
		ID:             ticket.DeskID(w.ID),
		Subject:        clean(w.Subject),
		Description:    clean(w.Description),
		Status:         ticket.Status(w.Status),
		Priority:       ticket.Priority(w.Priority),
		RequesterID:    ticket.UserID(w.RequesterID),
		OrganizationID: ticket.OrganizationID(w.OrganizationID),
		// Unsaid counts as private: nothing internal may reach a customer.
		Public:    w.IsPublic != nil && *w.IsPublic,
		CreatedAt: instant(w.CreatedAt),
		UpdatedAt: instant(w.UpdatedAt),
	}
	if t.Subject == "" {
		t.Subject = clean(w.RawSubject)
	}
	if t.Priority == "" {
		t.Priority = ticket.NoPriority
	}
	// Outside of exports the stamp is missing or zero (recorded 2024-09-06).
	t.ChangedAt = t.UpdatedAt
	if w.Generated > 0 {
		t.ChangedAt = time.Unix(w.Generated, 0).UTC()
	}
	return t
}

type wireUser struct {
	ID             int64  `json:"id"`
	Name           string `json:"name"`
	Email          string `json:"email"`
	Role           string `json:"role"`
	OrganizationID int64  `json:"organization_id"`
}

func (w *wireUser) person() ticket.Person {
	return ticket.Person{
		ID:             ticket.UserID(w.ID),
		Name:           clean(w.Name),
		Email:          clean(w.Email),
		Role:           w.Role,
		OrganizationID: ticket.OrganizationID(w.OrganizationID),
	}
}

type wireOrganization struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func (w *wireOrganization) organization() ticket.Organization {
	return ticket.Organization{ID: ticket.OrganizationID(w.ID), Name: clean(w.Name)}
}

// wireComment is a comment as the comment list shows it, or as a child event of
// the event export.
type wireComment struct {
	ID          int64            `json:"id"`
	Type        string           `json:"type"`
	EventType   string           `json:"event_type"`
	AuthorID    int64            `json:"author_id"`
	Body        string           `json:"body"`
	PlainBody   string           `json:"plain_body"`
	HTMLBody    string           `json:"html_body"`
	Public      *bool            `json:"public"`
	CreatedAt   string           `json:"created_at"`
	Attachments []wireAttachment `json:"attachments"`
	Metadata    wireMetadata     `json:"metadata"`
}

type wireMetadata struct {
	Custom wireCustom `json:"custom"`
}

// wireCustom is what API clients left with a comment; ours is one key.
type wireCustom struct {
	Marker string `json:"deskbridge"`
}

type wireAttachment struct {
	ID          int64  `json:"id"`
	FileName    string `json:"file_name"`
	ContentType string `json:"content_type"`
	ContentURL  string `json:"content_url"`
	Size        int64  `json:"size"`
}

// isComment tells comments from the other child events. Calls are kept as
// comments of a type of their own.
func (w *wireComment) isComment() bool {
	switch w.Type {
	case "Comment", "VoiceComment":
		return true
	case "":
		return w.EventType == "Comment" || w.EventType == "VoiceComment"
	}
	return false
}

func (w *wireComment) comment(of ticket.DeskID) ticket.Comment {
	c := ticket.Comment{
		ID:        ticket.CommentID(w.ID),
		TicketID:  of,
		AuthorID:  ticket.UserID(w.AuthorID),
		Body:      w.text(),
		Public:    w.Public != nil && *w.Public,
		CreatedAt: instant(w.CreatedAt),
		Marker:    w.Metadata.Custom.Marker,
	}
	for _, a := range w.Attachments {
		c.Attachments = append(c.Attachments, ticket.Attachment{
			ID: a.ID, Name: clean(a.FileName), ContentType: a.ContentType, Size: max(a.Size, 0), URL: a.ContentURL,
		})
	}
	return c
}

func (w *wireComment) text() string {
	for _, s := range [...]string{w.PlainBody, w.Body} {
		if s = clean(s); s != "" {
			return s
		}
	}
	return clean(withoutMarkup(w.HTMLBody))
}

// instant reads a time, or returns the zero time for anything else.
func instant(s string) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// people collects users that have an id.
func people(dec *json.Decoder, into *[]ticket.Person) error {
	return each(dec, func(w wireUser) error {
		if w.ID != 0 {
			*into = append(*into, w.person())
		}
		return nil
	})
}

// organizations collects organizations that have an id.
func organizations(dec *json.Decoder, into *[]ticket.Organization) error {
	return each(dec, func(w wireOrganization) error {
		if w.ID != 0 {
			*into = append(*into, w.organization())
		}
		return nil
	})
}

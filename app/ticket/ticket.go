// Package ticket holds the words every other package shares: what a ticket, a
// comment, a link and an agreed state are on both sides of the bridge.
//
// It decides nothing and does no I/O; it refuses to know how either service
// spells these things. The one rule: a value that is in this package means the
// same on every side of every seam.
package ticket

import "time"

// DeskID is a Zendesk ticket number. It exceeds 32 bits on some accounts.
type DeskID int64

// PSAID is a ConnectWise service ticket number; zero means not created yet.
type PSAID int64

// CommentID is a Zendesk comment id, equal to the id of its audit event.
type CommentID int64

// NoteID is a ConnectWise service note id.
type NoteID int64

// UserID is a Zendesk user id. SystemUser is the desk's own robot.
type UserID int64

// SystemUser is the author Zendesk gives to what nobody wrote.
const SystemUser UserID = -1

// OrganizationID is a Zendesk organization id; zero means none.
type OrganizationID int64

// Status is a Zendesk ticket status (the category, where custom statuses are
// on). A value outside the constants is kept as it came: the desk may grow.
type Status string

// The statuses Zendesk documents. Deleted occurs in exports only.
const (
	New     Status = "new"
	Open    Status = "open"
	Pending Status = "pending"
	Hold    Status = "hold"
	Solved  Status = "solved"
	Closed  Status = "closed"
	Deleted Status = "deleted"
)

// Statuses lists the statuses a user pairs with board statuses, in Zendesk's order.
func Statuses() []Status { return []Status{New, Open, Pending, Hold, Solved, Closed} }

// Priority is a Zendesk priority; NoPriority stands for null.
type Priority string

// The priorities Zendesk documents.
const (
	NoPriority Priority = "none"
	Low        Priority = "low"
	Normal     Priority = "normal"
	High       Priority = "high"
	Urgent     Priority = "urgent"
)

// Priorities lists the priorities a user pairs, none first.
func Priorities() []Priority { return []Priority{NoPriority, Low, Normal, High, Urgent} }

// Ticket is a desk ticket as one export page showed it.
type Ticket struct {
	ID             DeskID
	Subject        string
	Description    string // text of the first comment
	Status         Status
	Priority       Priority
	RequesterID    UserID
	OrganizationID OrganizationID
	// Public is false when no comment of the ticket is public.
	Public    bool
	CreatedAt time.Time
	UpdatedAt time.Time
	// ChangedAt is generated_timestamp: the export sorts by it, and it moves on
	// system updates that leave UpdatedAt alone.
	ChangedAt time.Time
}

// Comment is one desk comment; Public false makes it an internal note.
type Comment struct {
	ID          CommentID
	TicketID    DeskID
	AuthorID    UserID
	Body        string // plain text
	Public      bool
	CreatedAt   time.Time
	Attachments []Attachment
	// Marker is our own key in the comment's metadata; empty when somebody else wrote it.
	Marker string
}

// Attachment is a file on a comment; URL may lead to another host.
type Attachment struct {
	ID          int64
	Name        string
	ContentType string
	Size        int64 // bytes
	URL         string
}

// Person is a desk user.
type Person struct {
	ID             UserID
	Name           string
	Email          string
	Role           string // admin, agent or end-user
	OrganizationID OrganizationID
}

// Organization is a desk organization.
type Organization struct {
	ID   OrganizationID
	Name string
}

package connectwise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"deskbridge/app/ticket"
)

// newNoteBody is the body of a note. All three flags are always sent, and
// exactly one is true: Discussion and Internal together would show staff's words
// to customers.
type newNoteBody struct {
	Text                  string `json:"text"`
	DetailDescriptionFlag bool   `json:"detailDescriptionFlag"`
	InternalAnalysisFlag  bool   `json:"internalAnalysisFlag"`
	ResolutionFlag        bool   `json:"resolutionFlag"`
	ProcessNotifications  bool   `json:"processNotifications"`
}

func noteBody(n ticket.NewNote) ([]byte, error) {
	if strings.TrimSpace(n.Text) == "" {
		return nil, errors.New("a note without text")
	}
	return json.Marshal(&newNoteBody{Text: n.Text, DetailDescriptionFlag: !n.Internal, InternalAnalysisFlag: n.Internal})
}

// AddNote writes a service note, without any mail, and returns it as the PSA
// holds it. It returns ticket.ErrGone when the ticket does not exist,
// ticket.ErrOutcomeUnknown when the note may be there all the same, and
// *ticket.Refusal when it is not.
func (c *Client) AddNote(ctx context.Context, id ticket.PSAID, n ticket.NewNote) (ticket.Note, error) {
	k := call{
		doing: "add note to ticket", of: int64(id), right: ServiceTicketsEdit, method: http.MethodPost,
		path: ticketPath(id) + "/notes", write: true, single: true,
	}
	var err error
	if k.body, err = noteBody(n); err != nil {
		return ticket.Note{}, fmt.Errorf("%s: %w", &k, err)
	}
	res, err := c.do(ctx, &k)
	if err != nil {
		return ticket.Note{}, err
	}
	var w wireNote
	if err := decodeWritten(res.Body, &w, &w.ID); err != nil {
		return ticket.Note{}, fmt.Errorf("%s: %w: %w", &k, ticket.ErrOutcomeUnknown, err)
	}
	return w.note(), nil
}

// noteFields trims note answers to what wireNote reads.
const noteFields = "id,text,detailDescriptionFlag,internalAnalysisFlag,resolutionFlag,dateCreated,createdBy"

// Notes reads all notes of one ticket, oldest first, which is the order of their
// numbers. It returns ticket.ErrGone when the ticket does not exist.
func (c *Client) Notes(ctx context.Context, id ticket.PSAID) ([]ticket.Note, error) {
	var out []ticket.Note
	w := walk[wireNote]{
		call: call{
			doing: "list notes of ticket", of: int64(id), right: ServiceTicketsInquire,
			path: ticketPath(id) + "/notes", single: true,
		},
		fields: noteFields,
		id:     func(n *wireNote) int64 { return n.ID },
		check:  checkNote,
	}
	err := w.each(ctx, c, func(n *wireNote) error {
		out = append(out, n.note())
		return nil
	})
	return out, err
}

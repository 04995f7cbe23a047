package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"

	"deskbridge/app/rest"
	"deskbridge/app/ticket"
)

// Comments reads all comments of one ticket, oldest first, and who wrote them.
// It returns ticket.ErrGone when the ticket does not exist any more.
func (c *Client) Comments(ctx context.Context, id ticket.DeskID) ([]ticket.Comment, []ticket.Person, error) {
	var comments []ticket.Comment
	var authors []ticket.Person
	known := make(map[ticket.UserID]struct{})
	path := "/api/v2/tickets/" + strconv.FormatInt(int64(id), 10) + "/comments.json"
	for cursor := ""; ; {
		query := url.Values{"page[size]": {"100"}, "include": {"users"}}
		if cursor != "" {
			query.Set("page[after]", cursor)
		}
		var page commentPage
		err := c.get(ctx, rest.Request{Path: path, Query: query}, func(body io.Reader) error {
			var err error
			page, err = decodeComments(body, id)
			return err
		})
		if err != nil {
			return nil, nil, fmt.Errorf("read comments of ticket %d: %w", id, err)
		}
		comments = append(comments, page.comments...)
		for _, p := range page.people {
			if _, twice := known[p.ID]; !twice {
				known[p.ID] = struct{}{}
				authors = append(authors, p)
			}
		}
		// links.next is set on the last page too ("recorded"); has_more is not.
		if !page.meta.HasMore {
			return comments, authors, nil
		}
		if page.meta.After == "" || page.meta.After == cursor {
			return nil, nil, fmt.Errorf("read comments of ticket %d: pages do not go on: %w", id, ticket.ErrMalformed)
		}
		cursor = page.meta.After
	}
}

type commentPage struct {
	comments []ticket.Comment
	people   []ticket.Person
	meta     wireMeta
}

type wireMeta struct {
	HasMore bool   `json:"has_more"`
	After   string `json:"after_cursor"`
}

func decodeComments(body io.Reader, of ticket.DeskID) (commentPage, error) {
	var page commentPage
	seen := false
	unnamed := 0
	err := fields(body, func(key string, dec *json.Decoder) (bool, error) {
		var err error
		switch key {
		case "comments":
			seen = true
			err = each(dec, func(w wireComment) error {
				if w.ID == 0 {
					unnamed++
					return nil
				}
				page.comments = append(page.comments, w.comment(of))
				return nil
			})
		case "users":
			err = people(dec, &page.people)
		case "meta":
			page.meta, err = value[wireMeta](dec)
		default:
			return false, nil
		}
		return true, err
	})
	switch {
	case err != nil:
		return commentPage{}, err
	case !seen:
		return commentPage{}, malformed(errors.New("no comments in the answer"))
	case unnamed > 0:
		return commentPage{}, fmt.Errorf("%d comments without a number: %w", unnamed, ticket.ErrMalformed)
	}
	return page, nil
}

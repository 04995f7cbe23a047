package connectwise

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"deskbridge/app/ticket"
)

// setupTries is how often a person who waits for the answer is made to wait for
// another attempt.
const setupTries = 2

// SignIn proves address, company, keys and client id with one small read. It
// returns ErrUnknownCompany, ErrClientID, ErrAddress, ticket.ErrSignIn (company
// or keys wrong), *RightError (signed in, but boards may not be read) or
// ticket.ErrUnavailable.
func (c *Client) SignIn(ctx context.Context) error {
	// /system/info is said to answer anybody on some instances; boards are not.
	k := call{
		doing: "sign in", right: TableSetupInquire, path: "/service/boards",
		query: url.Values{"pageSize": {"1"}, "fields": {"id"}}, tries: setupTries,
	}
	_, _, err := list(ctx, c, &k, func(*ref) error { return nil })
	return err
}

// KeysSwapped tells whether signing in works with the two keys the other way
// round. It is asked after SignIn returned ticket.ErrSignIn.
func (c *Client) KeysSwapped(ctx context.Context) bool {
	swapped := Keys{Company: c.keys.Company, Public: c.keys.Private, Private: c.keys.Public}
	headers := c.headers.Clone()
	headers.Set("Authorization", swapped.basic())
	other := &Client{HTTP: c.HTTP, Now: c.Now, address: c.address, keys: swapped, headers: headers}
	if base := c.base.Load(); base != nil {
		other.base.Store(base)
	}
	err := other.SignIn(ctx)
	return err == nil || errors.Is(err, ticket.ErrForbidden)
}

// System is what the instance says about itself.
type System struct {
	Version  string // "v2025.1.105333"
	Region   string
	TimeZone string
	Cloud    bool
}

// SystemInfo reads what the instance says about itself. Some instances answer it
// without a sign-in, so it proves no keys.
func (c *Client) SystemInfo(ctx context.Context) (System, error) {
	var w struct {
		Version        string `json:"version"`
		IsCloud        bool   `json:"isCloud"`
		ServerTimeZone string `json:"serverTimeZone"`
		CloudRegion    string `json:"cloudRegion"`
	}
	err := one(ctx, c, &call{doing: "read system info", path: "/system/info", tries: setupTries}, &w)
	return System{Version: w.Version, Region: w.CloudRegion, TimeZone: w.ServerTimeZone, Cloud: w.IsCloud}, err
}

// Boards lists the service boards, unusable ones included.
func (c *Client) Boards(ctx context.Context) ([]ticket.Board, error) {
	type row struct {
		ID           int64  `json:"id"`
		Name         string `json:"name"`
		Location     ref    `json:"location"`
		LocationID   int64  `json:"locationId"` // older releases
		InactiveFlag bool   `json:"inactiveFlag"`
		ProjectFlag  bool   `json:"projectFlag"`
	}
	var out []ticket.Board
	err := setupList(ctx, c, "list boards", 0, "/service/boards", func(r *row) int64 { return r.ID }, func(r *row) {
		if r.Location.ID == 0 {
			r.Location.ID = r.LocationID
		}
		out = append(out, ticket.Board{
			Choice:   ticket.Choice{ID: r.ID, Name: r.Name},
			Inactive: r.InactiveFlag, Project: r.ProjectFlag, Location: r.Location.ID,
		})
	})
	return out, err
}

// BoardStatuses lists the statuses of one board. It returns ticket.ErrForbidden
// where the API member may not use the board, and ticket.ErrGone where there is
// no such board.
func (c *Client) BoardStatuses(ctx context.Context, board int64) ([]ticket.BoardStatus, error) {
	type row struct {
		ID           int64  `json:"id"`
		Name         string `json:"name"`
		DefaultFlag  bool   `json:"defaultFlag"`
		ClosedStatus bool   `json:"closedStatus"`
		Inactive     bool   `json:"inactive"`
	}
	var out []ticket.BoardStatus
	err := setupList(ctx, c, "list statuses of board", board, boardPath(board, "statuses"), func(r *row) int64 { return r.ID }, func(r *row) {
		out = append(out, ticket.BoardStatus{
			Choice:  ticket.Choice{ID: r.ID, Name: r.Name},
			Default: r.DefaultFlag, Closed: r.ClosedStatus, Inactive: r.Inactive,
		})
	})
	return out, err
}

// Team is a team of one board.
type Team struct {
	ticket.Choice
	Default bool
}

// BoardTeams lists the teams of one board; errors as for BoardStatuses.
func (c *Client) BoardTeams(ctx context.Context, board int64) ([]Team, error) {
	type row struct {
		ID          int64  `json:"id"`
		Name        string `json:"name"`
		DefaultFlag bool   `json:"defaultFlag"`
	}
	var out []Team
	err := setupList(ctx, c, "list teams of board", board, boardPath(board, "teams"), func(r *row) int64 { return r.ID }, func(r *row) {
		out = append(out, Team{Choice: ticket.Choice{ID: r.ID, Name: r.Name}, Default: r.DefaultFlag})
	})
	return out, err
}

// Priorities lists the priorities, which all boards share. Some instances tell
// nothing but number and name.
func (c *Client) Priorities(ctx context.Context) ([]ticket.Choice, error) {
	return c.choices(ctx, "list priorities", "/service/priorities")
}

// Sources lists where tickets can come from.
func (c *Client) Sources(ctx context.Context) ([]ticket.Choice, error) {
	return c.choices(ctx, "list sources", "/service/sources")
}

func (c *Client) choices(ctx context.Context, doing, path string) ([]ticket.Choice, error) {
	var out []ticket.Choice
	err := setupList(ctx, c, doing, 0, path, func(r *named) int64 { return r.ID }, func(r *named) {
		out = append(out, ticket.Choice{ID: r.ID, Name: r.Name})
	})
	return out, err
}

// setupList reads a small table whole. Its fields are not trimmed: older
// releases lack some, and refuse or ignore what they do not know.
func setupList[T any](ctx context.Context, c *Client, doing string, of int64, path string, id func(*T) int64, take func(*T)) error {
	w := walk[T]{
		call: call{doing: doing, of: of, right: TableSetupInquire, path: path, single: of != 0},
		id:   id,
		check: func(row *T) error {
			if id(row) <= 0 {
				return errors.New("a record without a number")
			}
			return nil
		},
	}
	return w.each(ctx, c, func(row *T) error { take(row); return nil })
}

func boardPath(board int64, part string) string {
	return "/service/boards/" + strconv.FormatInt(board, 10) + "/" + part
}

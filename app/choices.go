package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"deskbridge/app/checklist"
	"deskbridge/app/connectwise"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// catalogPolicy is where the looked-up choices are kept between runs.
const catalogPolicy = "policy"

// chosen is a policy and the settings it was looked up for.
type chosen struct {
	For    string           `json:"for"`
	Policy reconcile.Policy `json:"policy"`
}

// policy returns the settings' choices as ConnectWise numbers them. They are
// looked up once and kept until the settings change, so that an idle run costs
// no request for them. It returns a *ChoiceError for a name that leads nowhere.
func (c *connection) policy(ctx context.Context, fresh bool) (reconcile.Policy, error) {
	body, err := c.settings.Encode()
	if err != nil {
		return reconcile.Policy{}, err
	}
	sum := sha256.Sum256(body)
	key := hex.EncodeToString(sum[:])
	if !fresh {
		kept, _, err := c.kept.Catalog(ctx, catalogPolicy, "")
		if err != nil {
			return reconcile.Policy{}, err
		}
		var known chosen
		if json.Unmarshal(kept, &known) == nil && known.For == key {
			return known.Policy, nil
		}
	}
	policy, err := c.choose(ctx)
	if err != nil {
		return reconcile.Policy{}, err
	}
	kept, err := json.Marshal(chosen{For: key, Policy: policy})
	if err != nil {
		return reconcile.Policy{}, fmt.Errorf("encode choices: %w", err)
	}
	return policy, c.kept.SaveCatalog(ctx, catalogPolicy, "", kept, c.opt.Now())
}

// forgetPolicy makes the next run look up the choices anew: a refused write may
// mean that a status was removed in ConnectWise.
func (c *connection) forgetPolicy(ctx context.Context) error {
	return c.kept.SaveCatalog(ctx, catalogPolicy, "", nil, c.opt.Now())
}

// choose looks up everything the settings name.
func (c *connection) choose(ctx context.Context) (reconcile.Policy, error) {
	s := c.settings.Sync
	board, statuses, err := c.chooseBoard(ctx, s.Board)
	if err != nil {
		return reconcile.Policy{}, err
	}
	p := reconcile.Policy{Board: board.ID, Statuses: map[ticket.Status]int64{}, Priorities: map[ticket.Priority]int64{}}
	usable := make([]ticket.Choice, 0, len(statuses))
	for _, st := range statuses {
		if !st.Inactive {
			usable = append(usable, st.Choice)
		}
	}
	for _, status := range ticket.Statuses() {
		if ref, ok := s.Statuses[status]; ok {
			setting := "sync.statuses." + string(status)
			if p.Statuses[status], err = pick(setting, ref, usable, "The service board "+board.Name+" has no such status in use."); err != nil {
				return reconcile.Policy{}, err
			}
		}
	}
	priorities, err := c.psa.Priorities(ctx)
	if err != nil {
		return reconcile.Policy{}, from(ConnectWise, err)
	}
	for _, priority := range ticket.Priorities() {
		if ref, ok := s.Priorities[priority]; ok {
			setting := "sync.priorities." + string(priority)
			if p.Priorities[priority], err = pick(setting, ref, priorities, "ConnectWise has no such priority."); err != nil {
				return reconcile.Policy{}, err
			}
		}
	}
	p.DefaultCompany, err = c.chooseCompany(ctx, s.DefaultCompany)
	return p, err
}

// chooseBoard finds the board and reads its statuses. A board that cannot take
// tickets is a *ChoiceError with the reasons, and the boards that could.
func (c *connection) chooseBoard(ctx context.Context, ref Ref) (ticket.Board, []ticket.BoardStatus, error) {
	const setting = "sync.board"
	boards, err := c.psa.Boards(ctx)
	if err != nil {
		return ticket.Board{}, nil, from(ConnectWise, err)
	}
	choices := make([]ticket.Choice, len(boards))
	for i, b := range boards {
		choices[i] = b.Choice
	}
	wrong := &ChoiceError{Setting: setting, Value: ref.String()}
	if found, err := checklist.Pick(choices, ref.String()); err == nil {
		board := boards[slices.Index(choices, found)]
		statuses, reasons, err := c.usable(ctx, board)
		if err != nil || len(reasons) == 0 {
			return board, statuses, err
		}
		wrong.Why = strings.Join(reasons, " ")
	} else {
		wrong.Why = whyNot(err, "There is no such service board, or the API member may not see it.")
	}
	for _, b := range boards {
		if _, reasons, err := c.usable(ctx, b); err == nil && len(reasons) == 0 {
			wrong.Usable = append(wrong.Usable, b.Name)
		}
	}
	return ticket.Board{}, nil, wrong
}

// usable reads what decides whether a board can take tickets, and returns the
// reasons why not.
func (c *connection) usable(ctx context.Context, b ticket.Board) (statuses []ticket.BoardStatus, reasons []string, err error) {
	statuses, err = c.psa.BoardStatuses(ctx, b.ID)
	var found []connectwise.Team
	if err == nil {
		found, err = c.psa.BoardTeams(ctx, b.ID)
	}
	if errors.Is(err, ticket.ErrForbidden) || errors.Is(err, ticket.ErrGone) {
		return nil, []string{checklist.NoAccess}, nil
	}
	if err != nil {
		return nil, nil, from(ConnectWise, err)
	}
	_, reasons = checklist.Usable(b, statuses, teams(found))
	return statuses, reasons, nil
}

// teams are a board's teams in the words of package checklist.
func teams(found []connectwise.Team) []checklist.Team {
	all := make([]checklist.Team, len(found))
	for i, t := range found {
		all[i] = checklist.Team{Name: t.Name, Default: t.Default}
	}
	return all
}

func (c *connection) chooseCompany(ctx context.Context, ref Ref) (int64, error) {
	companies, err := c.psa.Companies(ctx)
	if err != nil {
		return 0, from(ConnectWise, err)
	}
	wrong := &ChoiceError{Setting: "sync.default_company", Value: ref.String()}
	company, err := checklist.PickCompany(companies, ref.String())
	switch {
	case err != nil:
		wrong.Why = whyNot(err, "ConnectWise has no such company.")
	case company.Inactive:
		wrong.Why = "The company is deleted or locked, so ConnectWise refuses tickets for it."
	default:
		return company.ID, nil
	}
	for _, c := range companies {
		if !c.Inactive {
			wrong.Usable = append(wrong.Usable, c.Name)
		}
	}
	return 0, wrong
}

// pick finds what ref means in list.
func pick(setting string, ref Ref, list []ticket.Choice, unknown string) (int64, error) {
	found, err := checklist.Pick(list, ref.String())
	if err == nil {
		return found.ID, nil
	}
	wrong := &ChoiceError{Setting: setting, Value: ref.String(), Why: whyNot(err, unknown)}
	for _, c := range list {
		wrong.Usable = append(wrong.Usable, c.Name)
	}
	return 0, wrong
}

// whyNot says why nothing was picked; unknown is for a name that nothing has.
func whyNot(err error, unknown string) string {
	if errors.Is(err, checklist.ErrNoSuch) {
		return unknown
	}
	return "The name is not clear: " + err.Error() + "."
}

package connectwise

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"deskbridge/app/ticket"
)

// Companies lists all companies, those included that cannot hold tickets.
func (c *Client) Companies(ctx context.Context) ([]ticket.Company, error) {
	locked, err := c.lockedStatuses(ctx)
	if err != nil {
		return nil, err
	}
	type row struct {
		ID          int64  `json:"id"`
		Identifier  string `json:"identifier"`
		Name        string `json:"name"`
		Status      named  `json:"status"`
		DeletedFlag bool   `json:"deletedFlag"`
	}
	w := walk[row]{
		call:   call{doing: "list companies", right: CompaniesInquire, path: "/company/companies"},
		fields: "id,identifier,name,status/id,status/name,deletedFlag",
		id:     func(r *row) int64 { return r.ID },
		check: func(r *row) error {
			if r.ID <= 0 {
				return errors.New("a company without a number")
			}
			return nil
		},
	}
	var out []ticket.Company
	err = w.each(ctx, c, func(r *row) error {
		out = append(out, ticket.Company{
			ID: r.ID, Identifier: r.Identifier, Name: r.Name, Inactive: r.DeletedFlag || locked[r.Status.ID],
		})
		return nil
	})
	return out, err
}

// lockedStatuses lists the company statuses under which nothing can be saved. A
// role narrowed down may not read them, and older releases do not have them;
// then no company counts as locked, and the PSA itself refuses.
func (c *Client) lockedStatuses(ctx context.Context) (map[int64]bool, error) {
	type row struct {
		ID                 int64 `json:"id"`
		DisallowSavingFlag bool  `json:"disallowSavingFlag"`
	}
	locked := map[int64]bool{}
	err := setupList(ctx, c, "list company statuses", 0, "/company/companies/statuses", func(r *row) int64 { return r.ID }, func(r *row) {
		locked[r.ID] = r.DisallowSavingFlag
	})
	var no *ticket.Refusal
	if errors.Is(err, ticket.ErrForbidden) || errors.Is(err, ErrAddress) || errors.As(err, &no) && !errors.Is(err, ticket.ErrSignIn) {
		return nil, nil
	}
	return locked, err
}

// Contacts lists the people on record at one company.
func (c *Client) Contacts(ctx context.Context, company int64) ([]ticket.PSAContact, error) {
	type row struct {
		ID                 int64  `json:"id"`
		FirstName          string `json:"firstName"`
		LastName           string `json:"lastName"`
		Company            ref    `json:"company"`
		InactiveFlag       bool   `json:"inactiveFlag"`
		CommunicationItems []struct {
			Value             string `json:"value"`
			CommunicationType string `json:"communicationType"`
		} `json:"communicationItems"`
	}
	w := walk[row]{
		call:   call{doing: "list contacts of company", of: company, right: ContactsInquire, path: "/company/contacts"},
		where:  condition("company/id=" + strconv.FormatInt(company, 10)),
		fields: "id,firstName,lastName,company/id,inactiveFlag,communicationItems",
		id:     func(r *row) int64 { return r.ID },
		check: func(r *row) error {
			if r.ID <= 0 {
				return errors.New("a contact without a number")
			}
			return nil
		},
	}
	var out []ticket.PSAContact
	err := w.each(ctx, c, func(r *row) error {
		p := ticket.PSAContact{
			ID: r.ID, Company: r.Company.ID, Inactive: r.InactiveFlag,
			Name: strings.TrimSpace(strings.TrimSpace(r.FirstName) + " " + strings.TrimSpace(r.LastName)),
		}
		if p.Company == 0 {
			p.Company = company
		}
		for _, item := range r.CommunicationItems {
			email := strings.ToLower(strings.TrimSpace(item.Value))
			if strings.EqualFold(item.CommunicationType, "Email") && email != "" {
				p.Emails = append(p.Emails, email)
			}
		}
		out = append(out, p)
		return nil
	})
	return out, err
}

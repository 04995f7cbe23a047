package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"deskbridge/app/journal"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// Companies and contacts change rarely, and reading them costs requests: they
// are kept for a day, and read again sooner when somebody is not found.
const (
	catalogAge  = 24 * time.Hour
	catalogMiss = 15 * time.Minute
	// contactsKept bounds how many companies' contacts stay in memory.
	contactsKept = 2_000
)

// directory tells which company and contact a desk ticket belongs to.
type directory struct {
	b *Bridge
	// turn is held by the one caller that looks something up: others want the
	// same list more often than not, and giving up must not wait for it.
	turn chan struct{}

	companies *dated[reconcile.Companies]
	contacts  map[int64]*dated[reconcile.Contacts]
}

type dated[T any] struct {
	value T
	at    time.Time
}

func newDirectory(b *Bridge) *directory {
	return &directory{b: b, turn: make(chan struct{}, 1), contacts: map[int64]*dated[reconcile.Contacts]{}}
}

// place finds company and contact. An organization unknown to the PSA leads to
// the default company.
func (d *directory) place(ctx context.Context, w journal.Work, organization ticket.OrganizationID) (reconcile.Placement, error) {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return reconcile.Placement{}, ctx.Err()
	}
	company := d.b.Policy.DefaultCompany
	name := w.Organization.Name
	if name == "" && organization != 0 {
		found, err := d.b.Desk.Organizations(ctx, []ticket.OrganizationID{organization})
		if err != nil {
			return reconcile.Placement{}, fmt.Errorf("read organization %d: %w", organization, err)
		}
		if len(found) > 0 {
			name = found[0].Name
			if err := d.b.Store.Receive(ctx, journal.Intake{Organizations: found}); err != nil {
				return reconcile.Placement{}, fmt.Errorf("keep organization %d: %w", organization, err)
			}
		}
	}
	if name != "" {
		companies, err := d.companyIndex(ctx, name)
		if err != nil {
			return reconcile.Placement{}, err
		}
		if id := companies.ByName(name); id != 0 {
			company = id
		}
	}
	contacts, err := d.contactIndex(ctx, company, w.Requester.Email)
	if err != nil {
		return reconcile.Placement{}, err
	}
	return reconcile.Placement{Company: company, Contact: contacts.Resolve(w.Requester)}, nil
}

func (d *directory) companyIndex(ctx context.Context, name string) (reconcile.Companies, error) {
	known, err := catalog(ctx, d.b, d.companies, "companies", "", reconcile.NewCompanies,
		func(c reconcile.Companies) bool { return c.ByName(name) != 0 },
		d.b.PSA.Companies)
	if err != nil {
		return reconcile.Companies{}, fmt.Errorf("read companies: %w", err)
	}
	d.companies = known
	return known.value, nil
}

func (d *directory) contactIndex(ctx context.Context, company int64, email string) (reconcile.Contacts, error) {
	known, err := catalog(ctx, d.b, d.contacts[company], "contacts", strconv.FormatInt(company, 10), reconcile.NewContacts,
		func(c reconcile.Contacts) bool { return email == "" || c.Knows(email) },
		func(ctx context.Context) ([]ticket.PSAContact, error) { return d.b.PSA.Contacts(ctx, company) })
	if err != nil {
		return reconcile.Contacts{}, fmt.Errorf("read contacts of company %d: %w", company, err)
	}
	if len(d.contacts) >= contactsKept {
		clear(d.contacts)
	}
	d.contacts[company] = known
	return known.value, nil
}

// catalog returns what is kept of a list, or reads it anew: when nothing is
// kept, when it is old, or when what is looked for is missing and the list is
// not quite fresh.
func catalog[Item, Index any](
	ctx context.Context, b *Bridge, inMemory *dated[Index], kind, key string,
	index func([]Item) Index, has func(Index) bool, read func(context.Context) ([]Item, error),
) (*dated[Index], error) {
	now := b.Now()
	fresh := func(k *dated[Index]) bool {
		if k == nil {
			return false
		}
		age := now.Sub(k.at)
		return age >= 0 && (age < catalogMiss || age < catalogAge && has(k.value))
	}
	if fresh(inMemory) {
		return inMemory, nil
	}
	body, at, err := b.Store.Catalog(ctx, kind, key)
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		var list []Item
		if err := json.Unmarshal(body, &list); err == nil {
			if kept := (&dated[Index]{index(list), at}); fresh(kept) {
				return kept, nil
			}
		}
	}
	list, err := read(ctx)
	if err != nil {
		return nil, err
	}
	body, err = json.Marshal(list)
	if err != nil {
		return nil, err
	}
	if err := b.Store.SaveCatalog(ctx, kind, key, body, now); err != nil {
		return nil, err
	}
	return &dated[Index]{index(list), now}, nil
}

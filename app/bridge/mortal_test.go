package bridge_test

import (
	"context"
	"time"

	"deskbridge/app/journal"
	"deskbridge/app/ticket"
)

func (m mortal) Receive(ctx context.Context, in journal.Intake) error {
	return m.step(func() error { return m.Store.Receive(ctx, in) })
}

func (m mortal) Intend(ctx context.Context, entries []journal.Entry) error {
	return m.step(func() error { return m.Store.Intend(ctx, entries) })
}

func (m mortal) Record(ctx context.Context, o journal.Outcome) error {
	return m.step(func() error { return m.Store.Record(ctx, o) })
}

func (m mortal) Adopt(ctx context.Context, links []ticket.Link) error {
	return m.step(func() error { return m.Store.Adopt(ctx, links) })
}

func (m mortal) SetFact(ctx context.Context, name, value string) error {
	return m.step(func() error { return m.Store.SetFact(ctx, name, value) })
}

func (m mortal) SaveCatalog(ctx context.Context, kind, key string, body []byte, at time.Time) error {
	return m.step(func() error { return m.Store.SaveCatalog(ctx, kind, key, body, at) })
}

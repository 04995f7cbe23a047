package app

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"deskbridge/app/ticket"
)

// settingsVersion is the format that settings import reads and export writes.
const settingsVersion = 1

// DefaultSchedule is how often to sync when the settings do not say.
const DefaultSchedule = "*/5 * * * *"

// Settings is what a user decided, without any secret.
type Settings struct {
	Zendesk     ZendeskSettings
	ConnectWise ConnectWiseSettings
	Sync        SyncSettings
}

// ZendeskSettings says which desk, and as which OAuth client.
type ZendeskSettings struct {
	URL      string
	ClientID string
}

// ConnectWiseSettings says which PSA company, where, and with which public key.
// A URL with a path is the API base; without one the base is looked up.
type ConnectWiseSettings struct {
	Company   string
	URL       string
	PublicKey string
}

// SyncSettings says what goes where, from when, and how often.
type SyncSettings struct {
	Board          Ref
	DefaultCompany Ref
	Schedule       string // a cron line, by the wall clock of this computer
	Start          time.Time
	Statuses       map[ticket.Status]Ref
	Priorities     map[ticket.Priority]Ref
	TwoWay         TwoWay
}

// TwoWay says what is carried back to the desk.
type TwoWay struct {
	Comments bool
	Status   bool
}

// Ref names a board, company, status or priority of the PSA by name or by id;
// exactly one is set.
type Ref struct {
	Name string
	ID   int64
}

// String shows the reference as a person would write it.
func (r Ref) String() string {
	if r.Name != "" {
		return r.Name
	}
	return strconv.FormatInt(r.ID, 10)
}

// MarshalJSON writes a name as text and an id as a number.
func (r Ref) MarshalJSON() ([]byte, error) {
	if r.Name != "" {
		return json.Marshal(r.Name)
	}
	return json.Marshal(r.ID)
}

// Encode writes the settings as settings import reads them; equal settings give
// equal text.
func (s Settings) Encode() ([]byte, error) {
	type zendesk struct {
		URL      string `json:"url"`
		ClientID string `json:"client_id"`
	}
	type connectwise struct {
		Company   string `json:"company"`
		URL       string `json:"url"`
		PublicKey string `json:"public_key"`
	}
	type twoWay struct {
		Comments bool `json:"comments"`
		Status   bool `json:"status"`
	}
	type sync struct {
		Board          Ref     `json:"board"`
		DefaultCompany Ref     `json:"default_company"`
		Schedule       string  `json:"schedule"`
		Start          string  `json:"start,omitempty"`
		Statuses       ordered `json:"statuses"`
		Priorities     ordered `json:"priorities"`
		TwoWay         twoWay  `json:"two_way"`
	}
	file := struct {
		Version     int         `json:"version"`
		Zendesk     zendesk     `json:"zendesk"`
		ConnectWise connectwise `json:"connectwise"`
		Sync        sync        `json:"sync"`
	}{
		Version:     settingsVersion,
		Zendesk:     zendesk(s.Zendesk),
		ConnectWise: connectwise(s.ConnectWise),
		Sync: sync{
			Board: s.Sync.Board, DefaultCompany: s.Sync.DefaultCompany, Schedule: s.Sync.Schedule,
			Statuses:   inOrder(ticket.Statuses(), s.Sync.Statuses),
			Priorities: inOrder(ticket.Priorities(), s.Sync.Priorities),
			TwoWay:     twoWay(s.Sync.TwoWay),
		},
	}
	if !s.Sync.Start.IsZero() {
		file.Sync.Start = s.Sync.Start.UTC().Format(time.RFC3339Nano)
	}
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(file); err != nil {
		return nil, fmt.Errorf("encode settings: %w", err)
	}
	return []byte(out.String()), nil
}

// ordered is a JSON object whose keys keep their order.
type ordered []pair

type pair struct {
	key string
	ref Ref
}

func inOrder[K ~string](keys []K, refs map[K]Ref) ordered {
	var all ordered
	for _, k := range keys {
		if ref, ok := refs[k]; ok {
			all = append(all, pair{string(k), ref})
		}
	}
	return all
}

// MarshalJSON writes the pairs in order.
func (o ordered) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, p := range o {
		if i > 0 {
			out = append(out, ',')
		}
		ref, err := p.ref.MarshalJSON()
		if err != nil {
			return nil, err
		}
		out = append(strconv.AppendQuote(out, p.key), ':')
		out = append(out, ref...)
	}
	return append(out, '}'), nil
}

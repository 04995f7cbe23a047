package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"deskbridge/app/bridge"
	"deskbridge/app/connectwise"
	"deskbridge/app/event"
	"deskbridge/app/journal"
	"deskbridge/app/oauth"
	"deskbridge/app/rest"
	"deskbridge/app/store"
	"deskbridge/app/zendesk"
)

// integration is the GUID by which ConnectWise tells integrations apart. It is
// the vendor's, the same for every customer, and no secret
// (developer.connectwise.com, "ClientID").
const integration = "6d3c2f0e-8f0b-4c55-9d5e-2b7a4f1c9e38"

// connection is both services and what is kept of them, ready to be used.
type connection struct {
	*held
	settings Settings
	kept     *store.Connection
	account  string // names the desk account in markers
	desk     *zendesk.Client
	psa      *connectwise.Client
	keys     connectwise.Keys

	// tokens reaches Zendesk without credentials; signIn is where they are kept.
	tokens  *rest.Client
	signIn  oauth.Vault
	clients []*rest.Client
}

// connect prepares both services as the settings say. Nothing is asked yet.
// It returns ErrNotSetUp, ErrNoKey, or secret.ErrUnavailable.
func (h *held) connect(ctx context.Context) (*connection, error) {
	s, err := readSettings(ctx, h.db)
	if err != nil {
		return nil, err
	}
	account, company, err := s.pair()
	if err != nil {
		return nil, err
	}
	c := &connection{held: h, settings: s, account: account}
	if err := c.connectDesk(); err != nil {
		return nil, err
	}
	if err := c.connectPSA(company); err != nil {
		return nil, err
	}
	c.kept, err = h.db.Connection(ctx, account, company)
	return c, err
}

// pair names the connection: the desk account and the PSA company.
func (s Settings) pair() (account, company string, err error) {
	at, err := url.Parse(s.Zendesk.URL)
	if err != nil {
		return "", "", fmt.Errorf("read address of Zendesk: %w", err)
	}
	company, err = connectwise.ParseCompany(s.ConnectWise.Company)
	if err != nil {
		return "", "", &ChoiceError{Setting: "connectwise.company", Value: s.ConnectWise.Company, Why: err.Error()}
	}
	return zendesk.Account(at), company, nil
}

func (c *connection) connectDesk() error {
	at, err := url.Parse(c.settings.Zendesk.URL)
	if err != nil {
		return fmt.Errorf("read address of Zendesk: %w", err)
	}
	// Renewing has a client of its own: it must not wait behind the requests
	// that wait for it.
	tokens, err := rest.New(at)
	if err != nil {
		return fmt.Errorf("use address of Zendesk: %w", err)
	}
	c.equip(tokens, Zendesk)
	c.tokens, c.signIn = tokens, c.vault(c.settings)
	source := oauth.NewSource(&oauth.Server{Rest: tokens, ClientID: c.settings.Zendesk.ClientID}, c.signIn)
	source.Now, source.Log = c.opt.Now, c.log
	client, err := rest.New(at, zendesk.Budgets()...)
	if err != nil {
		return fmt.Errorf("use address of Zendesk: %w", err)
	}
	client.Authorize, client.Renew = source.Authorize, source.Renew
	c.equip(client, Zendesk)
	c.desk = zendesk.New(client)
	c.desk.Now = c.opt.Now
	return nil
}

func (c *connection) connectPSA(company string) error {
	key, err := c.privateKey(c.settings)
	if err != nil {
		return err
	}
	at, err := connectwise.ParseAddress(c.settings.ConnectWise.URL)
	if err != nil {
		return &ChoiceError{Setting: "connectwise.url", Value: c.settings.ConnectWise.URL, Why: err.Error()}
	}
	c.keys = connectwise.Keys{Company: company, Public: c.settings.ConnectWise.PublicKey, Private: key.Reveal()}
	c.psa, err = connectwise.New(at, c.keys, integration)
	if err != nil {
		return &ChoiceError{Setting: "connectwise.company", Value: c.settings.ConnectWise.Company, Why: err.Error()}
	}
	c.psa.Now = c.opt.Now
	c.equip(c.psa.HTTP, ConnectWise)
	return nil
}

// equip gives a client what all of ours have.
func (c *connection) equip(client *rest.Client, service Service) {
	client.Now, client.Sleep = c.opt.Now, c.opt.Sleep
	client.UserAgent = "Deskbridge/" + version
	client.Log = c.log.With(slog.String("service", string(service)))
	client.OnWait = func(until time.Time, why string) {
		c.opt.Hub.Publish(event.Waiting{Service: string(service), Until: until, Why: why})
	}
	c.clients = append(c.clients, client)
}

// requests counts what each service was asked so far.
func (c *connection) requests() (desk, psa int64) {
	for _, client := range c.clients {
		desk += client.Requests()
	}
	psa = c.psa.HTTP.Requests()
	return desk - psa, psa
}

// close drops idle connections to both services.
func (c *connection) close() {
	for _, client := range c.clients {
		client.Close()
	}
}

// bridge returns the bridge between both sides, with names in the settings
// looked up. fresh asks ConnectWise even where the answers are known.
func (c *connection) bridge(ctx context.Context, fresh bool) (*bridge.Bridge, error) {
	policy, err := c.policy(ctx, fresh)
	if err != nil {
		return nil, err
	}
	return &bridge.Bridge{
		Desk: deskSide{c.desk}, PSA: psaSide{c.psa}, Store: c.kept,
		Policy: policy, Account: c.account, Start: c.settings.Sync.Start,
		Workers: c.opt.Workers, Patience: c.patience(), Now: c.opt.Now, Sleep: c.opt.Sleep, Log: c.log,
		Publish: c.opt.Hub.Publish, Requests: c.requests,
	}, nil
}

// patience is how long a write in doubt is searched for: the bridge's own, unless
// both services are simulated here and asked to be quick.
func (c *connection) patience() journal.Patience {
	short, err := time.ParseDuration(c.opt.Getenv(EnvPatience))
	if err != nil || short <= 0 || !loopback(c.settings.Zendesk.URL) || !loopback(c.settings.ConnectWise.URL) {
		return journal.Patience{}
	}
	return journal.Patience{Searches: []time.Duration{0, short / 4, short}}
}

func loopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback()
}

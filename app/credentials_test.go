package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deskbridge/app"
	"deskbridge/app/secret"
	"deskbridge/app/simulator"
)

// bench is a simulated world and a data folder to work on it from.
type bench struct {
	*testing.T
	world    *simulator.World
	settings []byte
	dir      string
	notes    []string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	world, err := simulator.New(simulator.Options{Tickets: 3})
	if err != nil {
		t.Fatal(err)
	}
	running, err := world.Serve(t.Context(), "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Stop() })
	text := strings.NewReplacer(
		"https://acme.zendesk.com", running.Zendesk, "https://na.myconnectwise.net", running.ConnectWise,
		"abcDEF123", simulator.PublicKey, `"closed": 17`, `"closed": "Closed"`,
		`"P4"`, `"Priority 4 - Scheduled Maintenance"`, `"P2"`, `"Priority 2 - Quick Response"`, `"P1"`, `"Priority 1 - Emergency Response"`,
	).Replace(sample)
	return &bench{T: t, world: world, settings: []byte(text), dir: filepath.Join(t.TempDir(), "data")}
}

// environment hands over the sign-in of the simulated services.
func environment(name string) string {
	return map[string]string{
		app.EnvAccessToken:  simulator.AccessToken,
		app.EnvRefreshToken: simulator.RefreshToken,
		app.EnvPrivateKey:   simulator.PrivateKey,
	}[name]
}

func noEnvironment(string) string { return "" }

// app returns a fresh application, as each command is one.
func (b *bench) app(secrets secret.Store, getenv func(string) string) *app.App {
	return app.New(app.Options{
		DataDir: b.dir, Headless: true, Secrets: secrets, Getenv: getenv,
		Note: func(text string) { b.notes = append(b.notes, text) },
	})
}

func (b *bench) importAs(secrets secret.Store, getenv func(string) string) app.Imported {
	b.Helper()
	in, err := b.app(secrets, getenv).ImportSettings(b.Context(), b.settings)
	if err != nil {
		b.Fatal(err)
	}
	return in
}

func (b *bench) sync(secrets secret.Store, getenv func(string) string) {
	b.Helper()
	if res, err := b.app(secrets, getenv).Sync(b.Context()); err != nil {
		b.Fatalf("sync: %v (%+v)", err, res.Problems)
	}
}

// refuses checks that a sync ends with the given code.
func (b *bench) refuses(code string, secrets secret.Store, getenv func(string) string) {
	b.Helper()
	res, err := b.app(secrets, getenv).Sync(b.Context())
	if err == nil {
		b.Fatal("sync went through")
	}
	if got := app.Explain(err).Code; got != code || res.Outcome != app.Failed || res.Problems[len(res.Problems)-1].Code != code {
		b.Fatalf("sync ended with %s (%v), want %s", got, err, code)
	}
}

// missing is a keychain that is not there. It counts who asked.
type missing struct{ asked int }

func (m *missing) no() error {
	m.asked++
	return &secret.UnavailableError{Verb: "read", Advice: "Install one.", Err: errors.New("no such service")}
}
func (m *missing) Get(string) (secret.Text, error) { return "", m.no() }
func (m *missing) Set(string, secret.Text) error   { return m.no() }
func (m *missing) Delete(string) error             { return m.no() }

func TestCredentials_ImportMovesSecretsIntoTheKeychain(t *testing.T) {
	b := newBench(t)
	var keychain secret.Memory
	in := b.importAs(&keychain, environment)
	if len(in.Stored) != 2 {
		t.Errorf("stored %q, want the sign-in and the key", in.Stored)
	}
	b.sync(&keychain, noEnvironment)

	root, err := os.OpenRoot(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, name := range []string{"deskbridge.db", "logs/deskbridge.log"} {
		text, err := root.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, leak := range []string{simulator.AccessToken, simulator.RefreshToken, "acme+public:private"} {
			if strings.Contains(string(text), leak) {
				t.Errorf("%s holds %q", name, leak)
			}
		}
	}
}

func TestCredentials_WithoutAnySecretItSaysWhich(t *testing.T) {
	b := newBench(t)
	var keychain secret.Memory
	b.importAs(&keychain, noEnvironment)
	b.refuses("key_missing", &keychain, noEnvironment)
	b.refuses("sign_in_needed", &keychain, func(name string) string {
		if name == app.EnvPrivateKey {
			return simulator.PrivateKey
		}
		return ""
	})
	b.refuses("keychain_unavailable", &missing{}, noEnvironment)
}

func TestCredentials_EnvironmentNeedsNoKeychain(t *testing.T) {
	b := newBench(t)
	keychain := &missing{}
	b.importAs(keychain, environment)
	if len(b.notes) != 2 || !strings.Contains(b.notes[0], "secrets were not stored") {
		t.Errorf("notes %q, want one about the secrets and one about the way back", b.notes)
	}
	keychain.asked = 0
	b.sync(keychain, environment)
	if keychain.asked != 0 {
		t.Errorf("the keychain was asked %d times although the environment has all", keychain.asked)
	}
}

func TestCredentials_RenewedPairOutlivesTheVariables(t *testing.T) {
	for name, imported := range map[string]func(string) string{
		"when the import stored the same pair": environment,
		"when the keychain was empty":          noEnvironment,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			var keychain secret.Memory
			b.importAs(&keychain, imported)
			b.world.Desk.ExpireToken(simulator.AccessToken)
			b.sync(&keychain, environment) // renews
			b.sync(&keychain, environment) // the variables still hold the used-up pair
			if len(imported(app.EnvAccessToken)) > 0 {
				b.sync(&keychain, noEnvironment)
			}
		})
	}
}

func TestCredentials_RenewedWithoutKeychainIsSaid(t *testing.T) {
	b := newBench(t)
	b.importAs(&missing{}, environment)
	b.world.Desk.ExpireToken(simulator.AccessToken)
	b.notes = nil
	b.sync(&missing{}, environment)
	if len(b.notes) != 1 || !strings.Contains(b.notes[0], "are used up") {
		t.Errorf("notes %q, want one that the pair is used up", b.notes)
	}
	b.refuses("sign_in_needed", &missing{}, environment)
}

func TestCredentials_AGivenPairLeavesAnotherSignInAlone(t *testing.T) {
	b := newBench(t)
	var keychain secret.Memory
	access, refresh := b.world.Desk.MintToken(b.world.Desk.Users()[0].ID, "read", "write")
	b.importAs(&keychain, func(name string) string {
		return map[string]string{app.EnvAccessToken: access, app.EnvRefreshToken: refresh, app.EnvPrivateKey: simulator.PrivateKey}[name]
	})
	b.world.Desk.ExpireToken(simulator.AccessToken)
	b.sync(&keychain, environment)
	b.sync(&keychain, environment)
	b.sync(&keychain, noEnvironment)
}

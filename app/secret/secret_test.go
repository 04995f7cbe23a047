package secret_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"deskbridge/app/secret"
)

func TestText_NeverPrints(t *testing.T) {
	const word = "hunter2"
	s := secret.Text(word)
	inside := struct {
		Token secret.Text
		Named map[string]secret.Text
		List  []*secret.Text
	}{s, map[string]secret.Text{"a": s}, []*secret.Text{&s}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%10.3s", "%U"} {
		fmt.Fprintf(&out, verb+"\n", s)
		fmt.Fprintf(&out, verb+"\n", &s)
		fmt.Fprintf(&out, verb+"\n", inside)
	}
	fmt.Fprintln(&out, errors.New(fmt.Sprint("bad token ", s)))
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "token", s, "inside", inside)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "token", s, "inside", inside)
	if err := json.NewEncoder(&out).Encode(inside); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Contains(got, word) || strings.Contains(got, fmt.Sprintf("%x", word)) {
		t.Errorf("the secret got out:\n%s", got)
	}
	if s.Reveal() != word {
		t.Error("Reveal does not reveal")
	}
}

// keeps checks what every store promises.
func keeps(t *testing.T, s secret.Store) {
	t.Helper()
	const name = "zendesk/acme/access token ü"
	if _, err := s.Get(name); !errors.Is(err, secret.ErrNotFound) {
		t.Errorf("Get of nothing = %v", err)
	}
	for _, value := range []secret.Text{"one", "", "line\nbreak \x01 ü", secret.Text(strings.Repeat("x", secret.MaxSize))} {
		if err := s.Set(name, value); err != nil {
			t.Fatalf("Set: %v", err)
		}
		if got, err := s.Get(name); err != nil || got.Reveal() != value.Reveal() {
			t.Errorf("Get = %q, %v; want %q", got.Reveal(), err, value.Reveal())
		}
	}
	if err := s.Set(name, secret.Text(strings.Repeat("x", secret.MaxSize+1))); !errors.Is(err, secret.ErrTooLarge) {
		t.Errorf("Set of too much = %v", err)
	}
	if got, err := s.Get(name); err != nil || len(got) != secret.MaxSize {
		t.Errorf("a refused write changed the item: %d bytes, %v", len(got), err)
	}
	if err := s.Set("", "x"); err == nil {
		t.Error("an item without a name was written")
	}
	for range 2 {
		if err := s.Delete(name); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	if _, err := s.Get(name); !errors.Is(err, secret.ErrNotFound) {
		t.Errorf("Get after Delete = %v", err)
	}
}

func TestMemory(t *testing.T) { keeps(t, &secret.Memory{}) }

// The provider of go-keyring is one for the process: these tests do not run at
// the same time as each other.
func TestKeychain_Mock(t *testing.T) {
	keyring.MockInit()
	keeps(t, secret.Keychain{})
}

func TestKeychain_Unavailable(t *testing.T) {
	gone := errors.New("The name org.freedesktop.secrets was not provided by any .service files")
	keyring.MockInitWithError(gone)
	s := secret.Keychain{}
	_, err := s.Get("x")
	for _, err := range []error{err, s.Set("x", "y"), s.Delete("x")} {
		e, ok := errors.AsType[*secret.UnavailableError](err)
		if !ok || !errors.Is(err, secret.ErrUnavailable) || !errors.Is(err, gone) || e.Advice == "" {
			t.Errorf("error = %v", err)
		}
		if errors.Is(err, secret.ErrNotFound) {
			t.Error("an unavailable keychain reads as an empty one")
		}
	}
}

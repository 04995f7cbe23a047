package secret

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/zalando/go-keyring"
)

// service is the name all our items carry in the keychain.
const service = "Deskbridge"

// Keychain is the operating system's own store: Keychain on macOS, Credential
// Manager on Windows, the Secret Service elsewhere. Every call may ask the
// person at the machine, so read each item once and keep it.
type Keychain struct{}

// Get returns the item, ErrNotFound, or an UnavailableError.
func (Keychain) Get(name string) (Text, error) {
	value, err := keyring.Get(service, name)
	if err != nil {
		return "", explain("read", name, err)
	}
	return Text(value), nil
}

// Set writes the item, or returns ErrTooLarge or an UnavailableError.
func (Keychain) Set(name string, value Text) error {
	if err := check(name, value); err != nil {
		return err
	}
	if err := keyring.Set(service, name, value.Reveal()); err != nil {
		return explain("write", name, err)
	}
	return nil
}

// Delete removes the item, or returns an UnavailableError.
func (Keychain) Delete(name string) error {
	err := keyring.Delete(service, name)
	if err == nil || errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return explain("delete", name, err)
}

// UnavailableError says why the keychain cannot be used and what to do about
// it. It is an ErrUnavailable.
type UnavailableError struct {
	Verb, Name string
	Advice     string
	Err        error
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("%s %q: %v: %v", e.Verb, e.Name, ErrUnavailable, e.Err)
}

// Unwrap returns what the keychain said.
func (e *UnavailableError) Unwrap() error { return e.Err }

// Is makes it ErrUnavailable.
func (e *UnavailableError) Is(target error) bool { return target == ErrUnavailable }

// explain turns the keychain's errors into ours. Only "not found" is typed
// there; a missing service, a missing bus and a locked collection differ in
// text alone, and all mean the same to us.
func explain(verb, name string, err error) error {
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return fmt.Errorf("%s %q: %w", verb, name, ErrNotFound)
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return fmt.Errorf("%s %q: %w", verb, name, ErrTooLarge)
	}
	return &UnavailableError{Verb: verb, Name: name, Advice: advice(runtime.GOOS), Err: err}
}

func advice(system string) string {
	switch system {
	case "darwin":
		return "Open Keychain Access, unlock the login keychain and allow Deskbridge to use it."
	case "windows":
		return "Open Services and start the Credential Manager, then try again."
	}
	return "Install and unlock a keyring such as GNOME Keyring or KWallet, " +
		"or give the secrets to a headless command in its environment."
}

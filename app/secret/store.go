package secret

import (
	"errors"
	"fmt"
	"sync"
)

// MaxSize is the largest item in bytes. Windows takes 2,560 and macOS counts
// the name too, so every keychain takes this much.
const MaxSize = 2000

var (
	// ErrNotFound: there is no such item.
	ErrNotFound = errors.New("secret not found")
	// ErrUnavailable: there is no keychain, or it does not let us in.
	ErrUnavailable = errors.New("keychain unavailable")
	// ErrTooLarge: the item is larger than MaxSize and was not written.
	ErrTooLarge = fmt.Errorf("secret larger than %d bytes", MaxSize)
)

// Store keeps secrets by name.
type Store interface {
	// Get returns ErrNotFound for an item that is not there.
	Get(name string) (Text, error)
	// Set returns ErrTooLarge without writing when value exceeds MaxSize.
	Set(name string, value Text) error
	// Delete is done when the item is gone, whether or not it was there.
	Delete(name string) error
}

// Memory is a Store that forgets everything with the process, for tests and the
// demo. Its zero value is ready.
type Memory struct {
	mu    sync.Mutex
	items map[string]Text
}

// Get returns the item, or ErrNotFound.
func (m *Memory) Get(name string) (Text, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.items[name]
	if !ok {
		return "", fmt.Errorf("read %q: %w", name, ErrNotFound)
	}
	return value, nil
}

// Set keeps value under name.
func (m *Memory) Set(name string, value Text) error {
	if err := check(name, value); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.items == nil {
		m.items = make(map[string]Text)
	}
	m.items[name] = value
	return nil
}

// Delete removes the item.
func (m *Memory) Delete(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.items, name)
	return nil
}

func check(name string, value Text) error {
	if name == "" {
		return errors.New("secret without a name")
	}
	if len(value) > MaxSize {
		return fmt.Errorf("write %q: %w", name, ErrTooLarge)
	}
	return nil
}

// Package secret keeps tokens, keys and passwords where the operating system
// keeps its own, and keeps them out of everything that prints.
//
// It decides how large an item may be and which failures mean that there is no
// keychain. It refuses to know what the items are for, and never falls back to
// a file: without a keychain there is an error with advice, or the environment,
// which the application reads itself.
//
// The one rule: a secret leaves this package only through Reveal.
package secret

import (
	"fmt"
	"log/slog"
)

const hidden = "[hidden]"

// Text is a secret in memory. Printed, logged or encoded it reads [hidden].
type Text string

// Reveal returns the secret itself, for the one place that sends or stores it.
func (t Text) Reveal() string { return string(t) }

// Empty tells whether there is no secret.
func (t Text) Empty() bool { return t == "" }

// String hides the secret from every fmt verb; see also Format.
func (Text) String() string { return hidden }

// GoString hides it from %#v.
func (Text) GoString() string { return hidden }

// Format hides it from verbs that would look past String, such as %x and %d.
func (Text) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// LogValue hides it from slog.
func (Text) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalJSON hides it from JSON.
func (Text) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// MarshalText hides it from encoders other than JSON.
func (Text) MarshalText() ([]byte, error) { return []byte(hidden), nil }

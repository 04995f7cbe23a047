package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Exit is how a command ends.
type Exit int

// The exit codes of the command line.
const (
	ExitDone     Exit = 0 // done and nothing wrong
	ExitFailed   Exit = 1
	ExitUsage    Exit = 2
	ExitSetUp    Exit = 3 // not set up, or sign-in needed
	ExitProblems Exit = 4 // done, but problems are open
)

// Trouble is an error in words for a person: what happened and what it means
// for tickets, then what to do.
type Trouble struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Next    string `json:"next"`
	Exit    Exit   `json:"-"`
}

// What the application itself can find wanting.
var (
	// ErrNotSetUp: there are no settings in the data folder yet.
	ErrNotSetUp = errors.New("not set up")
	// ErrNoKey: neither environment nor keychain has the ConnectWise private key.
	ErrNoKey = errors.New("no ConnectWise private key")
	// ErrDemo: the demo did not keep one of its promises.
	ErrDemo = errors.New("demo failed")
)

// Service names one of the two systems, as people call it.
type Service string

// The two services.
const (
	Zendesk     Service = "Zendesk"
	ConnectWise Service = "ConnectWise"
)

// SideError says which service an error came from.
type SideError struct {
	Service Service
	Err     error
}

func (e *SideError) Error() string { return string(e.Service) + ": " + e.Err.Error() }

// Unwrap returns what happened there.
func (e *SideError) Unwrap() error { return e.Err }

// KeyError: ConnectWise refused the keys, and looking at them shows why it may
// have.
type KeyError struct {
	Hints []string // sentences
	Err   error
}

func (e *KeyError) Error() string { return e.Err.Error() }

// Unwrap returns the refusal.
func (e *KeyError) Unwrap() error { return e.Err }

// ChoiceError: the settings name something that ConnectWise does not have, or
// that cannot be used.
type ChoiceError struct {
	Setting string // path in the settings, such as sync.board
	Value   string
	Why     string   // a sentence
	Usable  []string // names that would work
}

func (e *ChoiceError) Error() string {
	return fmt.Sprintf("%s %q: %s", e.Setting, e.Value, e.Why)
}

// Explain turns any error into words. It is the only place that does, with its
// parts in errors_local (this computer) and errors_remote (the services). What it
// does not know is "internal", and belongs into the log whole.
func Explain(err error) Trouble {
	for _, explain := range []func(error) (Trouble, bool){
		explainStop, explainSetUp, explainFolder, explainSecret, explainConsent, explainAddress, explainNetwork, explainService,
	} {
		if t, ok := explain(err); ok {
			return t
		}
	}
	return Trouble{
		Code: "internal", Exit: ExitFailed,
		Message: "Deskbridge met something it did not expect: " + err.Error() + ". What was written so far is recorded; nothing is lost or sent twice.",
		Next:    "Run the command again with --verbose; if it stays, report what it prints.",
	}
}

func explainStop(err error) (Trouble, bool) {
	if !errors.Is(err, context.Canceled) {
		return Trouble{}, false
	}
	return Trouble{
		Code: "stopped", Exit: ExitProblems,
		Message: "Stopped as asked. Writes that were under way are finished and recorded; the rest waits.",
		Next:    "Run the command again to go on where it stopped.",
	}, true
}

func explainSetUp(err error) (Trouble, bool) {
	var choice *ChoiceError
	var wrong *SettingsError
	switch {
	case errors.As(err, &wrong):
		return Trouble{
			Code: "settings_invalid", Exit: ExitFailed,
			Message: "The settings were not taken; those from before stay in use.\n  " + strings.Join(wrong.Complaints, "\n  "),
			Next:    "Correct the file and import it again.",
		}, true
	case errors.As(err, &choice):
		return explainChoice(choice), true
	case errors.Is(err, ErrNotSetUp):
		return Trouble{
			Code: "not_set_up", Exit: ExitSetUp,
			Message: "Deskbridge is not set up in this data folder, so there is nothing to carry yet.",
			Next:    "Run \"deskbridge settings import FILE\", or \"deskbridge demo --headless\" to see it work without any account.",
		}, true
	case errors.Is(err, ErrNoKey):
		return Trouble{
			Code: "key_missing", Exit: ExitSetUp,
			Message: "There is no ConnectWise private key, so no ticket can be written.",
			Next:    "Set " + EnvPrivateKey + " and run the command again, or import the settings with it set to keep it in the keychain.",
		}, true
	case errors.Is(err, ErrDemo):
		return Trouble{
			Code: "demo_failed", Exit: ExitFailed,
			Message: "The demo did not come out as promised: " + strings.TrimPrefix(err.Error(), ErrDemo.Error()+": ") + ".",
			Next:    "Run it again with --verbose and report what it prints.",
		}, true
	}
	return Trouble{}, false
}

// suggested bounds how many names an error lists.
const suggested = 12

func explainChoice(choice *ChoiceError) Trouble {
	next := "Correct " + choice.Setting + " in the settings and import them again."
	if names := choice.Usable; len(names) > 0 {
		more := "."
		if len(names) > suggested {
			more = fmt.Sprintf(" and %d more.", len(names)-suggested)
			names = names[:suggested]
		}
		next = "Choose one of these for " + choice.Setting + " and import the settings again: " + strings.Join(names, ", ") + more
	}
	return Trouble{
		Code: "choice_unknown", Exit: ExitSetUp,
		Message: fmt.Sprintf("%s is %q in the settings. %s No ticket is carried until this is settled.", choice.Setting, choice.Value, choice.Why),
		Next:    next,
	}
}

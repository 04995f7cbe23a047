// Package app is the running application that both faces, window and command
// line, call: it wires the parts together, owns their lifetime, and offers each
// thing a user can do as one method.
//
// It decides where things are kept, which secrets are used, and what an error
// means to a person. It refuses to know how tickets are planned or sent, and how
// anything is shown. The one rule: whoever writes or signs in holds the lock of
// the data folder first.
//
// Files: settings, settings_read and jsontree (what a user decided), folder and
// hold (data folder, lock, database, log), credentials (secrets), connect and
// choices (the two services, and what the settings name there), sync, verify,
// doctor and status (what a user can do), simulate and demo (the same without
// accounts), errors, errors_local and errors_remote (what went wrong, in words).
package app

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"os"
	"time"

	"deskbridge/app/event"
	"deskbridge/app/logging"
	"deskbridge/app/secret"
)

// The variables that hand over secrets.
const (
	EnvAccessToken  = "DESKBRIDGE_ZENDESK_ACCESS_TOKEN"
	EnvRefreshToken = "DESKBRIDGE_ZENDESK_REFRESH_TOKEN"
	EnvPrivateKey   = "DESKBRIDGE_CONNECTWISE_PRIVATE_KEY"
)

// EnvPatience shortens how long a write without an answer is searched for. It
// counts only where both services are on this computer, that is simulated.
const EnvPatience = "DESKBRIDGE_SIMULATED_PATIENCE"

// linesKept is how many log lines the activity screen can look back on.
const linesKept = 500

// Options is what an application runs with. The zero value works.
type Options struct {
	DataDir string // empty: DefaultDataDir
	// Headless takes secrets from the environment where they are set there.
	Headless bool
	Getenv   func(string) string // nil: os.Getenv
	Secrets  secret.Store        // nil: the keychain of the operating system
	// Verbose receives the log as well; nil: nobody.
	Verbose io.Writer
	// Note receives single sentences for the person at work; nil: nobody.
	Note func(text string)
	// Hub receives the news of runs; nil: nobody.
	Hub *event.Hub
	// Workers is how many tickets are under way at once; zero: the bridge decides.
	Workers int

	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// App is one application. Its methods may be called from many goroutines; those
// that need the data folder for themselves return store.ErrInUse while another
// has it.
type App struct {
	opt    Options
	folder folder
	ring   *logging.Ring
}

// New returns an application; nothing is read or written yet.
func New(o Options) *App {
	o.DataDir = cmp.Or(o.DataDir, DefaultDataDir())
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Secrets == nil {
		o.Secrets = secret.Keychain{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &App{opt: o, folder: folder(o.DataDir), ring: logging.NewRing(linesKept)}
}

// DataDir is where settings, database and logs are.
func (a *App) DataDir() string { return string(a.folder) }

// Recent returns the newest log lines, oldest first.
func (a *App) Recent() []logging.Line { return a.ring.Lines() }

func (a *App) note(text string) {
	if a.opt.Note != nil {
		a.opt.Note(text)
	}
}

// env returns a variable, where the environment counts.
func (a *App) env(name string) secret.Text {
	if !a.opt.Headless {
		return ""
	}
	return secret.Text(a.opt.Getenv(name))
}

// logger returns a logger into the data folder, and what closes it.
func (a *App) logger() (*slog.Logger, io.Closer, error) {
	return logging.Open(logging.Options{Dir: a.folder.logs(), Verbose: a.opt.Verbose, Ring: a.ring})
}

// Package logging decides where log lines go and what never gets into them: a
// rotated file in the data folder, stderr when asked for, and the newest lines
// in memory for the activity screen.
//
// It refuses to know who logs and why. The one rule: no secret and no mail
// address passes, whatever the caller wrote.
//
// The names of attributes, listed here and nowhere else:
//
//	run       id of a run                    took      how long something lasted
//	outcome   how a run ended                phase     what a run is busy with
//	ticket    desk ticket                    psa       PSA ticket
//	comment   desk comment                   note      PSA note
//	entry     journal entry                  op        kind of operation
//	service   zendesk or connectwise         status    HTTP status
//	method    HTTP method                    path      HTTP path without its query
//	attempt   how often it was tried         wait      how long we wait
//	until     when something goes on         next      when something comes next
//	tickets   a number of tickets            comments  a number of comments
//	ops       a number of operations         requests  a number of requests
//	code      error code, as shown           err       error, whole
//	folder    data folder                    version   version of the program
//	field     name of a setting or field     count     any other number
package logging

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"gopkg.in/natefinch/lumberjack.v2"
)

// Options says where lines go besides the file.
type Options struct {
	// Dir is the folder of the log file; empty: no file.
	Dir string
	// Verbose receives debug lines too, as text; nil: nobody.
	Verbose io.Writer
	// Ring keeps the newest lines; nil: not kept.
	Ring *Ring
}

// Open returns a logger, and what closes its file. It fails only when Dir cannot
// be made; a file that cannot be written later (a full disk) loses lines and
// nothing else.
func Open(o Options) (*slog.Logger, io.Closer, error) {
	var handlers []slog.Handler
	var file io.Closer = io.NopCloser(nil)
	if o.Dir != "" {
		if err := os.MkdirAll(o.Dir, 0o700); err != nil {
			return nil, nil, fmt.Errorf("make log folder: %w", err)
		}
		// lumberjack makes its files 0600.
		f := &lumberjack.Logger{
			Filename:   filepath.Join(o.Dir, "deskbridge.log"),
			MaxSize:    10, // megabytes
			MaxBackups: 5,
			MaxAge:     90, // days
		}
		file = f
		handlers = append(handlers, slog.NewJSONHandler(f, &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
	if o.Verbose != nil {
		handlers = append(handlers, slog.NewTextHandler(o.Verbose, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if o.Ring != nil {
		handlers = append(handlers, &ringHandler{ring: o.Ring})
	}
	return slog.New(Redact(slog.NewMultiHandler(handlers...))), file, nil
}

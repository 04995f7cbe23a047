package logging_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"deskbridge/app/logging"
)

// key stands for a secret type.
type key string

func (key) LogValue() slog.Value { return slog.StringValue("[hidden]") }

const leak = "s3cr3t-value"

func TestRedact_NothingSecretPasses(t *testing.T) {
	for name, log := range map[string]func(*slog.Logger){
		"a secret type":            func(l *slog.Logger) { l.Info("x", "key", key(leak)) },
		"a header by name":         func(l *slog.Logger) { l.Info("x", "Authorization", leak) },
		"a header in lower case":   func(l *slog.Logger) { l.Info("x", "proxy-authorization", leak) },
		"a token by name":          func(l *slog.Logger) { l.Info("x", "access_token", leak) },
		"a set of headers":         func(l *slog.Logger) { l.Info("x", "headers", http.Header{"X-Api": {leak}}) },
		"a bearer token in text":   func(l *slog.Logger) { l.Info("sent Bearer " + leak) },
		"basic credentials":        func(l *slog.Logger) { l.Info("x", "line", "Basic "+leak) },
		"a token in a query":       func(l *slog.Logger) { l.Info("x", "path", "/a?refresh_token="+leak+"&b=1") },
		"a token in JSON":          func(l *slog.Logger) { l.Info("x", "answer", `{"access_token": "`+leak+`"}`) },
		"an error with a token":    func(l *slog.Logger) { l.Info("x", "err", errors.New("bad private_key="+leak)) },
		"a token in a struct":      func(l *slog.Logger) { l.Info("x", "v", struct{ Password string }{leak}) },
		"an attribute of a logger": func(l *slog.Logger) { l.With("token", leak).Info("x") },
		"an attribute in a group":  func(l *slog.Logger) { l.WithGroup("g").Info("x", slog.Group("h", "cookie", leak)) },
		"a mail address":           func(l *slog.Logger) { l.Info("mail from " + leak + "@acme.example") },
		"a mail address in an error": func(l *slog.Logger) {
			l.Warn("x", "err", errors.New("contact <"+leak+"@mail.acme.example> unknown"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			ring := logging.NewRing(8)
			logger, closer, err := logging.Open(logging.Options{Verbose: &out, Ring: ring})
			if err != nil {
				t.Fatal(err)
			}
			defer closer.Close()
			log(logger)
			if out.Len() == 0 || strings.Contains(out.String(), leak) {
				t.Errorf("wrote %q", out.String())
			}
			for _, line := range ring.Lines() {
				if strings.Contains(line.Message+line.Facts, leak) {
					t.Errorf("kept %+v", line)
				}
			}
		})
	}
}

func TestRedact_FactsStay(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(logging.Redact(slog.NewTextHandler(&out, nil)))
	logger.Info("note added", "ticket", 4711, "psa", 12, "path", "/service/tickets/12/notes", "status", 201)
	for _, want := range []string{`msg="note added"`, "ticket=4711", "psa=12", "path=/service/tickets/12/notes", "status=201"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q lacks %q", out.String(), want)
		}
	}
}

func TestOpen_FileIsPrivateAndQuiet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	logger, closer, err := logging.Open(logging.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	logger.Debug("debug line")
	logger.Info("run settled", "run", 1)
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "deskbridge.log")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(text); !strings.Contains(s, `"msg":"run settled","run":1`) || strings.Contains(s, "debug line") {
		t.Errorf("file holds %q", s)
	}
	if runtime.GOOS == "windows" {
		return
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("file mode %v, want 0600", info.Mode().Perm())
	}
	if info, err = os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder mode %v (%v), want 0700", info.Mode().Perm(), err)
	}
}

func TestRing_KeepsTheNewest(t *testing.T) {
	ring := logging.NewRing(3)
	logger, closer, err := logging.Open(logging.Options{Ring: ring})
	if err != nil {
		t.Fatal(err)
	}
	defer closer.Close()
	for i := range 5 {
		logger.With("run", i).WithGroup("g").Info("line", "op", i)
	}
	got := ring.Lines()
	if len(got) != 3 || got[0].Facts != "run=2 g.op=2" || got[2].Facts != "run=4 g.op=4" {
		t.Errorf("kept %+v", got)
	}
}

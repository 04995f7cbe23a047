package app_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"deskbridge/app"
	"deskbridge/app/connectwise"
	"deskbridge/app/oauth"
	"deskbridge/app/rest"
	"deskbridge/app/secret"
	"deskbridge/app/store"
	"deskbridge/app/ticket"
	"deskbridge/app/zendesk"
)

// explained is every error our packages can hand up, by the name it is declared
// under, and what a person is told.
func explained() map[string]struct {
	err  error
	code string
	exit app.Exit
} {
	desk := func(err error) error { return fmt.Errorf("read: %w", &app.SideError{Service: app.Zendesk, Err: err}) }
	psa := func(err error) error {
		return fmt.Errorf("write: %w", &app.SideError{Service: app.ConnectWise, Err: err})
	}
	away := &rest.UnavailableError{Method: "GET", Path: "/x", Err: errors.New("connection refused")}
	return map[string]struct {
		err  error
		code string
		exit app.Exit
	}{
		"app.ErrNotSetUp":   {app.ErrNotSetUp, "not_set_up", app.ExitSetUp},
		"app.ErrNoKey":      {app.ErrNoKey, "key_missing", app.ExitSetUp},
		"app.ErrDemo":       {fmt.Errorf("%w: 3 tickets are missing", app.ErrDemo), "demo_failed", app.ExitFailed},
		"app.SettingsError": {&app.SettingsError{Complaints: []string{"line 3: sync.bord: unknown key"}}, "settings_invalid", app.ExitFailed},
		"app.ChoiceError":   {&app.ChoiceError{Setting: "sync.board", Value: "X", Why: "It is not there."}, "choice_unknown", app.ExitSetUp},
		"app.SideError":     {psa(ticket.ErrSignIn), "key_refused", app.ExitSetUp},
		"app.KeyError":      {&app.KeyError{Hints: []string{"It is cut short."}, Err: psa(ticket.ErrSignIn)}, "key_refused", app.ExitSetUp},

		"ticket.ErrOutcomeUnknown": {psa(ticket.ErrOutcomeUnknown), "outcome_unknown", app.ExitProblems},
		"ticket.ErrGone":           {psa(ticket.ErrGone), "gone", app.ExitFailed},
		"ticket.ErrSignIn":         {desk(ticket.ErrSignIn), "sign_in_needed", app.ExitSetUp},
		"ticket.ErrForbidden":      {psa(ticket.ErrForbidden), "right_missing", app.ExitFailed},
		"ticket.ErrConflict":       {psa(ticket.ErrConflict), "conflict", app.ExitFailed},
		"ticket.ErrUnavailable":    {desk(ticket.ErrUnavailable), "service_unavailable", app.ExitFailed},
		"ticket.ErrMalformed":      {desk(ticket.ErrMalformed), "answer_malformed", app.ExitFailed},
		"ticket.ErrNotYet":         {desk(ticket.ErrNotYet), "too_recent", app.ExitFailed},
		"ticket.ErrFilterRefused":  {psa(ticket.ErrFilterRefused), "filter_refused", app.ExitFailed},
		"ticket.ErrCursorRefused":  {desk(ticket.ErrCursorRefused), "cursor_refused", app.ExitFailed},

		"rest.ErrMalformed":     {desk(fmt.Errorf("%w: %w", ticket.ErrUnavailable, rest.ErrMalformed)), "answer_malformed", app.ExitFailed},
		"rest.UnknownError":     {psa(fmt.Errorf("%w: %w", ticket.ErrOutcomeUnknown, &rest.UnknownError{Err: errors.New("cut")})), "outcome_unknown", app.ExitProblems},
		"rest.StatusError":      {psa(fmt.Errorf("%w: %w", ticket.ErrUnavailable, &rest.StatusError{Status: 503})), "service_unavailable", app.ExitFailed},
		"rest.LimitError":       {desk(fmt.Errorf("%w: %w", ticket.ErrUnavailable, &rest.LimitError{Until: time.Now()})), "throttled", app.ExitFailed},
		"rest.UnavailableError": {desk(fmt.Errorf("%w: %w", ticket.ErrUnavailable, away)), "service_unavailable", app.ExitFailed},
		"rest.CredentialError":  {desk(fmt.Errorf("%w: %w", ticket.ErrSignIn, &rest.CredentialError{Err: oauth.ErrConsentNeeded})), "sign_in_needed", app.ExitSetUp},

		"oauth.ErrConsentNeeded": {desk(oauth.ErrConsentNeeded), "sign_in_needed", app.ExitSetUp},
		"oauth.ErrNotStored":     {desk(fmt.Errorf("%w: %w", oauth.ErrNotStored, secret.ErrTooLarge)), "tokens_not_stored", app.ExitFailed},
		"oauth.TokenError":       {desk(fmt.Errorf("%w: %w", ticket.ErrSignIn, &oauth.TokenError{Status: 400, Code: "invalid_scope"})), "sign_in_needed", app.ExitSetUp},

		"oauth.ErrDenied":        {oauth.ErrDenied, "consent_denied", app.ExitSetUp},
		"oauth.ErrTimeout":       {oauth.ErrTimeout, "consent_timeout", app.ExitSetUp},
		"oauth.ErrPortsTaken":    {oauth.ErrPortsTaken, "ports_taken", app.ExitFailed},
		"oauth.ErrStateMismatch": {oauth.ErrStateMismatch, "consent_mixed_up", app.ExitSetUp},
		"oauth.AuthorizeError":   {&oauth.AuthorizeError{Code: "invalid_scope", Description: "No."}, "consent_failed", app.ExitSetUp},

		"secret.ErrNotFound":      {secret.ErrNotFound, "sign_in_needed", app.ExitSetUp},
		"secret.ErrUnavailable":   {secret.ErrUnavailable, "keychain_unavailable", app.ExitSetUp},
		"secret.UnavailableError": {&secret.UnavailableError{Advice: "Unlock it.", Err: errors.New("locked")}, "keychain_unavailable", app.ExitSetUp},
		"secret.ErrTooLarge":      {secret.ErrTooLarge, "secret_too_large", app.ExitFailed},

		"store.ErrNewer":    {store.ErrNewer, "database_newer", app.ExitFailed},
		"store.ErrOlder":    {store.ErrOlder, "database_older", app.ExitFailed},
		"store.ErrCorrupt":  {store.ErrCorrupt, "database_damaged", app.ExitFailed},
		"store.ErrLocked":   {store.ErrLocked, "database_locked", app.ExitFailed},
		"store.ErrFull":     {store.ErrFull, "disk_full", app.ExitFailed},
		"store.ErrReadOnly": {store.ErrReadOnly, "folder_read_only", app.ExitFailed},
		"store.ErrInUse":    {fmt.Errorf("%w: /data", store.ErrInUse), "in_use", app.ExitFailed},
		"store.ErrClosed":   {store.ErrClosed, "closed", app.ExitFailed},
		"store.ErrMove":     {store.ErrMove, "journal", app.ExitFailed},
		"store.ErrNotFound": {store.ErrNotFound, "internal", app.ExitFailed},

		"connectwise.ErrUnknownCompany": {psa(connectwise.ErrUnknownCompany), "company_unknown", app.ExitSetUp},
		"connectwise.ErrClientID":       {psa(connectwise.ErrClientID), "client_id_refused", app.ExitFailed},
		"connectwise.ErrAddress":        {psa(connectwise.ErrAddress), "address_wrong", app.ExitSetUp},
		"connectwise.RightError":        {psa(&connectwise.RightError{Right: connectwise.ServiceTicketsAdd}), "right_missing", app.ExitFailed},
		"zendesk.ForbiddenError":        {desk(&zendesk.ForbiddenError{Scopes: []string{"read"}}), "right_missing", app.ExitFailed},

		// Not ours, and met all the same.
		"context.Canceled":           {fmt.Errorf("wait: %w", context.Canceled), "stopped", app.ExitProblems},
		"ticket.Refusal":             {psa(&ticket.Refusal{Status: 400, Message: "no"}), "refused", app.ExitFailed},
		"syscall.ENOSPC":             {&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, "disk_full", app.ExitFailed},
		"syscall.ENOTDIR":            {&fs.PathError{Op: "open", Path: "x", Err: syscall.ENOTDIR}, "no_folder", app.ExitFailed},
		"fs.ErrPermission":           {&fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}, "no_access", app.ExitFailed},
		"fs.ErrNotExist":             {&fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}, "no_file", app.ExitFailed},
		"net.OpError":                {&net.OpError{Op: "listen", Err: syscall.EADDRINUSE}, "cannot_listen", app.ExitFailed},
		"net.DNSError":               {desk(fmt.Errorf("%w: %w", ticket.ErrUnavailable, &net.DNSError{Name: "nope.invalid"})), "host_unknown", app.ExitFailed},
		"x509.Expired":               {desk(fmt.Errorf("%w: %w", ticket.ErrUnavailable, x509.CertificateInvalidError{Reason: x509.Expired})), "certificate_expired", app.ExitFailed},
		"x509.UnknownAuthorityError": {psa(fmt.Errorf("%w: %w", ticket.ErrUnavailable, x509.UnknownAuthorityError{})), "certificate_untrusted", app.ExitFailed},
		"x509.HostnameError":         {psa(fmt.Errorf("%w: %w", ticket.ErrUnavailable, x509.HostnameError{Certificate: &x509.Certificate{}})), "certificate_untrusted", app.ExitFailed},
		"anything else":              {errors.New("surprise"), "internal", app.ExitFailed},
	}
}

func TestExplain(t *testing.T) {
	for name, test := range explained() {
		t.Run(name, func(t *testing.T) {
			got := app.Explain(fmt.Errorf("sync: %w", test.err))
			if got.Code != test.code || got.Exit != test.exit {
				t.Errorf("Explain(%v) is %s with exit code %d, want %s with %d", test.err, got.Code, got.Exit, test.code, test.exit)
			}
			for what, text := range map[string]string{"message": got.Message, "next": got.Next} {
				if !strings.HasSuffix(text, ".") && got.Code != "settings_invalid" {
					t.Errorf("the %s is no sentence: %q", what, text)
				}
				if strings.Contains(text, "..") || strings.Contains(text, "%!") || strings.Contains(text, "  ") && got.Code != "settings_invalid" {
					t.Errorf("the %s reads oddly: %q", what, text)
				}
			}
		})
	}
}

// TestExplain_NothingLeftOut reads the source: whoever declares an error decides
// here what a person is told.
func TestExplain_NothingLeftOut(t *testing.T) {
	// Errors that never leave the packages around them.
	inner := []string{
		"checklist.", "journal.", "reconcile.", "bridge.", "logging.", "event.", "schedule.", "tray.", "window.", "frontend.",
		"simulator.", "desk.", "psa.", "fault.", "condition.", "cli.", "account.", "mail.",
	}
	table := explained()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, name := range errorNames(file) {
			full := file.Name.Name + "." + name
			known := slices.ContainsFunc(inner, func(prefix string) bool { return strings.HasPrefix(full, prefix) })
			if _, ok := table[full]; !ok && !known {
				t.Errorf("%s declares %s, and nobody decided what to tell a person", path, full)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// errorNames lists exported error variables and error types of a file.
func errorNames(file *ast.File) []string {
	var names []string
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			switch s := spec.(type) {
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if group.Tok == token.VAR && strings.HasPrefix(n.Name, "Err") {
						names = append(names, n.Name)
					}
				}
			case *ast.TypeSpec:
				if s.Name.IsExported() && strings.HasSuffix(s.Name.Name, "Error") {
					names = append(names, s.Name.Name)
				}
			}
		}
	}
	return names
}

func TestExplain_SettingsComplaintsStandAlone(t *testing.T) {
	got := app.Explain(&app.SettingsError{Complaints: []string{"line 1: a", "line 2: b"}})
	if !strings.Contains(got.Message, "\n  line 1: a\n  line 2: b") {
		t.Errorf("message %q", got.Message)
	}
}

func TestExplain_LongChoicesAreCut(t *testing.T) {
	choice := &app.ChoiceError{Setting: "sync.default_company", Value: "x", Why: "It is not there."}
	for i := range 40 {
		choice.Usable = append(choice.Usable, fmt.Sprintf("Company %d", i))
	}
	got := app.Explain(choice)
	if !strings.HasSuffix(got.Next, "Company 11 and 28 more.") {
		t.Errorf("next %q", got.Next)
	}
}

package checklist

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"deskbridge/app/ticket"
)

// What a PSA can say about its address beside ticket's own errors. Those who
// implement PSA wrap these.
var (
	ErrCompany  = errors.New("company id not known")
	ErrClientID = errors.New("client id not accepted")
	ErrAddress  = errors.New("no API at this address")
	// ErrSwapped: the keys are refused, but work the other way round.
	ErrSwapped = errors.New("public and private key are swapped")
)

// Desk is what the doctor asks of Zendesk. Errors are in ticket's words.
type Desk interface {
	// Reach tells whether anybody answers at the address, signed in or not, and
	// how far the other clock is ahead of ours.
	Reach(ctx context.Context) (skew time.Duration, err error)
	// WhoAmI returns the user the token belongs to.
	WhoAmI(ctx context.Context) (ticket.Person, error)
	// ReadExport tries to read the ticket export.
	ReadExport(ctx context.Context) error
	// AccessEnds tells when access ends for good unless it is renewed; zero when
	// it does not, or nobody knows.
	AccessEnds(ctx context.Context) (time.Time, error)
}

// PSA is what the doctor asks of ConnectWise. Errors are in ticket's words or
// the ones above.
type PSA interface {
	// Identify tells, without signing in, what answers at the address: a name and
	// a release.
	Identify(ctx context.Context) (string, error)
	SignIn(ctx context.Context) error
	// ProbeRight finds out without writing whether the role has a right.
	ProbeRight(ctx context.Context, right string) (granted, known bool, detail string, err error)
	Boards(ctx context.Context) ([]ticket.Board, error)
	BoardStatuses(ctx context.Context, board int64) ([]ticket.BoardStatus, error)
	BoardTeams(ctx context.Context, board int64) ([]Team, error)
	Priorities(ctx context.Context) ([]ticket.Choice, error)
	Companies(ctx context.Context) ([]ticket.Company, error)
}

// Local is what the doctor asks of this computer.
type Local interface {
	// Folder tries to write a file into the data folder.
	Folder(ctx context.Context) (path string, err error)
	// Database tells the version of the database and the one this program writes.
	Database(ctx context.Context) (is, wants int, err error)
	// Free tells the bytes left for the data folder.
	Free(ctx context.Context) (uint64, error)
	// Keychain tries the key store. spare is set when secrets come from the
	// environment and none is needed.
	Keychain(ctx context.Context) (spare bool, err error)
}

// Choices is what the settings name, by name or number.
type Choices struct {
	Board          string
	DefaultCompany string
	Statuses       map[ticket.Status]string
	Priorities     map[ticket.Priority]string
}

// Facts is all that was found out.
type Facts struct {
	At    time.Time
	Desk  *DeskFacts  // nil: not set up
	PSA   *PSAFacts   // nil: not set up
	Local *LocalFacts // nil: not asked
}

// DeskFacts is what Zendesk answered.
type DeskFacts struct {
	Skew      time.Duration
	ReachErr  error
	Person    ticket.Person
	PersonErr error
	ExportErr error
	Ends      time.Time
	EndsErr   error
}

// PSAFacts is what ConnectWise answered, and what the settings ask of it.
type PSAFacts struct {
	Name        string
	IdentifyErr error
	SignInErr   error
	Rights      map[string]RightFact

	Choices      Choices
	Boards       []ticket.Board
	BoardsErr    error
	Statuses     []ticket.BoardStatus // of the chosen board
	Teams        []Team
	BoardErr     error // reading them
	Priorities   []ticket.Choice
	PriorityErr  error
	Companies    []ticket.Company
	CompaniesErr error
}

// RightFact is what trying a right came to.
type RightFact struct {
	Granted, Known bool
	Detail         string
	Err            error
}

// LocalFacts is what this computer answered.
type LocalFacts struct {
	Folder      string
	FolderErr   error
	Is, Wants   int
	DatabaseErr error
	Free        uint64
	FreeErr     error
	Spare       bool
	KeychainErr error
}

// Doctor gathers facts and judges them. A nil side is not set up yet.
type Doctor struct {
	Desk    Desk
	PSA     PSA
	Local   Local
	Choices Choices
	Now     func() time.Time // nil means time.Now
}

// Run asks everything once and returns the rows, always in the same order. It
// changes nothing. The error is the context's.
func (d Doctor) Run(ctx context.Context) ([]Check, error) {
	f := Facts{At: time.Now()}
	if d.Now != nil {
		f.At = d.Now()
	}
	if d.Desk != nil {
		f.Desk = askDesk(ctx, d.Desk)
	}
	if d.PSA != nil {
		f.PSA = askPSA(ctx, d.PSA, d.Choices)
	}
	if d.Local != nil {
		f.Local = askLocal(ctx, d.Local)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return Judge(f), nil
}

// Judge makes the rows out of the facts: Zendesk, ConnectWise, this computer.
func Judge(f Facts) []Check {
	var out []Check
	out = append(out, judgeDesk(f.Desk, f.At)...)
	out = append(out, judgePSA(f.PSA)...)
	return append(out, judgeLocal(f.Local)...)
}

// askDesk stops asking where the answer is clear already.
func askDesk(ctx context.Context, d Desk) *DeskFacts {
	f := &DeskFacts{}
	if f.Skew, f.ReachErr = d.Reach(ctx); f.ReachErr != nil {
		return f
	}
	f.Ends, f.EndsErr = d.AccessEnds(ctx)
	if f.Person, f.PersonErr = d.WhoAmI(ctx); f.PersonErr != nil {
		return f
	}
	f.ExportErr = d.ReadExport(ctx)
	return f
}

func askPSA(ctx context.Context, p PSA, choices Choices) *PSAFacts {
	f := &PSAFacts{Choices: choices, Rights: map[string]RightFact{}}
	f.Name, f.IdentifyErr = p.Identify(ctx)
	if errors.Is(f.IdentifyErr, ErrCompany) || errors.Is(f.IdentifyErr, ticket.ErrUnavailable) {
		return f
	}
	if f.SignInErr = p.SignIn(ctx); f.SignInErr != nil && !errors.Is(f.SignInErr, ticket.ErrForbidden) {
		return f
	}
	for _, r := range Rights() {
		var got RightFact
		got.Granted, got.Known, got.Detail, got.Err = p.ProbeRight(ctx, r.Key)
		f.Rights[r.Key] = got
	}
	if f.Boards, f.BoardsErr = p.Boards(ctx); f.BoardsErr == nil {
		if board, err := pickBoard(f.Boards, choices.Board); err == nil {
			if f.Statuses, f.BoardErr = p.BoardStatuses(ctx, board.ID); f.BoardErr == nil {
				f.Teams, f.BoardErr = p.BoardTeams(ctx, board.ID)
			}
		}
	}
	f.Priorities, f.PriorityErr = p.Priorities(ctx)
	f.Companies, f.CompaniesErr = p.Companies(ctx)
	return f
}

func askLocal(ctx context.Context, l Local) *LocalFacts {
	f := &LocalFacts{}
	f.Folder, f.FolderErr = l.Folder(ctx)
	f.Is, f.Wants, f.DatabaseErr = l.Database(ctx)
	f.Free, f.FreeErr = l.Free(ctx)
	f.Spare, f.KeychainErr = l.Keychain(ctx)
	return f
}

// plain says what an error is in words for the person who reads the row.
func plain(err error) string {
	var host *net.DNSError
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &cert):
		return "the server's certificate is not trusted by this computer (" + cert.Err.Error() + ")"
	case errors.As(err, &host):
		return "there is no host named " + host.Name
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer came in time"
	case errors.Is(err, ticket.ErrUnavailable):
		return "nobody answered, or not as expected: " + err.Error()
	}
	return err.Error()
}

package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"syscall"
	"time"

	"deskbridge/app/connectwise"
	"deskbridge/app/oauth"
	"deskbridge/app/rest"
	"deskbridge/app/secret"
	"deskbridge/app/store"
	"deskbridge/app/ticket"
	"deskbridge/app/zendesk"
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

// Explain turns any error into words. It is the only place that does. What it
// does not know is "internal", and belongs into the log whole.
func Explain(err error) Trouble {
	for _, explain := range []func(error) (Trouble, bool){
		explainStop, explainSetUp, explainFolder, explainSecret, explainAddress, explainNetwork, explainService,
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

// explainFolder is about the data folder and the database in it.
func explainFolder(err error) (Trouble, bool) {
	kept := " Nothing was changed at Zendesk or ConnectWise."
	for _, known := range []struct {
		is error
		Trouble
	}{
		{store.ErrInUse, Trouble{
			Code:    "in_use",
			Message: "Another Deskbridge is working in this data folder; two at once could carry a ticket twice." + kept,
			Next:    "Wait until the other one has ended, or stop it, then run the command again.",
		}},
		{store.ErrNewer, Trouble{
			Code:    "database_newer",
			Message: "A newer version of Deskbridge wrote this database. It was left as it is, and no ticket is carried by this version.",
			Next:    "Install the newest Deskbridge, or name another data folder with --data-dir.",
		}},
		{store.ErrOlder, Trouble{
			Code:    "database_older",
			Message: "An older version of Deskbridge wrote this database, and it has not been brought up to date yet." + kept,
			Next:    "Run \"deskbridge sync\" once; it brings the database up to date.",
		}},
		{store.ErrCorrupt, Trouble{
			Code:    "database_damaged",
			Message: "The database in the data folder is damaged, or is not Deskbridge's. It was left as it is, and no ticket is carried.",
			Next:    "Move deskbridge.db out of the data folder and import the settings again: tickets that exist in ConnectWise are found by their marker, none is created twice.",
		}},
		{store.ErrLocked, Trouble{
			Code:    "database_locked",
			Message: "Another program holds the database, such as a backup or a database viewer. What was carried so far is recorded.",
			Next:    "Close that program, then run the command again.",
		}},
		{store.ErrFull, Trouble{
			Code:    "disk_full",
			Message: "The disk takes no more, so nothing can be announced in the journal and nothing more was sent. What was carried so far is recorded.",
			Next:    "Make room on the disk of the data folder, then run the command again.",
		}},
		{syscall.ENOSPC, Trouble{
			Code:    "disk_full",
			Message: "The disk is full. What was carried so far is recorded.",
			Next:    "Make room on the disk, then run the command again.",
		}},
		{store.ErrReadOnly, Trouble{
			Code:    "folder_read_only",
			Message: "The data folder cannot be written, so no write could be recorded and none was sent." + kept,
			Next:    "Give yourself write access to the data folder, or name another one with --data-dir.",
		}},
		{store.ErrMove, Trouble{
			Code:    "journal",
			Message: "The journal refused an impossible step, and the run stopped before it could do harm.",
			Next:    "Run the command again with --verbose and report what it prints.",
		}},
		{store.ErrClosed, Trouble{
			Code:    "closed",
			Message: "Deskbridge is ending. What was carried so far is recorded.",
			Next:    "Run the command again.",
		}},
		{fs.ErrPermission, Trouble{
			Code:    "no_access",
			Message: "The system does not let us read or write a file: " + err.Error() + "." + kept,
			Next:    "Give yourself access to it, then run the command again.",
		}},
		{fs.ErrNotExist, Trouble{
			Code:    "no_file",
			Message: "A file is not there: " + err.Error() + "." + kept,
			Next:    "Check the name, then run the command again.",
		}},
	} {
		if errors.Is(err, known.is) {
			known.Exit = ExitFailed
			return known.Trouble, true
		}
	}
	return Trouble{}, false
}

func explainSecret(err error) (Trouble, bool) {
	var unavailable *secret.UnavailableError
	switch {
	case errors.As(err, &unavailable):
		return Trouble{
			Code: "keychain_unavailable", Exit: ExitSetUp,
			Message: "The keychain of this computer cannot be used, so there are no keys to sign in with. Tickets wait.",
			Next:    unavailable.Advice + " Or " + setVariables,
		}, true
	case errors.Is(err, secret.ErrUnavailable):
		return Trouble{
			Code: "keychain_unavailable", Exit: ExitSetUp,
			Message: "The keychain of this computer cannot be used, so there are no keys to sign in with. Tickets wait.",
			Next:    "Unlock the keychain, or " + setVariables,
		}, true
	case errors.Is(err, secret.ErrTooLarge):
		return Trouble{
			Code: "secret_too_large", Exit: ExitFailed,
			Message: "A token or key is longer than the keychains of all systems take, so it was not stored.",
			Next:    "Check that the variable holds nothing but the token or key.",
		}, true
	case errors.Is(err, oauth.ErrConsentNeeded), errors.Is(err, secret.ErrNotFound):
		return signInNeeded(), true
	}
	return Trouble{}, false
}

const setVariables = "set " + EnvAccessToken + ", " + EnvRefreshToken + " and " + EnvPrivateKey + " for the command."

func signInNeeded() Trouble {
	return Trouble{
		Code: "sign_in_needed", Exit: ExitSetUp,
		Message: "There is no valid sign-in to Zendesk: it was ended, or never made. Nothing is lost: changes wait at Zendesk until they are read.",
		Next:    "Sign in to Zendesk again, or set " + EnvAccessToken + " and " + EnvRefreshToken + " to a new pair.",
	}
}

// explainAddress is about what only ConnectWise says about itself. It comes
// before the network, because a wrong address looks like nobody there.
func explainAddress(err error) (Trouble, bool) {
	switch {
	case errors.Is(err, connectwise.ErrUnknownCompany):
		return Trouble{
			Code: "company_unknown", Exit: ExitSetUp,
			Message: "ConnectWise does not know the company at this address. Tickets wait.",
			Next:    "Write connectwise.company as on the ConnectWise login page, capitals included, check the region in connectwise.url, and import the settings again.",
		}, true
	case errors.Is(err, connectwise.ErrClientID):
		return Trouble{
			Code: "client_id_refused", Exit: ExitFailed,
			Message: "ConnectWise does not accept Deskbridge's own number among the programs it knows. Tickets wait.",
			Next:    "Install the newest Deskbridge; if that does not help, tell its maker.",
		}, true
	case errors.Is(err, connectwise.ErrAddress):
		return Trouble{
			Code: "address_wrong", Exit: ExitSetUp,
			Message: "Somebody answers at the address of ConnectWise, but not its API. In the cloud a wrong company or wrong keys look like this too. Tickets wait.",
			Next:    "Check connectwise.url, connectwise.company and the keys, then import the settings again.",
		}, true
	}
	return Trouble{}, false
}

// explainNetwork is about getting through to a service at all.
func explainNetwork(err error) (Trouble, bool) {
	name, host := serviceName(err)
	var limit *rest.LimitError
	var invalid x509.CertificateInvalidError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var dns *net.DNSError
	var own *net.OpError
	switch {
	case errors.As(err, &own) && own.Op == "listen":
		return Trouble{
			Code: "cannot_listen", Exit: ExitFailed,
			Message: fmt.Sprintf("The simulated services cannot listen there: %v.", own.Err),
			Next:    "Choose another port; port 0 takes any that is free.",
		}, true
	case errors.As(err, &limit):
		return Trouble{
			Code: "throttled", Exit: ExitFailed,
			Message: fmt.Sprintf("%s lets us in again at %s only, which is longer than we wait. What was carried so far is recorded; the rest waits.",
				name, limit.Until.Local().Format("15:04 on 2 January")),
			Next: "Run the command again then; \"sync --watch\" does it by itself.",
		}, true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return Trouble{
			Code: "certificate_expired", Exit: ExitFailed,
			Message: name + " shows a certificate that is not valid today: it has expired, or the clock of this computer (" +
				time.Now().Format("2 January 2006 15:04") + ") is wrong. No key was sent and no ticket carried.",
			Next: "Set the clock of this computer; if it is right, ask who runs the server for a new certificate.",
		}, true
	case errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid):
		return Trouble{
			Code: "certificate_untrusted", Exit: ExitFailed,
			Message: name + " shows a certificate that this computer does not trust, or one of another host. No key was sent and no ticket carried.",
			Next:    "Check the address in the settings. For an own server, add its certificate authority to this computer's trusted ones.",
		}, true
	case errors.As(err, &dns):
		return Trouble{
			Code: "host_unknown", Exit: ExitFailed,
			Message: fmt.Sprintf("The name %s leads nowhere: %s cannot be reached. Tickets wait.", dns.Name, name),
			Next:    "Check the network, and the address in the settings.",
		}, true
	case errors.Is(err, ticket.ErrUnavailable) && !errors.Is(err, rest.ErrMalformed):
		return Trouble{
			Code: "service_unavailable", Exit: ExitFailed,
			Message: fmt.Sprintf("%s cannot be reached, or does not serve now (%s). Nothing is lost: what was carried is recorded, the rest waits.", name, reason(err)),
			Next:    "Check the network" + host + ", then run the command again.",
		}, true
	}
	return Trouble{}, false
}

// reason digs out the last words of an unavailable service.
func reason(err error) string {
	var status *rest.StatusError
	var unavailable *rest.UnavailableError
	switch {
	case errors.As(err, &status):
		return fmt.Sprintf("status %d", status.Status)
	case errors.As(err, &unavailable) && unavailable.Err != nil:
		return unavailable.Err.Error()
	}
	return "no answer"
}

// explainService is about what a service said.
func explainService(err error) (Trouble, bool) {
	name, _ := serviceName(err)
	var refusal *ticket.Refusal
	switch {
	case errors.Is(err, ticket.ErrSignIn):
		if name == string(Zendesk) {
			return signInNeeded(), true
		}
		why := "Company, public key and private key must belong together; a key that was copied by half does this too."
		var key *KeyError
		if errors.As(err, &key) {
			why = strings.Join(key.Hints, " ")
		}
		return Trouble{
			Code: "key_refused", Exit: ExitSetUp,
			Message: "ConnectWise does not accept the API key. " + why + " Tickets wait.",
			Next:    "Check connectwise.company and connectwise.public_key in the settings, and the private key; then import the settings again.",
		}, true
	case errors.Is(err, ticket.ErrForbidden):
		return explainRight(name, err), true
	case errors.Is(err, ticket.ErrMalformed), errors.Is(err, rest.ErrMalformed):
		return Trouble{
			Code: "answer_malformed", Exit: ExitFailed,
			Message: name + " answered with something else than it documents, such as a web page or half an answer. Nothing was guessed from it; tickets wait.",
			Next:    "Check the address in the settings, and whether a proxy or sign-in page stands between; then run the command again.",
		}, true
	case errors.Is(err, ticket.ErrCursorRefused):
		return Trouble{
			Code: "cursor_refused", Exit: ExitFailed,
			Message: "Zendesk does not take our place in its export any more. Nothing is lost: the export is read again from a little earlier.",
			Next:    "Run the command again.",
		}, true
	case errors.Is(err, ticket.ErrNotYet):
		return Trouble{
			Code: "too_recent", Exit: ExitFailed,
			Message: "Zendesk shows changes a minute late, and the start lies within that minute, or the clock of this computer is ahead.",
			Next:    "Run the command again in a minute; if it stays, set the clock of this computer.",
		}, true
	case errors.Is(err, ticket.ErrFilterRefused):
		return Trouble{
			Code: "filter_refused", Exit: ExitFailed,
			Message: "ConnectWise does not search tickets by our marker, and without that nothing is created, because it might exist already.",
			Next:    "Run \"deskbridge doctor\" to see what ConnectWise allows.",
		}, true
	case errors.Is(err, ticket.ErrOutcomeUnknown):
		return Trouble{
			Code: "outcome_unknown", Exit: ExitProblems,
			Message: "We are checking whether a write arrived. " + name + " took it or not; we search before trying again, so there will be no second copy.",
			Next:    "Run the command again: it goes on checking.",
		}, true
	case errors.Is(err, ticket.ErrConflict):
		return Trouble{
			Code: "conflict", Exit: ExitFailed,
			Message: "A record at " + name + " changed while we were writing it. Nothing was overwritten.",
			Next:    "Run the command again: both sides are compared anew.",
		}, true
	case errors.Is(err, ticket.ErrGone):
		return Trouble{
			Code: "gone", Exit: ExitFailed,
			Message: fmt.Sprintf("%s does not have what we asked for: %v. Tickets wait.", name, plainReason(err)),
			Next:    "Check the address and company in the settings, and run \"deskbridge doctor\".",
		}, true
	case errors.As(err, &refusal):
		return Trouble{
			Code: "refused", Exit: ExitFailed,
			Message: fmt.Sprintf("%s said no: %v. Tickets wait.", name, refusal),
			Next:    "Run \"deskbridge doctor\" to see which part of the set-up this is about.",
		}, true
	}
	return Trouble{}, false
}

// explainRight says which right is missing, as the service names it.
func explainRight(name string, err error) Trouble {
	t := Trouble{
		Code: "right_missing", Exit: ExitFailed,
		Message: fmt.Sprintf("%s knows us but does not let us do this: %s. The run stopped; what was carried so far is recorded.", name, plainReason(err)),
		Next:    "Run \"deskbridge doctor\": it names each right, where to grant it, and what will not work without it.",
	}
	var right *connectwise.RightError
	var desk *zendesk.ForbiddenError
	switch {
	case errors.As(err, &right) && right.Right != "":
		t.Message = fmt.Sprintf("ConnectWise does not give us the right %q. The run stopped; what was carried so far is recorded.", right.Right.String())
		t.Next = "In System › Security Roles, give it to the role of the API member, level All; \"deskbridge doctor\" lists all rights. Then run the command again."
	case errors.As(err, &desk) && len(desk.Scopes) > 0:
		t.Message = fmt.Sprintf("The Zendesk sign-in lacks the scope %s. The run stopped; what was carried so far is recorded.", strings.Join(desk.Scopes, ", "))
		t.Next = "Sign in to Zendesk again and allow all that is asked for."
	case errors.As(err, &desk):
		t.Message = "Zendesk shows its lists of changes to admins only, and this sign-in is not an admin's. The run stopped; what was carried so far is recorded."
		t.Next = "Sign in to Zendesk as an admin, or ask one to give this user the role admin. Then run the command again."
	}
	return t
}

// serviceName tells which service an error is about, and how to end a sentence
// that asks to check its address.
func serviceName(err error) (name, host string) {
	var side *SideError
	if errors.As(err, &side) {
		return string(side.Service), " and the address of " + string(side.Service) + " in the settings"
	}
	return "The service", ""
}

// plainReason is what a service said, without our own wrapping.
func plainReason(err error) string {
	var side *SideError
	if errors.As(err, &side) {
		err = side.Err
	}
	return strings.TrimRight(err.Error(), ".")
}

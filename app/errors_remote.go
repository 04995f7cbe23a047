package app

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"deskbridge/app/connectwise"
	"deskbridge/app/oauth"
	"deskbridge/app/rest"
	"deskbridge/app/ticket"
	"deskbridge/app/zendesk"
)

// explainConsent is about signing in through the browser.
func explainConsent(err error) (Trouble, bool) {
	const unchanged = " Nothing was changed; an earlier sign-in, if there was one, stays."
	var page *oauth.AuthorizeError
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return Trouble{
			Code: "consent_denied", Exit: ExitSetUp,
			Message: "Access was denied on Zendesk's page." + unchanged,
			Next:    "Connect again and allow access, or ask a Zendesk admin to do it.",
		}, true
	case errors.Is(err, oauth.ErrTimeout):
		return Trouble{
			Code: "consent_timeout", Exit: ExitSetUp,
			Message: "Nobody came back from the browser in time." + unchanged,
			Next:    "Connect again and finish in the browser.",
		}, true
	case errors.Is(err, oauth.ErrPortsTaken):
		return Trouble{
			Code: "ports_taken", Exit: ExitFailed,
			Message: "Other programs hold all ports on which the browser could come back to Deskbridge." + unchanged,
			Next:    "End other sign-ins or programs that listen on this computer, then connect again.",
		}, true
	case errors.Is(err, oauth.ErrStateMismatch):
		return Trouble{
			Code: "consent_mixed_up", Exit: ExitSetUp,
			Message: "What came back from the browser belongs to another sign-in, so it was not used." + unchanged,
			Next:    "Close old sign-in pages in the browser, then connect again.",
		}, true
	case errors.As(err, &page):
		return Trouble{
			Code: "consent_failed", Exit: ExitSetUp,
			Message: fmt.Sprintf("Zendesk's sign-in page refused us: %s %s.", page.Code, strings.TrimRight(page.Description, ".")) + unchanged,
			Next:    "Check the OAuth client in Zendesk (Admin Center › Apps and integrations › APIs › OAuth clients) and zendesk.client_id in the settings.",
		}, true
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

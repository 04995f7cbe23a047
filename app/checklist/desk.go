package checklist

import (
	"errors"
	"fmt"
	"time"

	"deskbridge/app/ticket"
)

const (
	// worstSkew is how far two clocks may differ before signatures, limits and
	// "since" stop making sense.
	worstSkew = 5 * time.Minute
	// endsSoon is when to remind people of access that ends.
	endsSoon = 14 * 24 * time.Hour
)

// judgeDesk makes Zendesk's rows.
func judgeDesk(f *DeskFacts, now time.Time) []Check {
	const (
		reach, reachTitle   = "desk.address", "Zendesk answers"
		who, whoTitle       = "desk.sign-in", "Zendesk sign-in works"
		export, exportTitle = "desk.exports", "Zendesk lets us read changes"
		ends, endsTitle     = "desk.access", "Zendesk access lasts"
		clock, clockTitle   = "desk.clock", "Clocks agree"
	)
	skipped := func(from int, why, next string) []Check {
		return []Check{
			unknown(reach, reachTitle, why, next), unknown(who, whoTitle, why, next), unknown(export, exportTitle, why, next),
			unknown(ends, endsTitle, why, next), unknown(clock, clockTitle, why, next),
		}[from:]
	}
	if f == nil {
		return skipped(0, "Zendesk is not connected yet.", "Connect Zendesk in the settings.")
	}
	if f.ReachErr != nil {
		return append([]Check{fail(reach, reachTitle, "Zendesk cannot be reached: "+plain(f.ReachErr)+". No ticket is read until it can; nothing is lost.",
			"Check the address in the settings, and whether this computer is online.")},
			skipped(1, "Zendesk cannot be reached.", "Solve that first, then check again.")...)
	}
	out := []Check{pass(reach, reachTitle, "")}
	switch {
	case errors.Is(f.PersonErr, ticket.ErrSignIn):
		out = append(out, fail(who, whoTitle, "Zendesk has ended our access. Nothing is lost: changes wait in Zendesk.", "Press Reconnect and allow access in the browser."))
	case f.PersonErr != nil:
		out = append(out, unknown(who, whoTitle, "The check did not get through: "+plain(f.PersonErr)+".", "Check again later."))
	default:
		out = append(out, pass(who, whoTitle, fmt.Sprintf("Signed in as %s (%s), role %s.", f.Person.Name, f.Person.Email, f.Person.Role)))
	}
	switch {
	case f.PersonErr != nil:
		out = append(out, unknown(export, exportTitle, "Zendesk was not asked, because the sign-in does not work.", "Solve that first, then check again."))
	case errors.Is(f.ExportErr, ticket.ErrForbidden):
		out = append(out, fail(export, exportTitle,
			fmt.Sprintf("Zendesk gives lists of changes to admins only, and %s has the role %s. No ticket is read without them.", f.Person.Name, f.Person.Role),
			"Reconnect with an admin's sign-in, or ask a Zendesk admin to give this one the role admin."))
	case f.ExportErr != nil && !errors.Is(f.ExportErr, ticket.ErrNotYet):
		out = append(out, unknown(export, exportTitle, "The check did not get through: "+plain(f.ExportErr)+".", "Check again later."))
	default:
		out = append(out, pass(export, exportTitle, ""))
	}
	return append(out, judgeEnds(ends, endsTitle, f, now), judgeClock(clock, clockTitle, f.Skew))
}

func judgeEnds(id, title string, f *DeskFacts, now time.Time) Check {
	left := f.Ends.Sub(now)
	switch {
	case f.EndsErr != nil:
		return unknown(id, title, "It cannot be read when access ends: "+plain(f.EndsErr)+".", "Check again later.")
	case f.Ends.IsZero():
		return pass(id, title, "Access has no end that we know of.")
	case left <= 0:
		return fail(id, title, "Zendesk access ended on "+date(f.Ends)+". Changes wait in Zendesk.", "Press Reconnect and allow access in the browser.")
	case left < endsSoon:
		return warn(id, title, "Zendesk access ends in "+days(left)+", on "+date(f.Ends)+", unless this computer is on before then.",
			"Run Deskbridge once before that day; it renews by itself.")
	}
	return pass(id, title, "Access lasts "+days(left)+" and is renewed with every use.")
}

func judgeClock(id, title string, skew time.Duration) Check {
	if skew.Abs() <= worstSkew {
		return pass(id, title, "")
	}
	way := "behind"
	if skew < 0 {
		way = "ahead of"
	}
	return warn(id, title, fmt.Sprintf("This computer's clock is %d minutes %s Zendesk's. Tickets are carried all the same, but times shown may be wrong.",
		int(skew.Abs().Minutes()), way), "Let the system set its clock from the network.")
}

func date(t time.Time) string { return t.Local().Format("2 January 2006") }

func days(d time.Duration) string {
	switch n := int(d / (24 * time.Hour)); n {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", n)
	}
}

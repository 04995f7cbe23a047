package checklist

import "strings"

// Step is one thing the ConnectWise admin prepares before connecting.
type Step struct {
	ID    string
	Title string
	Menu  string // where it is done: "System › Security Roles"
	// Do says what to do there, one line each, in order.
	Do []string
	// Type is what is typed there, ready to be copied.
	Type []Value
	// Why says what it is for.
	Why string
	// Required steps must be acknowledged before going on.
	Required bool
	// Checks are the doctor's rows that tell whether the step is done.
	Checks []string
}

// Value is something to type, and where.
type Value struct{ Label, Text string }

// Steps is the preparation of ConnectWise in the order it is done (section 8 of
// the API facts). onPremises adds what only an own server needs.
func Steps(onPremises bool) []Step {
	var rights, rows []string
	for _, f := range Functions() {
		rights = append(rights, f.line())
	}
	for _, r := range Rights() {
		rows = append(rows, "right."+r.Key)
	}
	steps := []Step{
		{
			ID: "role", Title: "Make a security role", Menu: "System › Security Roles",
			Do:       append([]string{"Press + and name the role.", "Set these levels and leave everything else at None:"}, rights...),
			Type:     []Value{{"Role ID", "Deskbridge"}},
			Why:      "The role is all that Deskbridge may do. It cannot delete anything.",
			Required: true, Checks: rows,
		},
		{
			ID: "member", Title: "Make an API member", Menu: "System › Members › API Members",
			Do: []string{
				"Press + and fill in member ID and name.",
				"Choose the role of the step before, and a level, location and department.",
				"Choose the service board below as its default board. Boards can be limited here, as long as that one is among them.",
			},
			Type:     []Value{{"Member ID", "Deskbridge"}, {"Member Name", "Deskbridge"}, {"Role ID", "Deskbridge"}},
			Why:      "Everything Deskbridge writes carries this name. An API member needs no licence.",
			Required: true, Checks: []string{"psa.keys", "psa.board"},
		},
		{
			ID: "keys", Title: "Make its keys", Menu: "System › Members › API Members › your member › API Keys",
			Do: []string{
				"Press + and save.",
				"Copy both keys now: the private key is shown only once.",
			},
			Type:     []Value{{"Description", "Deskbridge"}},
			Why:      "With these keys Deskbridge signs in. They are kept in this computer's key store and nowhere else.",
			Required: true, Checks: []string{"psa.address", "psa.company", "psa.keys", "psa.client-id"},
		},
		{
			ID: "board", Title: "Look at the service board", Menu: "System › Setup Tables › Service Board",
			Do: []string{
				"Under Statuses: one is the default, and at least one closes tickets.",
				"Under Teams: one is the default.",
				"Under Types: the default is set, if the board asks for a type.",
				"Under Workflow Rules and in the e-mail settings: nothing sends mail that should not, since many tickets may arrive at once.",
			},
			Why:      "New tickets get from the board what Zendesk does not tell.",
			Required: true, Checks: []string{"psa.board", "psa.statuses", "psa.priorities"},
		},
		{
			ID: "company", Title: "Choose a company for the rest", Menu: "Companies",
			Do:       []string{"Choose, or make, the company that gets the tickets whose own company cannot be found. Many use the one named Catchall."},
			Type:     []Value{{"Company", "Catchall"}},
			Why:      "ConnectWise takes no ticket without a company.",
			Required: true, Checks: []string{"psa.default-company"},
		},
	}
	if onPremises {
		steps = append(steps, Step{
			ID: "server", Title: "Open your own server", Menu: "Your server and its firewall",
			Do: []string{
				"Let this computer reach the server by https.",
				"Give the server a certificate that this computer trusts.",
			},
			Why:      "Deskbridge speaks with ConnectWise directly; there is nothing in between.",
			Required: true, Checks: []string{"psa.address"},
		})
	}
	return steps
}

// line writes a function as a person sets it.
func (f Function) line() string {
	var levels []string
	for _, cell := range []struct{ level, wanted string }{{"Add", f.Add}, {"Edit", f.Edit}, {"Inquire", f.Inquire}} {
		if cell.wanted != "" {
			levels = append(levels, cell.level+" "+cell.wanted)
		}
	}
	line := f.Module + " › " + f.Name + ": " + strings.Join(levels, ", ") + "."
	if f.Remark != "" {
		line += " " + f.Remark
	}
	return line
}

package checklist

import "strings"

// Function is one line of the security role screen: what to set at each level.
// An empty level stays at None. Nothing we ask for may delete.
type Function struct {
	Module  string
	Name    string
	Add     string
	Edit    string
	Inquire string
	// Remark says when the line can be left out or narrowed down.
	Remark string
}

// Functions is the security role that Deskbridge needs, in the order of the
// screen (section 8 of the API facts, drawn from several vendors' set-up pages).
func Functions() []Function {
	return []Function{
		{Module: "Companies", Name: "Company Maintenance", Inquire: all},
		{Module: "Companies", Name: "Contacts", Inquire: all},
		{Module: "Companies", Name: "Manage Attachments", Add: all, Inquire: all},
		{Module: "Service Desk", Name: "Service Tickets", Add: all, Edit: all, Inquire: all},
		{Module: "Service Desk", Name: "Close Service Tickets", Add: all, Edit: all, Inquire: all},
		{Module: "System", Name: "Table Setup", Inquire: all, Remark: "Can be narrowed down to Service / Service Board, Priority, Source and Company / Company Status."},
		{Module: "System", Name: "Member Maintenance", Inquire: all},
		{Module: "System", Name: "My Company", Inquire: all, Remark: "Asked for by some releases only."},
		{Module: "Time & Expense", Name: "Time Entry", Inquire: all, Remark: "Only to carry what technicians write in time entries."},
	}
}

const all = "All"

// Right is one cell of the role: a function at one level.
type Right struct {
	Key      string // as the client is asked, such as "service-tickets-add"
	Module   string
	Function string
	Level    string // Add, Edit or Inquire
	Wanted   string // All
	// Without says what will not work.
	Without string
	// Needed is set where no sync works without it.
	Needed bool
}

// Rights lists the cells of Functions that are not None, line by line.
func Rights() []Right {
	var out []Right
	for _, f := range Functions() {
		for _, cell := range []struct{ level, wanted string }{{"Add", f.Add}, {"Edit", f.Edit}, {"Inquire", f.Inquire}} {
			if cell.wanted == "" {
				continue
			}
			r := Right{
				Key:    strings.ReplaceAll(strings.ToLower(f.Name+" "+cell.level), " ", "-"),
				Module: f.Module, Function: f.Name, Level: cell.level, Wanted: cell.wanted,
			}
			r.Without, r.Needed = consequence(r.Key)
			out = append(out, r)
		}
	}
	return out
}

// consequence says what lacking a right means.
func consequence(key string) (without string, needed bool) {
	switch key {
	case "company-maintenance-inquire":
		return "Companies cannot be read, so no ticket finds its company and nothing is carried.", true
	case "contacts-inquire":
		return "Contacts cannot be read, so no ticket finds its contact and nothing is carried.", true
	case "manage-attachments-add":
		return "Files and pictures are not carried; tickets and comments are.", false
	case "manage-attachments-inquire":
		return "Files that are there already cannot be seen, so files are not carried; tickets and comments are.", false
	case "service-tickets-add":
		return "No ticket can be created.", true
	case "service-tickets-edit":
		return "Tickets arrive, but no later comment, status or priority does.", true
	case "service-tickets-inquire":
		return "Tickets cannot be looked up, so nothing can be written without the danger of a second copy.", true
	case "close-service-tickets-add":
		return "Tickets that are closed in Zendesk already cannot be created.", false
	case "close-service-tickets-edit":
		return "Tickets cannot be closed; those that are solved in Zendesk stay open here.", false
	case "close-service-tickets-inquire":
		return "Closed tickets may be hidden from us.", false
	case "table-setup-inquire":
		return "Boards, statuses and priorities cannot be read, so nothing can be paired.", true
	case "member-maintenance-inquire":
		return "Technicians show by their sign-in name instead of their full name.", false
	case "my-company-inquire":
		return "Nothing we know of; some releases want it for an API member.", false
	case "time-entry-inquire":
		return "What technicians write in time entries does not reach Zendesk.", false
	}
	return "", false
}

// judgeRight makes the row of one right. stopped says why nobody was asked.
func judgeRight(r Right, f RightFact, stopped string) Check {
	id, title := "right."+r.Key, r.Function+": "+r.Level
	setIt := "In System › Security Roles, open the role of the API member and give " + r.Module + " › " + r.Function + " the level " + r.Level + ": " + r.Wanted + "."
	switch {
	case stopped != "":
		return unknown(id, title, stopped, "Solve that first, then check again.")
	case f.Err != nil:
		return unknown(id, title, "The check did not get through: "+plain(f.Err)+".", "Check again later.")
	case f.Known && f.Granted:
		return pass(id, title, r.Module+" › "+r.Function+" may "+verbs[r.Level]+".")
	case f.Known:
		c := fail(id, title, "ConnectWise refuses this: "+r.Module+" › "+r.Function+" needs the level "+r.Level+": "+r.Wanted+
			", and the role has less. "+r.Without+said(f.Detail), setIt+" Then check again.")
		c.Blocks = r.Needed
		return c
	}
	detail := "This cannot be tried out without writing. Without it: " + lower(r.Without)
	if f.Detail != "" {
		detail = f.Detail + " Without this right: " + lower(r.Without)
	}
	return unknown(id, title, detail, "Look for yourself: "+lower(setIt))
}

var verbs = map[string]string{"Add": "add", "Edit": "change", "Inquire": "read"}

func said(words string) string {
	if words == "" {
		return ""
	}
	return " ConnectWise says: " + strings.TrimSuffix(words, ".") + "."
}

// lower makes a sentence fit behind a colon, unless it starts with a name.
func lower(s string) string {
	for _, name := range []string{"ConnectWise", "Zendesk", "Deskbridge"} {
		if strings.HasPrefix(s, name) {
			return s
		}
	}
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

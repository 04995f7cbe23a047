package psa

// fill supplies what was not given and checks what belongs together. before is the ticket as it was, or nil
// for a new one.
func (d *draft) fill(before *ticket) {
	moved := before == nil || before.board != d.board
	if d.fillBoard(moved); d.board == nil || len(d.problems) > 0 {
		return
	}
	d.fillStatus(before == nil, moved)
	d.fillTeam(moved)
	d.kind, d.subType, d.item = d.ofBoard("type", d.kind), d.ofBoard("subType", d.subType), d.ofBoard("item", d.item)
	if d.priority == nil {
		d.priority = d.server.priorities.find(func(p *priority) bool { return p.isDefault })
	}
	if d.priority == nil {
		d.required("priority")
	}
	if d.source == nil {
		d.source = d.server.sources.find(func(s *source) bool { return s.isDefault })
	}
	if d.owner != nil && d.given["owner"] && d.owner.inactive {
		d.add("owner", "InvalidReference", "The owner %s is inactive.", d.owner.identifier)
	}
	d.fillContact()
}

// ofBoard gives up an entry of another board: with a problem if it was asked for, silently if the ticket moved.
func (d *draft) ofBoard(name string, entry *boardEntry) *boardEntry {
	if entry == nil || entry.board == d.board {
		return entry
	}
	if d.given[name] {
		d.add(name, "InvalidReference", "The %s does not belong to the board %s.", name, d.board.name)
	}
	return nil
}

func (d *draft) fillBoard(moved bool) {
	b := d.board
	switch {
	case b == nil:
		d.need("board", true)
	case !moved:
	case b.project:
		d.add("board", "InvalidReference", "The board %s is a project board.", b.name)
	case b.inactive:
		d.add("board", "InvalidReference", "The board %s is inactive.", b.name)
	case b.excluded:
		d.add("board", "InvalidReference", "You do not have access to the board %s.", b.name)
	}
}

func (d *draft) fillStatus(fresh, moved bool) {
	if d.status == nil && (fresh || !d.given["status"]) {
		d.status = d.board.defaultStatus()
	}
	switch {
	case d.status == nil:
		d.required("status")
	case d.status.board != d.board:
		// Also the answer to a move to another board that names no status of it.
		d.add("status", "InvalidReference", "The status %s does not belong to the board %s.", d.status.name, d.board.name)
	case d.status.inactive && (moved || d.given["status"]):
		d.add("status", "InvalidReference", "The status %s is inactive.", d.status.name)
	}
}

func (d *draft) fillTeam(moved bool) {
	if d.team == nil || moved && !d.given["team"] {
		d.team = d.board.defaultTeam()
	}
	switch {
	case d.team == nil:
		d.required("team")
	case d.team.board != d.board:
		d.add("team", "InvalidReference", "The team %s does not belong to the board %s.", d.team.name, d.board.name)
	}
}

func (d *draft) fillContact() {
	if d.company == nil {
		return
	}
	if d.company.deleted && d.given["company"] {
		d.add("company", "InvalidReference", "The company %s is deleted.", d.company.identifier)
	}
	if d.company.status.locked {
		d.add("company", "InvalidReference", "Nothing can be saved for the company %s: its status is %s.", d.company.identifier, d.company.status.name)
	}
	if d.contact == nil && d.lookup != "" {
		var found []*contact
		for _, p := range d.server.byEmail[lower(d.lookup)] {
			if p.company == d.company && !p.inactive {
				found = append(found, p)
			}
		}
		if len(found) == 1 {
			d.contact, d.given["contact"] = found[0], true
		}
	}
	if d.contact == nil {
		return
	}
	if d.contact.company != d.company {
		d.add("contact", "InvalidReference", "The contact %s does not belong to the company %s.", d.contact.fullName(), d.company.identifier)
	}
	if !d.given["contact"] {
		return
	}
	if !d.given["contactName"] {
		d.contactName = d.contact.fullName()
	}
	if !d.given["contactEmailAddress"] {
		d.contactEmail = d.contact.first("Email")
	}
	if !d.given["contactPhoneNumber"] {
		d.contactPhone = d.contact.first("Phone")
	}
}

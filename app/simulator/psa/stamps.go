package psa

// stamps are the four members every _info has.
type stamps struct {
	entered, updated     int64
	enteredBy, updatedBy string
}

func (e *encoder) stamps(s stamps) {
	e.time("lastUpdated", s.updated)
	e.text("updatedBy", s.updatedBy)
	e.time("dateEntered", s.entered)
	e.text("enteredBy", s.enteredBy)
}

// info writes _info with the stamps and nothing else.
func (e *encoder) info(s stamps) { e.object("_info", func() { e.stamps(s) }) }

func newStamps(at int64, by *member) stamps {
	return stamps{entered: at, updated: at, enteredBy: by.identifier, updatedBy: by.identifier}
}

// touch moves a record's last update.
func (s *stamps) touch(at int64, by *member) { s.updated, s.updatedBy = at, by.identifier }

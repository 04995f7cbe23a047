package psa

// kinds holds the description of every kind of record; built once per Server.
type kinds struct {
	boards          *resource[*board]
	statuses        *resource[*status]
	teams           *resource[*team]
	types           *resource[*boardEntry]
	boardEntries    *resource[*boardEntry] // subtypes and items
	priorities      *resource[*priority]
	sources         *resource[*source]
	companies       *resource[*company]
	companyStatuses *resource[companyStatus]
	contacts        *resource[*contact]
	communications  *resource[*communication]
	commTypes       *resource[commType]
	members         *resource[*member]
	userFields      *resource[*userField]
	tickets         *resource[*ticket]
	notes           *resource[*note]
	allNotes        *resource[anyNote]
	documents       *resource[*document]
	documentRefs    *resource[*document]
	timeEntries     *resource[*timeEntry]
	ticketSetters   map[string]setter
	plain           []plainField
	readOnly        []string
}

func newKinds() kinds {
	return kinds{
		boards: boardResource(), statuses: statusResource(), teams: teamResource(), types: boardEntryResource(true), boardEntries: boardEntryResource(false),
		priorities: priorityResource(), sources: sourceResource(), userFields: userFieldResource(),
		companies: companyResource(), companyStatuses: companyStatusResource(), contacts: contactResource(), communications: communicationResource(),
		commTypes: commTypeResource(), members: memberResource(),
		tickets: ticketResource(), notes: noteResource(), allNotes: anyNoteResource(), documents: documentResource(),
		documentRefs: documentRefResource(), timeEntries: timeEntryResource(),
		ticketSetters: ticketSetters(), plain: plainFields(), readOnly: readOnlyFields(),
	}
}

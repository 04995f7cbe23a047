package psa

import (
	"encoding/json"

	"deskbridge/app/simulator/psa/condition"
)

// plainField is a ticket field that the simulator stores and gives back without looking at it.
type plainField struct {
	name    string
	kind    condition.Kind
	longest int      // of a text
	enum    []string // of a text; nil allows every one
}

func plainFields() []plainField {
	text, number, flag := condition.KindText, condition.KindNumber, condition.KindBool
	bill := []string{"Billable", "DoNotBill", "NoCharge", "NoDefault"}
	method := []string{"ActualRates", "FixedFee", "NotToExceed", "OverrideRate"}
	return []plainField{
		{"siteName", text, 50, nil}, {"addressLine1", text, 50, nil}, {"addressLine2", text, 50, nil},
		{"city", text, 50, nil}, {"stateIdentifier", text, 50, nil}, {"zip", text, 12, nil},
		{"poNumber", text, 50, nil}, {"automaticEmailCc", text, 1000, nil},
		{"requiredDate", condition.KindTime, 0, nil}, {"estimatedStartDate", condition.KindTime, 0, nil},
		{"budgetHours", number, 0, nil}, {"duration", number, 0, nil}, {"lagDays", number, 0, nil},
		{"hourlyRate", number, 0, nil}, {"billingAmount", number, 0, nil}, {"subBillingAmount", number, 0, nil},
		{"knowledgeBaseCategoryId", number, 0, nil}, {"knowledgeBaseSubCategoryId", number, 0, nil},
		{"allowAllClientsPortalView", flag, 0, nil}, {"approved", flag, 0, nil}, {"requestForChangeFlag", flag, 0, nil},
		{"billTime", text, 0, bill}, {"billExpenses", text, 0, bill}, {"billProducts", text, 0, bill},
		{"billingMethod", text, 0, method}, {"subBillingMethod", text, 0, method},
	}
}

// readOnlyFields are names a ticket has and nobody can set: a patch of one is answered 200 and changes nothing.
func readOnlyFields() []string {
	return []string{
		"id", "recordType", "closedDate", "closedBy", "closedFlag", "actualHours", "dateResolved", "dateResplan",
		"dateResponded", "resolveMinutes", "resPlanMinutes", "respondMinutes", "isInSla", "slaStatus", "resources",
		"hasChildTicket", "hasMergedChildTicketFlag", "mergedParentTicket", "mobileGuid", "_info", "currency",
		"agreementType", "escalationStartDateUTC", "escalationLevel", "minutesBeforeWaiting", "respondedSkippedMinutes",
		"resplanSkippedMinutes", "respondedHours", "respondedBy", "resplanHours", "resplanBy", "resolutionHours",
		"resolvedBy", "minutesWaiting", "estimatedExpenseCost", "estimatedExpenseRevenue", "estimatedProductCost",
		"estimatedProductRevenue", "estimatedTimeCost", "estimatedTimeRevenue", "predecessorClosedFlag",
	}
}

// ticketResource names what conditions may ask of tickets. Fields the service refuses although a ticket
// has something like them are simply not here: configurations/id, dateEntered at the top level.
func ticketResource() *resource[*ticket] {
	f := fieldSet[*ticket]{}
	f.number("id", func(t *ticket) int32 { return t.id })
	f.text("summary", func(t *ticket) string { return t.summary })
	f.text("recordType", (*ticket).recordType, "ServiceTicket", "ProjectTicket", "ProjectIssue")
	f.text("externalXRef", func(t *ticket) string { return t.xref })
	ticketReferences(f)
	f.text("contactName", func(t *ticket) string { return t.contactName })
	f.text("contactPhoneNumber", func(t *ticket) string { return t.contactPhone })
	f.text("contactEmailAddress", func(t *ticket) string { return t.contactEmail })
	f.text("severity", func(t *ticket) string { return t.severity }, "Low", "Medium", "High")
	f.text("impact", func(t *ticket) string { return t.impact }, "Low", "Medium", "High")
	f.flag("closedFlag", func(t *ticket) bool { return t.status.closed })
	f.time("closedDate", func(t *ticket) int64 { return t.closedAt })
	f.time("dateResolved", func(t *ticket) int64 { return t.closedAt })
	f.text("closedBy", func(t *ticket) string { return t.closedBy })
	f.flag("customerUpdatedFlag", func(t *ticket) bool { return t.customerUpdated })
	f.flag("automaticEmailContactFlag", func(t *ticket) bool { return t.emailContact })
	f.flag("automaticEmailResourceFlag", func(t *ticket) bool { return t.emailResource })
	f.flag("automaticEmailCcFlag", func(t *ticket) bool { return t.emailCC })
	f.flag("hasChildTicket", func(t *ticket) bool { return len(t.children) > 0 })
	f.flag("hasMergedChildTicketFlag", func(t *ticket) bool { return len(t.merged) > 0 })
	f.text("resources", (*ticket).resources)
	f.unset(condition.KindNumber, "configuration/id", "agreement/id", "actualHours", "resolveMinutes")
	f.unset(condition.KindText, "agreement/name", "slaStatus")
	f.unset(condition.KindBool, "isInSla")
	f.stamps(func(t *ticket) stamps { return t.stamps })
	for _, field := range plainFields() {
		f[field.name] = condition.Field[*ticket]{Kind: field.kind, Enum: field.enum, Get: field.get}
	}
	return &resource[*ticket]{
		fields:  f,
		custom:  func(t *ticket) []customField { return t.custom },
		visible: (*ticket).visible,
		encode:  encodeTicket,
		id:      func(t *ticket) int32 { return t.id },
	}
}

func ticketReferences(f fieldSet[*ticket]) {
	f.reference("board", func(t *ticket) (int32, string) { return t.board.id, t.board.name })
	f.reference("status", func(t *ticket) (int32, string) { return t.status.id, t.status.name })
	f.reference("company", func(t *ticket) (int32, string) { return t.company.id, t.company.name })
	f.text("company/identifier", func(t *ticket) string { return t.company.identifier })
	f.reference("site", func(*ticket) (int32, string) { return mainSite, "Main" })
	f.reference("location", func(*ticket) (int32, string) { return mainLocation, "Main" })
	f.reference("department", func(*ticket) (int32, string) { return mainDepartment, "Services" })
	f.reference("contact", func(t *ticket) (int32, string) {
		if t.contact == nil {
			return 0, ""
		}
		return t.contact.id, t.contact.fullName()
	})
	for name, get := range map[string]func(*ticket) *boardEntry{
		"type":    func(t *ticket) *boardEntry { return t.kind },
		"subType": func(t *ticket) *boardEntry { return t.subType },
		"item":    func(t *ticket) *boardEntry { return t.item },
	} {
		f.reference(name, func(t *ticket) (int32, string) {
			if entry := get(t); entry != nil {
				return entry.id, entry.name
			}
			return 0, ""
		})
	}
	f.reference("team", func(t *ticket) (int32, string) {
		if t.team == nil {
			return 0, ""
		}
		return t.team.id, t.team.name
	})
	f.reference("owner", func(t *ticket) (int32, string) {
		if t.owner == nil {
			return 0, ""
		}
		return t.owner.id, t.owner.fullName()
	})
	f.text("owner/identifier", (*ticket).resources)
	f.reference("priority", func(t *ticket) (int32, string) {
		if t.priority == nil {
			return 0, ""
		}
		return t.priority.id, t.priority.name
	})
	f.reference("source", func(t *ticket) (int32, string) {
		if t.source == nil {
			return 0, ""
		}
		return t.source.id, t.source.name
	})
	for name, get := range map[string]func(*ticket) *ticket{
		"parentTicketId":        func(t *ticket) *ticket { return t.parent },
		"mergedParentTicket/id": func(t *ticket) *ticket { return t.mergedInto },
	} {
		f.id(name, func(t *ticket) int32 {
			if other := get(t); other != nil {
				return other.id
			}
			return 0
		})
	}
}

// get reads a plain field of a ticket for a condition.
func (p plainField) get(t *ticket) condition.Value {
	raw := t.extra[p.name]
	if len(raw) == 0 {
		return condition.Value{}
	}
	switch p.kind {
	case condition.KindNumber:
		var n float64
		if json.Unmarshal(raw, &n) == nil {
			return condition.Number(n)
		}
	case condition.KindBool:
		return condition.Bool(string(raw) == "true")
	case condition.KindTime:
		return condition.Time(unixOf(raw))
	default:
		var text string
		if json.Unmarshal(raw, &text) == nil {
			return condition.Text(text)
		}
	}
	return condition.Value{}
}

package psa_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"deskbridge/app/simulator/psa"
)

// exceptions are answers that differ from the description on purpose, with the reason.
func exceptions() map[string]string {
	return map[string]string{
		"/customFields/0/value": "the description types every custom field value as an object; real answers hold the plain value",
		"/customFields/1/value": "as above",
		"/errors":               "real error bodies hold null where there is nothing to list (api facts, section 4)",
	}
}

// TestContract checks answers against the machine-readable description of the API.
func TestContract(t *testing.T) {
	folder := os.Getenv("DESKBRIDGE_SPECS")
	if folder == "" {
		t.Skip("DESKBRIDGE_SPECS is not set")
	}
	spec, err := openapi3.NewLoader().LoadFromFile(filepath.Join(folder, "connectwise.subset.json"))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.AddUserField("Zendesk ID", "Text")
	w.AddUserField("Story Points", "Number")
	w.AddContact(psa.Contact{Company: 2, FirstName: "Ann", LastName: "Lee", Email: "ann@acme.example", Phone: "555"})
	id := w.create(`{"summary":"a","company":{"id":2},"contact":{"id":1},"owner":{"id":102},"type":{"id":1},"subType":{"id":1},"item":{"id":1},
		"status":{"id":5},"externalXRef":"k","poNumber":"p","requiredDate":"2026-05-01T00:00:00Z","budgetHours":1.5,"approved":true,
		"initialDescription":"D","initialInternalAnalysis":"I","initialResolution":"R","integratorTags":["x"],
		"customFields":[{"id":1,"value":"4711"},{"id":2,"value":5}]}`)
	other := w.create(`{"summary":"b","company":{"id":1}}`)
	w.AddTimeEntryAs(102, id, psa.Note{Text: "t", Discussion: true}, 0)
	w.want(w.upload("shot.png", "PNG!", "recordType", "Ticket", "recordId", fmt.Sprint(id)), 201)
	w.Grant(psa.ContactsEdit)

	ticket := fmt.Sprintf("/service/tickets/%d", id)
	for _, c := range []struct{ method, path, pattern, body string }{
		{"GET", ticket, "/service/tickets/{id}", ""},
		{"PATCH", ticket, "/service/tickets/{id}", `[{"op":"replace","path":"summary","value":"c"}]`},
		{"GET", "/service/tickets", "", ""},
		{"GET", "/service/tickets/count", "", ""},
		{"POST", "/service/tickets/search", "", `{"conditions":"id>0"}`},
		{"POST", "/service/tickets", "", ticketBody},
		{"POST", ticket + "/notes", "/service/tickets/{parentId}/notes", `{"text":"n","detailDescriptionFlag":true,"member":{"id":102},"contact":{"id":1}}`},
		{"GET", ticket + "/notes", "/service/tickets/{parentId}/notes", ""},
		{"GET", ticket + "/notes/1", "/service/tickets/{parentId}/notes/{id}", ""},
		{"GET", ticket + "/allNotes", "/service/tickets/{parentId}/allNotes", ""},
		{"GET", ticket + "/documents", "/service/tickets/{parentId}/documents", ""},
		{"POST", ticket + "/merge", "/service/tickets/{parentId}/merge", fmt.Sprintf(`{"mergeTicketIds":[%d],"status":{"id":5}}`, other)},
		{"GET", "/service/tickets?orderBy=id", "/service/tickets", ""},
		{"GET", "/system/documents?recordType=Ticket&recordId=" + fmt.Sprint(id), "/system/documents", ""},
		{"GET", "/system/documents/501", "/system/documents/{id}", ""},
		{"GET", "/service/boards", "", ""},
		{"GET", "/service/boards/1", "/service/boards/{id}", ""},
		{"GET", "/service/boards/1/statuses", "/service/boards/{parentId}/statuses", ""},
		{"GET", "/service/boards/1/statuses/1", "/service/boards/{parentId}/statuses/{id}", ""},
		{"GET", "/service/boards/1/teams", "/service/boards/{parentId}/teams", ""},
		{"GET", "/service/boards/1/types", "/service/boards/{parentId}/types", ""},
		{"GET", "/service/boards/1/subtypes", "/service/boards/{parentId}/subtypes", ""},
		{"GET", "/service/boards/1/items", "/service/boards/{parentId}/items", ""},
		{"GET", "/service/priorities", "", ""},
		{"GET", "/service/sources", "", ""},
		{"GET", "/company/companies", "", ""},
		{"GET", "/company/companies/1", "/company/companies/{id}", ""},
		{"GET", "/company/companies/statuses", "", ""},
		{"GET", "/company/contacts", "", ""},
		{"POST", "/company/contacts", "", `{"firstName":"Bo","company":{"id":1},"communicationItems":[{"type":{"id":1},"value":"bo@x.example"}]}`},
		{"GET", "/company/contacts/1/communications", "/company/contacts/{parentId}/communications", ""},
		{"POST", "/company/contacts/1/communications", "/company/contacts/{parentId}/communications", `{"type":{"id":3},"value":"556"}`},
		{"GET", "/company/communicationTypes", "", ""},
		{"GET", "/system/members", "", ""},
		{"GET", "/system/members/102", "/system/members/{id}", ""},
		{"GET", "/system/info", "", ""},
		{"GET", "/system/userDefinedFields", "", ""},
		{"GET", "/service/tickets/9", "/service/tickets/{id}", ""},
		{"POST", "/service/tickets", "", `{}`},
		{"GET", "/service/tickets?conditions=x", "/service/tickets", ""},
	} {
		pattern := c.pattern
		if pattern == "" {
			pattern = c.path
		}
		r := w.send(c.method, c.path, c.body)
		check(t, spec, c.method, pattern, r)
	}
}

// check validates one answer: status, media type and every field.
func check(t *testing.T, spec *openapi3.T, method, pattern string, r reply) {
	t.Helper()
	operation := spec.Paths.Value(pattern).GetOperation(method)
	if operation == nil {
		t.Errorf("%s %s is not described", method, pattern)
		return
	}
	described := operation.Responses.Status(r.status)
	if r.status >= 400 {
		described = operation.Responses.Default()
	}
	if described == nil {
		t.Errorf("%s %s: status %d is not described", method, pattern, r.status)
		return
	}
	mediaType, _, _ := strings.Cut(r.header.Get("Content-Type"), ";")
	for name, media := range described.Value.Content {
		if kind, _, _ := strings.Cut(name, ";"); kind != mediaType {
			t.Errorf("%s %s: media type %s, want %s", method, pattern, mediaType, name)
		}
		var value any
		if err := json.Unmarshal([]byte(r.text), &value); err != nil {
			t.Errorf("%s %s: %v", method, pattern, err)
			continue
		}
		if err := media.Schema.Value.VisitJSON(value, openapi3.MultiErrors()); err != nil {
			report(t, method+" "+pattern, err)
		}
		rows, isList := value.([]any)
		if !isList {
			rows = []any{value}
		} else if len(rows) == 0 {
			t.Errorf("%s %s: nothing to check", method, pattern)
		}
		schema := media.Schema.Value
		if isList {
			schema = schema.Items.Value
		}
		for _, row := range rows {
			unknown(t, method+" "+pattern, schema, row)
		}
	}
}

// unknown reports members that the description does not have.
func unknown(t *testing.T, where string, schema *openapi3.Schema, value any) {
	t.Helper()
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			property := schema.Properties[name]
			switch {
			case property != nil:
				unknown(t, where+"/"+name, property.Value, member)
			case schema.AdditionalProperties.Schema == nil && schema.AdditionalProperties.Has == nil:
				t.Errorf("%s: %s is not described", where, name)
			}
		}
	case []any:
		for _, item := range v {
			if schema.Items != nil {
				unknown(t, where, schema.Items.Value, item)
			}
		}
	}
}

// report lists what is wrong, save the known exceptions.
func report(t *testing.T, where string, err error) {
	t.Helper()
	if many, ok := err.(openapi3.MultiError); ok {
		for _, one := range many {
			report(t, where, one)
		}
		return
	}
	if wrong, ok := err.(*openapi3.SchemaError); ok {
		at := "/" + strings.Join(wrong.JSONPointer(), "/")
		for suffix := range exceptions() {
			if strings.HasSuffix(at, suffix) {
				return
			}
		}
		t.Errorf("%s at %s: %s", where, at, wrong.Reason)
		return
	}
	t.Errorf("%s: %v", where, err)
}

package simulator_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deskbridge/app/simulator"
)

// askPSA reads from the ConnectWise of a running world.
func (r running) askPSA(path string, into any) {
	r.t.Helper()
	req, err := http.NewRequest("GET", r.ConnectWise+"/v4_6_release/apis/3.0"+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(r.Company+"+"+simulator.PublicKey+":"+simulator.PrivateKey)))
	req.Header.Set("clientId", "6f9b1c1e-5a0d-4b7e-9a52-0c6f3b0e1d11")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		r.t.Errorf("GET %s: %s", path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		r.t.Fatal(err)
	}
}

// recordedLists reads the files of a recording.
func recordedLists(t *testing.T, dir string) map[string][]m {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "connectwise", "*.json"))
	out := map[string][]m{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]json.RawMessage{}
		if err := json.Unmarshal(text, &named); err != nil {
			t.Fatal(err)
		}
		for name, value := range named {
			var one m
			var list []m
			if json.Unmarshal(value, &one) == nil {
				list = []m{one}
			} else if err := json.Unmarshal(value, &list); err != nil {
				t.Fatal(err)
			}
			out[name] = append(out[name], list...)
		}
	}
	return out
}

// notServed are recorded members of which the simulator has one for all, or none.
func notServed() []string {
	return []string{
		"site", "location", "department", "sla", "locationId", "businessUnitId", "serviceLocation", "customFields",
		"workRole", "workType", "category", "members", "teamLeader", "typeAssociationIds", "mobileGuid", "notifyOnTicketDelete",
		"isInSla", "predecessorClosedFlag", "lagNonworkingDaysFlag", "resolveMinutes", "resPlanMinutes", "respondMinutes", "timeEntryNotAllowed",
		"enteredBy",
	}
}

// sameAs compares what was recorded of a record with what is answered: every plain member, and of each reference its
// id and name.
func sameAs(t *testing.T, where string, recorded, answered m) {
	t.Helper()
	for key, want := range recorded {
		got := answered[key]
		if want == nil || slices.Contains(notServed(), key) {
			continue
		}
		if ref, is := want.(m); is {
			answer, _ := got.(m)
			parts := []string{"id", "identifier", "name"}
			if key == "_info" && recorded["summary"] != nil { // other records are as old as the world
				parts = []string{"dateEntered", "enteredBy", "lastUpdated", "updatedBy"}
			}
			for _, part := range parts {
				if ref[part] != nil && answer[part] != ref[part] {
					t.Errorf("%s: %s/%s was %v, is %v", where, key, part, ref[part], answer[part])
				}
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s (-recorded +answered):\n%s", where, key, diff)
		}
	}
}

// answersAsRecorded looks for every record of a recording under its id.
func answersAsRecorded(t *testing.T, r running, dir string) {
	t.Helper()
	lists := recordedLists(t, dir)
	compared := 0
	compare := func(path string, recorded m) {
		var answered m
		path += fmt.Sprintf("/%v", recorded["id"])
		r.askPSA(path, &answered)
		sameAs(t, path, recorded, answered)
		compared++
	}
	for _, b := range lists["API_BOARD_LIST"] {
		delete(b, "billTime")
		compare("/service/boards", b)
		parts := map[string]string{
			"API_BOARD_STATUS_LIST": "statuses", "API_SERVICE_TEAM_LIST": "teams", "API_TYPE_LIST": "types", "API_SUBTYPE_LIST": "subtypes", "API_ITEM_LIST": "items",
		}
		for list, part := range parts {
			for _, p := range lists[list] {
				home, _ := p["board"].(m)
				if p["boardId"] == b["id"] || home["id"] == b["id"] {
					delete(p, "board") // shown with the board's own name
					compare(fmt.Sprintf("/service/boards/%v/%s", b["id"], part), p)
				}
			}
		}
	}
	for list, path := range map[string]string{"API_SERVICE_PRIORITY_LIST": "/service/priorities", "API_SOURCE_LIST": "/service/sources"} {
		var answered []m
		r.askPSA(path+"?pageSize=1000", &answered)
		for _, p := range lists[list] {
			if p["id"] == nil {
				continue
			}
			i := slices.IndexFunc(answered, func(a m) bool { return a["id"] == p["id"] })
			if i < 0 {
				t.Errorf("%s: %v is missing in %v", path, p, answered)
				continue
			}
			sameAs(t, path, p, answered[i])
			compared++
		}
	}
	for _, tk := range lists["API_SERVICE_TICKET"] {
		if tk["id"] == nil {
			continue
		}
		compare("/service/tickets", tk)
		company := picked(tk["company"], "id", "identifier", "name", "website", "deletedFlag")
		compare("/company/companies", company)
		compare("/company/contacts", picked(tk["contact"], "id"))
	}
	if compared < 12 {
		t.Errorf("only %d records were compared", compared)
	}
}

// picked has some members of an object.
func picked(of any, names ...string) m {
	out := m{}
	for _, name := range names {
		if object, _ := of.(m); object[name] != nil {
			out[name] = object[name]
		}
	}
	return out
}

func TestLoad_PSAFixturesAsRecorded(t *testing.T) {
	dir := os.Getenv("DESKBRIDGE_FIXTURES")
	if dir == "" {
		t.Skip("DESKBRIDGE_FIXTURES is not set")
	}
	answersAsRecorded(t, serve(t, simulator.Options{LoadDir: dir}), dir)
}

func TestLoad_PSAAsRecorded(t *testing.T) {
	dir := filepath.Join("testdata", "recording")
	r := serve(t, simulator.Options{LoadDir: dir})
	answersAsRecorded(t, r, dir)

	for path, want := range map[string][]int{
		"/service/boards":             {12, 24, 31},
		"/service/boards/31/statuses": {77, 405, 410, 411}, // the last is known from a ticket
		"/service/boards/12/statuses": {3, 10000},          // a board needs a status that is in use
		"/service/boards/31/teams":    {2, 8},
		"/service/boards/31/types":    {1, 6},
		"/service/boards/24/types":    {4},
		"/service/priorities":         {3, 6, 15, 16}, // without an id: above all others
		"/service/sources":            {2, 4, 9},
		"/company/companies":          {5, 19, 20}, // and Catchall
		"/company/contacts":           {44, 45},
		"/service/tickets":            {17, 5200, 5201},
	} {
		if diff := cmp.Diff(want, r.psaIDs(path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if id := r.post("/service/tickets", m{"summary": "later", "company": m{"id": 5}}); id != 5202 {
		t.Errorf("the ticket after 5201 is %d", id)
	}
	if of, _ := r.PSA.Ticket(17); of.Priority != "Someday" || of.Status != "Looked at" {
		t.Errorf("ticket 17 is %+v", of)
	}
	if of, _ := r.PSA.Ticket(5201); of.Company != "Catchall" || of.Board != "Old Desk" || of.Status != "New" {
		t.Errorf("ticket 5201 is %+v", of)
	}
	var flags []struct {
		ID          int
		DefaultFlag bool
	}
	r.askPSA("/service/priorities", &flags)
	for _, p := range flags {
		if p.DefaultFlag != (p.ID == 6) {
			t.Errorf("priority %+v", p)
		}
	}
}

func (r running) psaIDs(path string) (ids []int) {
	r.t.Helper()
	var list []struct{ ID int }
	r.askPSA(path, &list)
	for _, row := range list {
		ids = append(ids, row.ID)
	}
	return ids
}

// A recording is what somebody collected: it must load whatever is in it.
func TestLoad_PSAOddRecordings(t *testing.T) {
	const usable = `"API_BOARD_LIST": [{"id": 1, "name": "A"}, {"id": 1, "name": "B"}, {"name": "C"}, {"id": -3, "name": "D"}, {"id": 5000000000, "name": "E"}, {"id": 7}, null]`
	for name, more := range map[string]string{
		"nothing more":         ``,
		"one id twice":         `, "API_SERVICE_PRIORITY_LIST": [{"id": 1, "name": "x"}, {"id": 1, "name": "y"}], "API_SOURCE_LIST": [{"id": 1, "name": "x"}, {"id": 1, "name": "y"}]`,
		"on two boards":        `, "API_BOARD_STATUS_LIST": [{"id": 1, "name": "x", "board": {"id": 1}}, {"id": 1, "name": "x", "boardId": 2}]`,
		"no id first":          `, "API_SERVICE_PRIORITY_LIST": [{"name": "x"}, {"id": 1, "name": "y"}, {"id": "2", "name": "z"}]`,
		"the largest":          `, "API_SERVICE_PRIORITY_LIST": [{"id": 1073741824, "name": "x"}, {"id": 2147483647, "name": "y"}]`,
		"no status in use":     `, "API_BOARD_STATUS_LIST": [{"id": 1, "name": "x", "inactive": true, "board": {"id": 1}}]`,
		"plain no everywhere":  `, "API_SERVICE_PRIORITY_LIST": [{"id": 1, "name": "x", "defaultFlag": false}], "API_SERVICE_TICKET": {}`,
		"nothing in a ticket":  `, "API_SERVICE_TICKET": [{}, null, {"id": 0}, {"id": 5}, {"id": 5}]`,
		"a status elsewhere":   `, "API_BOARD_STATUS_LIST": [{"id": 8, "name": "x", "boardId": 2}], "API_SERVICE_TICKET": {"board": {"id": 1, "name": "B"}, "status": {"id": 8, "name": "x"}}`,
		"a contact elsewhere":  `, "API_SERVICE_TICKET": [{"company": {"id": 1, "name": "x"}, "contact": {"id": 1, "name": "p"}}, {"company": {"id": 2, "name": "x"}, "contact": {"id": 1, "name": "p"}}]`,
		"a contact of nobody":  `, "API_CONTACT_LIST": [{"id": 1, "firstName": "p", "company": {"id": 9}}], "API_SERVICE_TICKET": {"contact": {"id": 1, "name": "p"}}`,
		"our own member":       `, "API_MEMBER_LIST": [{"identifier": "x"}, {"id": 101, "identifier": "y"}], "API_SERVICE_TICKET": {"owner": {"id": 101, "identifier": "y"}}`,
		"names alone":          `, "API_SERVICE_TICKET": [{"board": {"name": "B"}, "status": {"name": "x"}, "team": {"name": "t"}, "company": {"identifier": "c"}, "owner": {"name": "o"}}, {"board": {"name": "Z"}, "status": {"name": "x"}}]`,
		"other kinds of value": `, "API_SERVICE_TICKET": {"id": "x", "summary": 5, "board": 7, "status": [], "company": null, "priority": "x", "approved": 3, "_info": ""}, "API_TYPE_LIST": 5`,
	} {
		t.Run(name, func(t *testing.T) {
			w, err := record(t, "", "{"+usable+more+"}")
			if err != nil {
				t.Fatal(err)
			}
			w.Report()
		})
	}
}

package psa_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"deskbridge/app/simulator/psa"
)

// upload posts a form; a value that starts with @ is the content of a file of the field's own name.
func (w *world) upload(fileName, content string, fields ...string) reply {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		form.WriteField(fields[i], fields[i+1])
	}
	if fileName != "" {
		part, _ := form.CreateFormFile("file", fileName)
		part.Write([]byte(content))
	}
	form.Close()
	return w.send("POST", "/system/documents", body.String(), func(r *http.Request) { r.Header.Set("Content-Type", form.FormDataContentType()) })
}

func TestDocuments(t *testing.T) {
	w := newWorld(t, func(o *psa.Options) { o.MaxDocument = 1000 })
	id := w.create(`{"summary":"a","company":{"id":1}}`)
	ticket := fmt.Sprint(id)
	w.clock.Pass(time.Minute)
	r := w.want(w.upload("shot.png", "PNG!", "recordType", "Ticket", "recordId", ticket, "Title", "A shot", "PrivateFlag", "True"), 201,
		`"title":"A shot"`, `"fileName":"shot.png"`, `"size":4`, `"publicFlag":false`, `"guid":"`, `"owner":"Deskbridge"`)
	w.want(w.get("/service/tickets/"+ticket), 200, `"lastUpdated":"2026-03-02T09:01:00Z"`)
	w.want(w.upload("b.txt", "text", "recordType", "Ticket", "recordId", ticket, "readOnlyFlay", "true"), 201, `"title":"b.txt"`, `"readOnlyFlag":true`, `"publicFlag":true`)
	w.want(w.upload("", "", "recordType", "Ticket", "recordId", ticket, "url", "https://a.example/x"), 201, `"urlFlag":true`)

	both := w.want(w.get("/system/documents?recordType=Ticket&recordId="+ticket), 200)
	refs := w.want(w.get("/service/tickets/"+ticket+"/documents"), 200, `"name":"A shot"`, `"filename":"shot.png"`)
	if both.ids() != "501 502 503" || refs.ids() != both.ids() {
		t.Errorf("listed %s", both.ids())
	}
	w.want(w.get(where("/service/tickets/"+ticket+"/documents", `name="A shot"`)), 200, `"id":501`)
	w.want(w.get("/service/tickets/"+ticket+"/documents/count"), 200, `{"count":3}`)
	w.want(w.get("/system/documents/count?recordType=Ticket&recordId="+ticket), 200, `{"count":3}`)
	down := w.want(w.get(fmt.Sprintf("/system/documents/%d/download", r.id())), 200)
	if down.text != "PNG!" || down.header.Get("Content-Type") != "application/octet-stream" || !strings.Contains(down.header.Get("Content-Disposition"), "shot.png") {
		t.Errorf("downloaded %q %v", down.text, down.header)
	}
	w.want(w.get("/system/documents/501"), 200, `"fileName":"shot.png"`)
	w.want(w.get("/system/documents/9"), 404)
	if got := w.Documents(id); len(got) != 3 || string(got[0].Content) != "PNG!" || !got[0].Private {
		t.Errorf("documents %+v", got)
	}

	for _, path := range []string{"/system/documents", "/system/documents?recordType=Ticket", "/system/documents?recordType=Company&recordId=1", "/system/documents?recordType=Ticket&recordId=x"} {
		w.want(w.get(path), 400, "documentInfo object is invalid")
	}
	if r := w.want(w.get("/system/documents?recordType=Ticket&recordId=9"), 200); r.text != "[]" {
		t.Errorf("documents of no ticket: %s", r.text)
	}
	for name, c := range map[string]struct {
		file, content, kind, id, part string
		status                        int
	}{
		"a program":         {"a.EXE", "x", "Ticket", ticket, ".exe are not allowed", 400},
		"too large":         {"a.txt", strings.Repeat("x", 1001), "Ticket", ticket, "maximum size", 400},
		"no file":           {"", "", "Ticket", ticket, `"field":"file"`, 400},
		"no ticket":         {"a.txt", "x", "Ticket", "9", "NotFound", 404},
		"another record":    {"a.txt", "x", "Company", "1", `"field":"recordType"`, 400},
		"no record at all":  {"a.txt", "x", "", "", `"field":"recordId"`, 400},
		"much more than ok": {"a.txt", strings.Repeat("x", 2<<20), "Ticket", ticket, "too large", 413},
	} {
		r := w.upload(c.file, c.content, "recordType", c.kind, "recordId", c.id)
		if r.status != c.status || !strings.Contains(r.text, c.part) {
			t.Errorf("%s: %d %s", name, r.status, r.text)
		}
	}
	w.want(w.send("POST", "/system/documents", `{}`), 415)
	w.want(w.send("POST", "/system/documents", "--x\r\nbroken", func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=x") }), 400)
	if len(w.Documents(id)) != 3 {
		t.Error("a refused document was saved")
	}
}

package simulator_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"deskbridge/app/simulator"
)

// BenchmarkCarry is what carrying one ticket asks of the PSA: a create and two notes.
func BenchmarkCarry(b *testing.B) {
	w, err := simulator.New(simulator.Options{Tickets: 1})
	if err != nil {
		b.Fatal(err)
	}
	handler := w.PSAHandler()
	login := "Basic " + base64.StdEncoding.EncodeToString([]byte(w.Company+"+"+simulator.PublicKey+":"+simulator.PrivateKey))
	post := func(path string, body any) int {
		text, _ := json.Marshal(body)
		r := httptest.NewRequest("POST", "/v4_6_release/apis/3.0"+path, bytes.NewReader(text))
		r.Header.Set("Authorization", login)
		r.Header.Set("clientId", "6f9b1c1e-5a0d-4b7e-9a52-0c6f3b0e1d11")
		r.Header.Set("Content-Type", "application/json")
		out := httptest.NewRecorder()
		handler.ServeHTTP(out, r)
		if out.Code != http.StatusCreated {
			b.Fatalf("%s: %d %s", path, out.Code, out.Body)
		}
		var made struct{ ID int }
		json.Unmarshal(out.Body.Bytes(), &made)
		return made.ID
	}
	for i := 0; b.Loop(); i++ {
		id := post("/service/tickets", m{"summary": "carried", "company": m{"id": 1}, "externalXRef": fmt.Sprintf("deskbridge:sim:%d", i), "processNotifications": false})
		for k := range 2 {
			post(fmt.Sprintf("/service/tickets/%d/notes", id), m{"text": fmt.Sprintf("note\n\n[zd %d/%d]", i, k), "detailDescriptionFlag": true, "processNotifications": false})
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		if _, err := simulator.New(simulator.Options{Tickets: 100_000, Now: noon}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReport(b *testing.B) {
	w, err := simulator.New(simulator.Options{Tickets: 100_000, Now: noon})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		w.Report()
	}
}

package oauth

import (
	"crypto/rand"
	"html/template"
	"net/http"
)

// page is what the browser shows at the end.
type page struct {
	Title, Text string
	Nonce       string
}

var (
	donePage     = page{Title: "Token Processed", Text: "You are signed in. You can close this window and go back to Deskbridge."}
	deniedPage   = page{Title: "Access Denied", Text: "Deskbridge was not given access. You can close this window and try again."}
	failedPage   = page{Title: "Sign-in Failed", Text: "The sign-in did not work. Go back to Deskbridge, which says why."}
	usedPage     = page{Title: "Already Processed", Text: "This sign-in is over. You can close this window."}
	notFoundPage = page{Title: "Nothing Here", Text: "This address only serves the end of a sign-in."}
)

// show writes a page that loads nothing, sends no referrer (its address holds a
// code) and runs one script of its own: to drop the code from the address bar
// and to close the window where the browser allows it.
func show(w http.ResponseWriter, status int, p page) {
	p.Nonce = rand.Text()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+p.Nonce+"'; script-src 'nonce-"+p.Nonce+
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Connection", "close")
	w.WriteHeader(status)
	// A browser that went away misses only the words.
	_ = template.Must(template.New("page").Parse(pageText)).Execute(w, p)
}

const pageText = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Title}} - Deskbridge</title>
<style nonce="{{.Nonce}}">
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 20vh auto 0; padding: 0 1rem; text-align: center }
button { font: inherit; padding: .5rem 1.25rem; margin-top: 1rem; cursor: pointer }
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
<button id="close" type="button">Close Window</button>
<p id="hint" role="status" hidden>Your browser keeps this window open. Close it yourself.</p>
</main>
<script nonce="{{.Nonce}}">
history.replaceState(null, "", "/");
document.getElementById("close").addEventListener("click", function () {
  window.close();
  setTimeout(function () { document.getElementById("hint").hidden = false; }, 200);
});
</script>
</body>
</html>
`

package checklist

import (
	"errors"
	"strings"

	"deskbridge/app/ticket"
)

// judgePSA makes ConnectWise's rows: the way in, then rights, then choices.
func judgePSA(f *PSAFacts) []Check {
	way, stopped := judgeWay(f)
	out := way
	for _, r := range Rights() {
		var fact RightFact
		if f != nil {
			fact = f.Rights[r.Key]
		}
		out = append(out, judgeRight(r, fact, stopped))
	}
	return append(out, judgeChoices(f, stopped)...)
}

// judgeWay judges address, company, keys and client id. stopped says why nothing
// further could be asked.
func judgeWay(f *PSAFacts) (out []Check, stopped string) {
	rows := []struct{ id, title string }{
		{"psa.address", "ConnectWise answers"},
		{"psa.company", "ConnectWise knows the company"},
		{"psa.keys", "ConnectWise sign-in works"},
		{"psa.client-id", "ConnectWise knows Deskbridge"},
	}
	passed := func(n int, details ...string) {
		for i := len(out); i < n; i++ {
			detail := ""
			if i < len(details) {
				detail = details[i]
			}
			out = append(out, pass(rows[i].id, rows[i].title, detail))
		}
	}
	failed := func(detail, next string) {
		row := rows[len(out)]
		out = append(out, fail(row.id, row.title, detail, next))
	}
	rest := func(why string) ([]Check, string) {
		for i := len(out); i < len(rows); i++ {
			out = append(out, unknown(rows[i].id, rows[i].title, why, "Solve that first, then check again."))
		}
		return out, why
	}
	if f == nil {
		return rest("ConnectWise is not connected yet.")
	}
	identify, signIn := f.IdentifyErr, f.SignInErr
	const unreached = "ConnectWise cannot be reached."
	switch {
	case errors.Is(identify, ErrCompany) || errors.Is(signIn, ErrCompany):
		passed(1)
		failed("ConnectWise does not know this company id at this address. Nothing can be carried.",
			"Type the company id as on the ConnectWise login page, capitals included, and check the region.")
		return rest("The company id is not known.")
	case errors.Is(signIn, ErrAddress):
		failed("Somebody answers at the address, but not the ConnectWise API. In the cloud a wrong company id or wrong keys can look like this too.",
			"Check region or server address, then company id and keys.")
		return rest("The API was not found.")
	case errors.Is(identify, ticket.ErrUnavailable):
		failed("ConnectWise cannot be reached: "+plain(identify)+". Nothing is carried until it can; nothing is lost.",
			"Check region or server address, and whether this computer is online.")
		return rest(unreached)
	case errors.Is(signIn, ticket.ErrUnavailable):
		failed("ConnectWise cannot be reached: "+plain(signIn)+". Nothing is carried until it can; nothing is lost.",
			"Check region or server address, and whether this computer is online.")
		return rest(unreached)
	}
	companyDetail := ""
	if identify != nil {
		companyDetail = "The server does not tell which companies it knows; the sign-in below proves it."
	}
	switch {
	case signIn == nil || errors.Is(signIn, ticket.ErrForbidden):
		passed(len(rows), f.Name, companyDetail)
		return out, ""
	case errors.Is(signIn, ErrClientID):
		passed(3, f.Name, companyDetail)
		failed("ConnectWise does not accept Deskbridge's own number. Nothing can be carried.",
			"Update Deskbridge; if that does not help, tell its maker.")
		return rest("ConnectWise does not accept Deskbridge's own number.")
	case errors.Is(signIn, ErrSwapped):
		passed(2, f.Name, companyDetail)
		failed("Public and private key are swapped.", "Put each key into the other field.")
	case errors.Is(signIn, ticket.ErrSignIn):
		passed(2, f.Name, companyDetail)
		failed("ConnectWise refuses the keys. Nothing can be carried until they are replaced; nothing is lost.",
			"Copy both keys again. If the private key is gone, make a new pair in System › Members › API Members › API Keys. Check the company id too: capitals matter.")
	default:
		passed(2, f.Name, companyDetail)
		out = append(out, unknown(rows[2].id, rows[2].title, "The check did not get through: "+strings.TrimSuffix(plain(signIn), ".")+".", "Check again later."))
	}
	return rest("The sign-in does not work.")
}

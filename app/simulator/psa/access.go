package psa

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// companyInfoPath gives the company of a look-up address.
func companyInfoPath(path string) (string, bool) {
	company, ok := strings.CutPrefix(path, "/login/companyinfo/")
	return company, ok && company != "" && !strings.Contains(company, "/")
}

// companyInfo tells anyone which codebase a company is on; null for a company that is not here.
func (s *Server) companyInfo(r *http.Request, company string) answer {
	s.journal.add(s.now(), &call{server: s, request: r}, http.StatusOK)
	if company != s.options.Company {
		return answer{status: http.StatusOK, mediaType: "application/json; charset=utf-8", body: []byte("null")}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	code := strings.ReplaceAll(strings.TrimSuffix(s.codebase, "/"), "_", ".")
	body, _ := json.Marshal(struct {
		CompanyName, Codebase, VersionCode, VersionNumber, CompanyID string
		IsCloud                                                      bool
		SiteUrl                                                      string
	}{company, s.codebase, code, "v" + Version + ".105333", company, true, r.Host})
	return answer{status: http.StatusOK, mediaType: "application/json; charset=utf-8", body: body}
}

// signIn checks keys and clientId and gives the refusal, or nil.
func (s *Server) signIn(r *http.Request) *answer {
	user, password, given := r.BasicAuth()
	if !given {
		return new(failure(http.StatusUnauthorized, "ConnectWiseApi", "UserNotAuthenticated"))
	}
	// The company id counts as typed: case matters.
	if user != s.options.Company+"+"+s.options.PublicKey || password != s.options.PrivateKey {
		return new(failure(http.StatusUnauthorized, "Unauthorized", "The provided company, public key or private key is not valid."))
	}
	id := strings.ToLower(r.Header.Get("clientId"))
	accepted := func(known string) bool { return strings.EqualFold(known, id) }
	if !isGUID(id) || s.options.ClientIDs != nil && !slices.ContainsFunc(s.options.ClientIDs, accepted) {
		return new(failure(http.StatusForbidden, "ConnectWiseApi", "A valid clientId header is required for this request."))
	}
	return nil
}

func isGUID(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i := range len(id) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (id[i] == '-') || !dash && !strings.ContainsRune("0123456789abcdef", rune(id[i])) {
			return false
		}
	}
	return true
}

// acceptedVersion is the version an Accept header pins, or the newest.
func acceptedVersion(r *http.Request) string {
	for _, part := range strings.FieldsFunc(r.Header.Get("Accept"), func(c rune) bool { return c == ';' || c == ',' }) {
		if version, ok := strings.CutPrefix(strings.TrimSpace(part), "version="); ok && version != "" && !strings.ContainsAny(version, "\r\n\"") {
			return version
		}
	}
	return Version
}

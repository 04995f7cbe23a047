// Package fault decides, for each request that reaches a simulated service, which misfortunes befall it, and
// plays out those that look the same on every service: cut connections, stalls, HTML in place of JSON, writes
// that land late. It refuses to know what a ticket is; a service asks, and does the parts only it can do.
// The one rule: the same seed and the same order of requests give the same misfortunes.
package fault

// Name is the word by which a person or a test asks for a fault.
type Name string

// The faults. Their meaning is in List, which also feeds the help texts.
const (
	DropAnswer  Name = "drop-answer"
	DropRequest Name = "drop-request"
	LateSave    Name = "late-save"
	Throttle    Name = "throttle"
	ExpireToken Name = "expire-token"
	RevokeToken Name = "revoke-token"
	RevokeRight Name = "revoke-right"
	RepeatPage  Name = "repeat-page"
	LateRecord  Name = "late-record"
	HTMLError   Name = "html-error"
	Truncate    Name = "truncate"
	Stall       Name = "stall"
	ClockSkew   Name = "clock-skew"
	RefuseXRef  Name = "refuse-xref"
	ServerError Name = "server-error"
	SameSecond  Name = "same-second"
)

// Fault describes one name: what it does, and how likely it is per matching request when nobody says.
type Fault struct {
	Name    Name
	About   string
	Default float64
	applies func(Call) bool
}

// List returns every fault, in the order help texts show them.
func List() []Fault {
	return []Fault{
		{DropAnswer, "the request is carried out, then the connection is cut without an answer", 0.05, notLogin},
		{DropRequest, "the connection is cut before anything is done", 0.05, notLogin},
		{LateSave, "a write is cut off now and becomes visible only 20 seconds later", 0.05, Call.plainWrite},
		{Throttle, "429 with Retry-After, in the service's own words", 0.05, notLogin},
		{ExpireToken, "the Zendesk access token is suddenly dead: 401 until it is refreshed", 0.02, Call.deskOnly},
		{RevokeToken, "the Zendesk refresh token is dead: invalid_grant, sign in again", 0.05, Call.deskLogin},
		{RevokeRight, "403 on every call of a right (revoke-right:NAME for one right, else exports on Zendesk and all on ConnectWise)", 1, Call.guarded},
		{RepeatPage, "a page of a list repeats records already given", 0.05, Call.page},
		{LateRecord, "a record of a page's last second is left out and shows up on the next read (Zendesk: exports only)", 0.05, Call.window},
		{HTMLError, "HTML where JSON was expected: reads get it with 503 or 200, writes with 502 after saving", 0.05, notLogin},
		{Truncate, "the JSON answer ends in the middle, after the request was carried out", 0.05, notLogin},
		{Stall, "the answer takes 5 seconds", 0.05, notLogin},
		{ClockSkew, "the service's clock is an hour ahead (clock-skew:-1h for behind)", 1, Call.any},
		{RefuseXRef, "ConnectWise refuses the externalXRef condition with ApiFindCondition", 1, Call.xref},
		{ServerError, "500 or 503 before anything is done", 0.05, notLogin},
		{SameSecond, "the generator piles many records into one second", 1, Call.never},
	}
}

// Names returns every valid name, in the order of List.
func Names() []Name {
	list := List()
	names := make([]Name, len(list))
	for i, f := range list {
		names[i] = f.Name
	}
	return names
}

// Side says which simulated service a request went to.
type Side string

// The two services.
const (
	Desk Side = "zendesk"
	PSA  Side = "connectwise"
)

// Call is one request as the injector sees it. The service fills it in; Ordinal is set by Begin.
type Call struct {
	Side    Side
	Method  string
	Path    string
	Write   bool   // it changes something
	List    bool   // it answers with one page of a list
	Login   bool   // it is about tokens: spared from random faults, since a lost refresh loses the sign-in
	Right   string // the named right it needs, if the service guards it
	Search  string // its condition text, if it is a search
	Ordinal int    // the how-manieth request of its side this is, from 1
}

func (c Call) any() bool        { return true }
func (c Call) never() bool      { return false }
func (c Call) plainWrite() bool { return c.Write && !c.Login }
func (c Call) deskOnly() bool   { return c.Side == Desk && !c.Login }
func (c Call) deskLogin() bool  { return c.Side == Desk && c.Login }
func (c Call) guarded() bool    { return c.Right != "" }
func (c Call) page() bool       { return c.List && !c.Write }
func (c Call) window() bool     { return c.page() && (c.Side == PSA || c.guarded()) }
func notLogin(c Call) bool      { return !c.Login }

func (c Call) xref() bool {
	return c.Side == PSA && containsFold(c.Search, "externalxref")
}

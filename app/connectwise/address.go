package connectwise

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Address is where one ConnectWise instance answers.
type Address struct {
	root string // scheme and host, such as "https://api-na.myconnectwise.net"
	// api is the path of the API base; empty means that the company look-up
	// tells it.
	api   string
	cloud bool
}

// Region is one of ConnectWise's own data centres, as a person picks it.
type Region struct {
	Name string // "North America"
	Host string // what people see in their browser: "na.myconnectwise.net"
}

// Regions lists the data centres a person can pick (Developer Guide, "Cloud URLs").
func Regions() []Region {
	return []Region{
		{"North America", "na.myconnectwise.net"},
		{"Europe", "eu.myconnectwise.net"},
		{"Australia", "au.myconnectwise.net"},
		{"Australia (older)", "aus.myconnectwise.net"},
		{"South Africa", "za.myconnectwise.net"},
		{"Staging", "staging.connectwisedev.com"},
	}
}

// cloudDomains are where ConnectWise runs instances itself. There the API
// answers on a host of its own, with "api-" in front.
var cloudDomains = [...]string{".myconnectwise.net", ".connectwisedev.com"}

var (
	// codebasePath is a path that starts with a release, as web pages have it.
	codebasePath = regexp.MustCompile(`(?i)^/v\d+_\d+(_release)?(/|$)`)
	// pagePath is a page of the web client or the way to it.
	pagePath = regexp.MustCompile(`(?i)(\.(aspx|html?|rails)$)|^/(login|connectwise|services|support|webapp)(/|$)`)
	hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$`)
	plainURL = regexp.MustCompile(`^[A-Za-z0-9/._~-]*$`)
)

// apiRoot ends every API base (section 2 of the API facts).
const apiRoot = "apis/3.0"

// ParseAddress reads what a person typed or pasted as the address of their
// ConnectWise: a region, a host, the address of any page, or an API base. The
// error says what is wrong with it in words for that person.
//
// A path that is an API base is kept; so is a path nobody knows on an own
// server, where a gateway may have put the API anywhere. Addresses of web pages
// lose their path.
func ParseAddress(s string) (Address, error) {
	s = strings.Trim(s, " \t\r\n\"'<>\u00a0\u200b\ufeff")
	if s == "" {
		return Address{}, errors.New("the address is empty")
	}
	for _, r := range Regions() {
		if label, _, _ := strings.Cut(r.Host, "."); strings.EqualFold(s, label) {
			s = r.Host
		}
	}
	scheme, rest, given := strings.Cut(s, "://")
	if !given {
		scheme, rest = "", strings.TrimPrefix(s, "//")
	}
	scheme = strings.ToLower(scheme)
	if given && scheme != "https" && scheme != "http" {
		return Address{}, fmt.Errorf("the address starts with %q; it has to start with https://", scheme+"://")
	}
	u, err := url.Parse("https://" + rest)
	if err != nil || u.Opaque != "" {
		return Address{}, errors.New("this is not a web address")
	}
	if u.User != nil {
		return Address{}, errors.New("the address holds a user name or password; leave them out")
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	port := u.Port()
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return Address{}, fmt.Errorf("%q is not a port", port)
		}
		port = strconv.FormatUint(n, 10)
	}
	if cloud, ok := cloudHost(host); ok {
		return Address{root: "https://" + cloud, api: apiPath(u.Path, true), cloud: true}, nil
	}
	ip := net.ParseIP(host)
	loopback := host == "localhost" || ip != nil && ip.IsLoopback()
	switch {
	case ip == nil && (!hostName.MatchString(host) || strings.Contains(host, "..")):
		return Address{}, errors.New("this is not a web address")
	case !loopback && ip == nil && !strings.Contains(host, ".") && port == "" && !given:
		return Address{}, fmt.Errorf("%q is not a web address; it needs a host name such as connectwise.example.com", s)
	case scheme == "http" && !loopback:
		return Address{}, errors.New("the address is not encrypted; it has to start with https://")
	case scheme == "":
		scheme = "https"
		if loopback {
			scheme = "http"
		}
	}
	api := apiPath(u.Path, false)
	if !plainURL.MatchString(api) || strings.Contains("/"+api+"/", "/../") || strings.Contains("/"+api+"/", "/./") {
		return Address{}, errors.New("the path of the address holds signs an API address cannot have")
	}
	if ip != nil && ip.To4() == nil {
		host = "[" + ip.String() + "]"
	} else if ip != nil {
		host = ip.String()
	}
	if port != "" && !(port == "443" && scheme == "https") && !(port == "80" && scheme == "http") {
		host = net.JoinHostPort(strings.Trim(host, "[]"), port)
	}
	return Address{root: scheme + "://" + host, api: api}, nil
}

// cloudHost returns the API host that belongs to a host of ConnectWise's cloud.
func cloudHost(host string) (string, bool) {
	for _, domain := range cloudDomains {
		label, ok := strings.CutSuffix(host, domain)
		if !ok {
			continue
		}
		label = strings.TrimPrefix(label, "api-")
		if hostName.MatchString(label) && !strings.Contains(label, ".") {
			return "api-" + label + domain, true
		}
	}
	return "", false
}

// apiPath returns the API base in a path, or nothing where the path is a page.
// A base given twice, as pasting does, is taken once: the front answers
// "Cannot route" otherwise.
func apiPath(path string, cloud bool) string {
	path = strings.TrimRight(path, "/")
	lower := strings.ToLower(path)
	if at := strings.Index(lower+"/", "/"+apiRoot+"/"); at >= 0 {
		base := path[:at] + "/" + apiRoot
		if cloud && !codebasePath.MatchString(base) {
			return ""
		}
		return base
	}
	if cloud || codebasePath.MatchString(path) || pagePath.MatchString(path) {
		return ""
	}
	return path
}

// String returns the address as it is stored: the host, and the path of the API
// base where one was given.
func (a Address) String() string { return a.root + a.api }

// Cloud tells whether ConnectWise runs the instance.
func (a Address) Cloud() bool { return a.cloud }

// Zero tells whether the address was never set.
func (a Address) Zero() bool { return a.root == "" }

// website is the host a person's browser uses.
func (a Address) website() string {
	if a.cloud {
		return strings.Replace(a.root, "https://api-", "https://", 1)
	}
	return a.root
}

// TicketURL returns the page of one service ticket in the web client. The form
// is the one ConnectWise's own mails use; v4_6_release leads to any release.
func (a Address) TicketURL(company string, id int64) string {
	return a.website() + "/v4_6_release/services/system_io/Service/fv_sr100_request.rails?" +
		url.Values{"service_recid": {strconv.FormatInt(id, 10)}, "companyName": {company}}.Encode()
}

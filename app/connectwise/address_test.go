package connectwise_test

import (
	"net/url"
	"strings"
	"testing"

	"deskbridge/app/connectwise"
)

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://na.myconnectwise.net":     "https://api-na.myconnectwise.net",
		"na.myconnectwise.net":             "https://api-na.myconnectwise.net",
		"  NA.MyConnectWise.net/ \n":       "https://api-na.myconnectwise.net",
		"api-eu.myconnectwise.net":         "https://api-eu.myconnectwise.net",
		"http://au.myconnectwise.net":      "https://api-au.myconnectwise.net",
		"https://na.myconnectwise.net:443": "https://api-na.myconnectwise.net",
		"eu":                               "https://api-eu.myconnectwise.net",
		"STAGING":                          "https://api-staging.connectwisedev.com",
		"staging.connectwisedev.com.":      "https://api-staging.connectwisedev.com",
		"https://na.myconnectwise.net/v2025_1/ConnectWise.aspx?locale=en_US#board":  "https://api-na.myconnectwise.net",
		"https://na.myconnectwise.net/login?company=acme":                           "https://api-na.myconnectwise.net",
		"https://api-na.myconnectwise.net/v4_6_release/apis/3.0/":                   "https://api-na.myconnectwise.net/v4_6_release/apis/3.0",
		"https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets/12?x=1": "https://api-na.myconnectwise.net/v4_6_release/apis/3.0",
		"https://cw.msp.example/v4_6_release/apis/3.0/v4_6_release/apis/3.0":        "https://cw.msp.example/v4_6_release/apis/3.0",
		"cw.msp.example":                                      "https://cw.msp.example",
		"https://CW.msp.example:8443/":                        "https://cw.msp.example:8443",
		"https://cw.msp.example/v4_6_release":                 "https://cw.msp.example",
		"https://cw.msp.example/v2024_1/services/system_io/x": "https://cw.msp.example",
		"https://cw.msp.example/ConnectWise.aspx":             "https://cw.msp.example",
		"https://cw.msp.example/login/companyinfo/acme":       "https://cw.msp.example",
		"https://gateway.msp.example/psa":                     "https://gateway.msp.example/psa",
		"<https://cw.msp.example>":                            "https://cw.msp.example",
		"http://127.0.0.1:8080":                               "http://127.0.0.1:8080",
		"127.0.0.1:8080":                                      "http://127.0.0.1:8080",
		"localhost:8080/v4_6_release/apis/3.0":                "http://localhost:8080/v4_6_release/apis/3.0",
		"http://[::1]:8080":                                   "http://[::1]:8080",
		"https://10.0.0.5":                                    "https://10.0.0.5",
		"https://psa":                                         "https://psa",
	} {
		got, err := connectwise.ParseAddress(in)
		if err != nil || got.String() != want {
			t.Errorf("ParseAddress(%q) = %q, %v; want %q", in, got, err, want)
		}
		if cloud := strings.Contains(want, "//api-"); got.Cloud() != cloud {
			t.Errorf("ParseAddress(%q).Cloud() = %v", in, got.Cloud())
		}
	}
}

func TestParseAddress_Refused(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "empty",
		"   ":                             "empty",
		"ftp://cw.msp.example":            `starts with "ftp://"`,
		"http://cw.msp.example":           "not encrypted",
		"https://user:pw@cw.msp.example":  "user name or password",
		"acme":                            "needs a host name",
		"two words":                       "not a web address",
		"https://":                        "not a web address",
		"https://cw.msp.example:99999":    "not a port",
		"https://cw..example":             "not a web address",
		"https://münchen.example":         "not a web address",
		"https://cw.msp.example/a b":      "holds signs",
		"https://cw.msp.example/../x":     "holds signs",
		"https://cw.msp.example/%2e%2e/x": "holds signs",
	} {
		if got, err := connectwise.ParseAddress(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseAddress(%q) = %q, %v; want an error with %q", in, got, err, want)
		}
	}
}

func TestAddress_TicketURL(t *testing.T) {
	a, err := connectwise.ParseAddress("na.myconnectwise.net")
	if err != nil {
		t.Fatal(err)
	}
	want := "https://na.myconnectwise.net/v4_6_release/services/system_io/Service/fv_sr100_request.rails?companyName=acme&service_recid=69"
	if got := a.TicketURL("acme", 69); got != want {
		t.Errorf("TicketURL = %s", got)
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"na", "https://na.myconnectwise.net/v2025_1/ConnectWise.aspx", "http://[::1]:80/x", "cw.example:0443", "https://a/v4_6_release/apis/3.0//", "https://\\x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := connectwise.ParseAddress(s)
		if err != nil {
			return
		}
		again, err := connectwise.ParseAddress(a.String())
		if err != nil || again != a {
			t.Fatalf("%q became %q, which becomes %q (%v)", s, a, again, err)
		}
		u, err := url.Parse(a.String())
		if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Host != strings.ToLower(u.Host) {
			t.Fatalf("%q became %q, which is not a plain address (%v)", s, a, err)
		}
		host := u.Hostname()
		if u.Scheme != "https" && host != "localhost" && !strings.HasPrefix(host, "127.") && host != "::1" {
			t.Fatalf("%q became %q, which is not encrypted", s, a)
		}
		if _, err := connectwise.New(a, keys(), clientID); err != nil {
			t.Fatalf("%q became %q, which cannot be used: %v", s, a, err)
		}
	})
}

func TestKeys_Faults(t *testing.T) {
	good := connectwise.Keys{Company: "acme", Public: "abcdEFGH12345678", Private: "ZYXWvuts87654321"}
	with := func(change func(*connectwise.Keys)) connectwise.Keys {
		k := good
		change(&k)
		return k
	}
	for name, tc := range map[string]struct {
		keys  connectwise.Keys
		field string
		text  string
	}{
		"as they should be":  {good, "", ""},
		"half pasted":        {with(func(k *connectwise.Keys) { k.Private = k.Private[:7] }), "private_key", "cut short"},
		"a stray blank":      {with(func(k *connectwise.Keys) { k.Public += " " }), "public_key", "blank before or after"},
		"a gap":              {with(func(k *connectwise.Keys) { k.Public = "abcd EFGH12345678" }), "public_key", "in it"},
		"missing":            {with(func(k *connectwise.Keys) { k.Private = "" }), "private_key", "missing"},
		"twice the same":     {with(func(k *connectwise.Keys) { k.Private = k.Public }), "private_key", "the same"},
		"whole user name":    {with(func(k *connectwise.Keys) { k.Public = "acme+" + k.Public }), "public_key", "plus sign"},
		"both in one":        {with(func(k *connectwise.Keys) { k.Public = k.Public + ":" + k.Private }), "public_key", "colon"},
		"company is missing": {with(func(k *connectwise.Keys) { k.Company = "" }), "company", "The company id is missing."},
	} {
		t.Run(name, func(t *testing.T) {
			faults := tc.keys.Faults()
			if tc.field == "" {
				if len(faults) != 0 {
					t.Fatalf("Faults = %v, want none", faults)
				}
				return
			}
			if len(faults) != 1 || faults[0].Field != tc.field || !strings.Contains(faults[0].Message, tc.text) {
				t.Fatalf("Faults = %v, want %s with %q", faults, tc.field, tc.text)
			}
		})
	}
	if s := good.String() + good.GoString() + good.LogValue().String(); strings.Contains(s, good.Private) {
		t.Errorf("the private key shows in %s", s)
	}
}

func TestParseCompany(t *testing.T) {
	for in, want := range map[string]string{
		" AcMe ": "AcMe",
		"acme_c": "acme_c",
		"https://na.myconnectwise.net/login/companyinfo/Acme/":          "Acme",
		"https://na.myconnectwise.net/v2025_1/x.rails?companyName=Acme": "Acme",
	} {
		if got, err := connectwise.ParseCompany(in); err != nil || got != want {
			t.Errorf("ParseCompany(%q) = %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "a b", "acme+key", "..", "https://na.myconnectwise.net", "a/b", "a\x00b"} {
		if got, err := connectwise.ParseCompany(in); err == nil {
			t.Errorf("ParseCompany(%q) = %q, want an error", in, got)
		}
	}
}

package condition_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"deskbridge/app/simulator/psa/condition"
)

// machine is a record to filter.
type machine struct {
	id    int32
	name  string
	on    bool
	since int64
	owner string
	load  float64
}

func field(path string) (condition.Field[machine], bool) {
	fields := map[string]condition.Field[machine]{
		"id":         {Kind: condition.KindNumber, Get: func(m machine) condition.Value { return condition.Number(m.id) }},
		"name":       {Kind: condition.KindText, Get: func(m machine) condition.Value { return condition.Text(m.name) }},
		"on":         {Kind: condition.KindBool, Get: func(m machine) condition.Value { return condition.Bool(m.on) }},
		"since":      {Kind: condition.KindTime, Get: func(m machine) condition.Value { return condition.Time(m.since) }},
		"owner/name": {Kind: condition.KindText, Get: func(m machine) condition.Value { return condition.Text(m.owner) }},
		"load":       {Kind: condition.KindAny, Get: func(m machine) condition.Value { return condition.Number(m.load) }},
		"state": {Kind: condition.KindText, Enum: []string{"Up", "Down"}, Get: func(m machine) condition.Value {
			if m.on {
				return condition.Text("Up")
			}
			return condition.Text("Down")
		}},
	}
	f, ok := fields[path]
	return f, ok
}

func TestFilter_Selects(t *testing.T) {
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC).Unix()
	m := machine{id: 7, name: `Bob's "box"`, on: true, since: at, load: 1.5}
	for source, want := range map[string]bool{
		``:                                  true,
		`  `:                                true,
		`id=7`:                              true,
		`id = 7`:                            true,
		`id!=7`:                             false,
		`id<8 and id>6`:                     true,
		`id<=7 and id>=7`:                   true,
		`id<7 or id>7`:                      false,
		`id=-7`:                             false,
		`id in (1,7, 9)`:                    true,
		`id not in (1, 7)`:                  false,
		`id in (1)`:                         false,
		`name in ("a", 'b')`:                false,
		`name="Bob's \"box\""`:              true,
		`name='Bob\'s "box"'`:               true,
		`name="bob's \"BOX\""`:              true,
		`name="Bob"`:                        false,
		`name!="Bob"`:                       true,
		`name contains "BOX"`:               true,
		`name not contains "box"`:           false,
		`name like "Bob*"`:                  true,
		`name like "%box%"`:                 true,
		`name like "*box"`:                  false,
		`name like "b*s*x*"`:                true,
		`name not like "b*"`:                false,
		`name like "Bob's \"box\""`:         true,
		`name like "*"`:                     true,
		`name > "Alice" and name < "Carl"`:  true,
		`on=true`:                           true,
		`on=TRUE`:                           true,
		`on = False`:                        false,
		`owner/name = null`:                 true,
		`owner/name=NULL or id=1`:           true,
		`owner/name != null`:                false,
		`owner/name != "Ann"`:               false, // no value compares with nothing
		`owner/name not contains "x"`:       false,
		`owner/name not in ("x")`:           false,
		`owner/name < "x"`:                  false,
		`since > [2026-06-01T11:59:59Z]`:    true,
		`since > [2026-06-01T12:00:00Z]`:    false,
		`since >= [2026-06-01T12:00:00Z]`:   true,
		`since >= [2026-06-01T12:00:00.5Z]`: false,
		`since>[2026-06-01] and since<[2026-06-02]`: true,
		`since = [2026-06-01T12:00]`:                true,
		`since != null`:                             true,
		`id=1 or id=2 and id=3 or on=true`:          true,
		`id=7 or id=2 and id=3`:                     true, // and binds tighter
		`(id=7 or id=2) and id=3`:                   false,
		`((id=7))`:                                  true,
		`state="Up"`:                                true,
		`state="down"`:                              false,
		`load = 1.5`:                                true,
		`load = "1.5"`:                              false,
		`load > 1`:                                  true,
		`load > true`:                               false,
		"id=7\tAND\non=true":                        true,
		strings.Repeat("(", 100) + "id=7" + strings.Repeat(")", 100): true,
	} {
		filter, err := condition.Parse(source, condition.Conditions)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		test, err := condition.Compile(filter, field)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got := test(m); got != want {
			t.Errorf("%s: got %v", source, got)
		}
	}
}

func TestFilter_Refuses(t *testing.T) {
	for source, message := range map[string]string{
		`color=1`:                           "color is not a recognized name.",
		`Id=1`:                              "Id is not a recognized name.",
		`owner/age=1`:                       "owner/age is not a recognized name.",
		`owner=1`:                           "owner is not a recognized name.",
		`id`:                                "Expected an operator",
		`id 7`:                              "Expected an operator",
		`id=`:                               "Expected a value",
		`id=7 and`:                          "Expected a field name",
		`id=7 id=8`:                         "Unexpected 'id'",
		`and id=7`:                          "Expected a field name",
		`not id=7`:                          "Expected a field name",
		`id not = 7`:                        "Expected an operator",
		`id=7)`:                             "Unexpected ')'",
		`(id=7`:                             "Expected ')'",
		`()`:                                "Expected a field name",
		`id in 7`:                           "Expected '('",
		`id in ()`:                          "Expected a value",
		`id in (7`:                          "Expected ',' or ')'",
		`id in (null)`:                      "null is not usable",
		`id="7"`:                            "not of type Int32",
		`id=Seven`:                          "Expected a value",
		`id=1.2.3`:                          "not a number",
		`id=-`:                              "not a number",
		`name=7`:                            "not of type String",
		`on="true"`:                         "not of type Boolean",
		`on<true`:                           "not usable",
		`id>null`:                           "not usable",
		`since>"2026-06-01"`:                "not of type DateTime",
		`since>2026`:                        "not of type DateTime",
		`since>[2026-06-01T00:00:00+02:00]`: "not recognized as a valid UTC",
		`since>[2026-06-01T00:00:00-00:00]`: "not recognized as a valid UTC",
		`since>[yesterday]`:                 "not recognized",
		`since>[2026-06-01`:                 "has no end",
		`name="open`:                        "has no end",
		`name="open\"`:                      "has no end",
		`id contains "7"`:                   "needs a text",
		`name contains 7`:                   "needs a text",
		`name like null`:                    "needs a text",
		`state="Sideways"`:                  "'Sideways' is not a valid value for state.",
		`id ! 7`:                            "Unexpected character",
		`id=7;drop`:                         "Unexpected character ';'",
		`näme=7`:                            "Unexpected character 'ä'",
		strings.Repeat("(", 101) + "id=7" + strings.Repeat(")", 101): "nested too deep",
	} {
		filter, err := condition.Parse(source, condition.Conditions)
		if err == nil {
			_, err = condition.Compile(filter, field)
		}
		var refused *condition.Error
		if !errors.As(err, &refused) || !strings.Contains(refused.Message, message) {
			t.Errorf("%s: got %v, want %q", source, err, message)
		}
	}
	for _, where := range []condition.Where{condition.ChildConditions, condition.CustomFieldConditions} {
		if _, err := condition.Parse(`id in (1)`, where); err == nil {
			t.Errorf("in was taken outside conditions")
		}
	}
}

func TestFilter_TellsWhatAnIndexCanUse(t *testing.T) {
	parse := func(source string) *condition.Filter {
		t.Helper()
		filter, err := condition.Parse(source, condition.Conditions)
		if err != nil {
			t.Fatal(err)
		}
		return filter
	}
	for source, want := range map[string]int{
		``: -1, `id=7`: 1, `id in (1,2)`: 2, `on=true and (name="x" and id=7)`: 1,
		`id=7 or id=8`: 2, `(id=7 or id in (8, 9)) and on=true`: 3, `id=7 or on=true`: -1, `id!=7`: -1, `id not in (1)`: -1, `id>7`: -1, `on=true`: -1,
	} {
		values, ok := parse(source).Exactly("id")
		if got := len(values); ok != (want >= 0) || ok && got != want {
			t.Errorf("Exactly(%s): %v, %v", source, values, ok)
		}
	}
	for source, want := range map[string]int64{
		``: math.MinInt64, `id>7`: 8, `id>=7`: 7, `id>7 and id>=12 and on=true`: 12, `id>7.5`: 8, `id>=7.5`: 7,
		`id>-1.5`: -1, `id>7 or on=true`: math.MinInt64, `id<7`: math.MinInt64, `since>[2026-01-01]`: math.MinInt64,
	} {
		least, ok := parse(source).Least("id")
		if ok != (want != math.MinInt64) || ok && least != want {
			t.Errorf("Least(%s): %d, %v", source, least, ok)
		}
	}
	if f := parse(`on=true or (id=1 and name="x")`); !f.Uses("name") || f.Uses("since") {
		t.Error("Uses is wrong")
	}
	var paths []string
	for path := range parse(`id=1 and (on=true or id=2)`).Paths {
		paths = append(paths, path)
	}
	if got := strings.Join(paths, " "); got != "id on id" {
		t.Errorf("Paths: %s", got)
	}
}

// FuzzParse wants: no panic, and a filter that parses either compiles or is refused with a sentence. What an
// index is told must never contradict the filter.
func FuzzParse(f *testing.F) {
	for _, source := range []string{
		`id=7`, `id in (1, 7) and not`, `name like "*a%b*" or since>[2026-06-01T00:00:00Z]`, `(on=true)`, `a/b != null`,
		`name='it\'s'`, `id >= -1.5`, `owner/name not contains "x" and (id>1 and id>=7)`, "\xff", `id="\`,
	} {
		f.Add(source)
	}
	machines := []machine{{}, {id: 7, name: "x", on: true, since: 1780000000, owner: "Ann"}, {id: -3, name: "*"}}
	f.Fuzz(func(t *testing.T, source string) {
		filter, err := condition.Parse(source, condition.Conditions)
		if err != nil {
			var refused *condition.Error
			if !errors.As(err, &refused) || refused.Message == "" {
				t.Fatalf("refused without a sentence: %v", err)
			}
			return
		}
		test, err := condition.Compile(filter, field)
		if err != nil {
			return
		}
		for _, m := range machines {
			if !test(m) {
				continue
			}
			if least, ok := filter.Least("id"); ok && int64(m.id) < least {
				t.Errorf("%q selects %d, below Least %d", source, m.id, least)
			}
			if values, ok := filter.Exactly("id"); ok {
				found := false
				for _, v := range values {
					found = found || v.Int() == int64(m.id)
				}
				if !found {
					t.Errorf("%q selects %d, which Exactly does not name", source, m.id)
				}
			}
		}
	})
}

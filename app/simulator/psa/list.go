package psa

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"deskbridge/app/simulator/fault"
	"deskbridge/app/simulator/psa/condition"
)

// resource describes records of one kind to the list machinery.
type resource[T any] struct {
	// fields are the names conditions and orderBy may use.
	fields fieldSet[T]
	// children are the collections inside a record that childConditions can ask about.
	children []childCollection[T]
	// custom gives the custom fields customFieldConditions look at; nil where there are none.
	custom func(T) []customField
	// visible leaves out records the API member may not see; nil shows all.
	visible func(T) bool
	encode  func(*call, *encoder, T)
	id      func(T) int32
}

// childCollection is one list inside a record.
type childCollection[T any] struct {
	prefix  string // such as communicationItems/
	compile func(*condition.Filter) (func(T) bool, error)
}

// childrenOf makes a collection out of the fields of a child and a way to get a record's children.
func childrenOf[T, C any](name string, fields fieldSet[C], get func(T) []C) childCollection[T] {
	prefix := name + "/"
	return childCollection[T]{prefix, func(f *condition.Filter) (func(T) bool, error) {
		test, err := condition.Compile(f, func(path string) (condition.Field[C], bool) {
			field, known := fields[strings.TrimPrefix(path, prefix)]
			return field, known && strings.HasPrefix(path, prefix)
		})
		if err != nil {
			return nil, err
		}
		return func(row T) bool { return slices.ContainsFunc(get(row), test) }, nil
	}}
}

// order is one part of an orderBy.
type order struct {
	path string
	down bool
}

// query is what a list was asked for.
type query struct {
	conditions, child, custom *condition.Filter
	orderBy                   []order
	fields                    selection
	page, size                int
	forward                   bool  // forward-only paging: by id, after pageID
	after                     int64 // pageId
}

// filterValues is the body of a search, for filters too long for an address.
type filterValues struct {
	Conditions            string `json:"conditions"`
	OrderBy               string `json:"orderBy"`
	ChildConditions       string `json:"childconditions"`
	CustomFieldConditions string `json:"customfieldconditions"`
}

const (
	defaultPageSize = 25
	largestPageSize = 1000 // more is cut silently
)

// query reads the query parameters of a list.
func (c *call) query() (*query, *answer) {
	values := c.request.URL.Query()
	return c.queryOf(values, filterValues{
		values.Get("conditions"), values.Get("orderBy"), values.Get("childConditions"), values.Get("customFieldConditions"),
	})
}

// searchQuery reads the body of a search; paging and fields stay in the address.
func (c *call) searchQuery() (*query, *answer) {
	var filters filterValues
	if err := json.Unmarshal(c.body, &filters); err != nil {
		return nil, new(invalid("filterValues", problem{Code: "InvalidJson", Message: "The request body is not a valid filter."}))
	}
	return c.queryOf(c.request.URL.Query(), filters)
}

func (c *call) queryOf(values url.Values, filters filterValues) (*query, *answer) {
	q := &query{fields: parseFields(values.Get("fields")), page: 1, size: defaultPageSize}
	for _, part := range []struct {
		to     **condition.Filter
		source string
		where  condition.Where
	}{
		{&q.conditions, filters.Conditions, condition.Conditions},
		{&q.child, filters.ChildConditions, condition.ChildConditions},
		{&q.custom, filters.CustomFieldConditions, condition.CustomFieldConditions},
	} {
		filter, err := condition.Parse(part.source, part.where)
		if err != nil {
			return nil, new(badFilter(err))
		}
		*part.to = filter
	}
	if c.hits.Has(fault.RefuseXRef) && q.conditions.Uses("externalXRef") {
		return nil, new(badFilter(condition.UnknownName("externalXRef")))
	}
	q.forward = strings.EqualFold(c.request.Header.Get("pagination-type"), "forward-only")
	for name, to := range map[string]*int{"page": &q.page, "pageSize": &q.size} {
		if text := values.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return nil, new(failure(http.StatusBadRequest, "InvalidParameter", name+" is not a valid number."))
			}
			*to = max(n, 1)
		}
	}
	q.size = min(q.size, largestPageSize)
	if text := values.Get("pageId"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return nil, new(failure(http.StatusBadRequest, "InvalidParameter", "pageId is not a valid number."))
		}
		q.after = n
	}
	return q, q.readOrder(filters.OrderBy)
}

func (q *query) readOrder(text string) *answer {
	for part := range strings.SplitSeq(text, ",") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		if len(words) > 2 || len(words) == 2 && !strings.EqualFold(words[1], "asc") && !strings.EqualFold(words[1], "desc") {
			return new(failure(http.StatusBadRequest, "ApiFindCondition", "The orderBy '"+strings.TrimSpace(part)+"' is not valid."))
		}
		q.orderBy = append(q.orderBy, order{path: words[0], down: len(words) == 2 && strings.EqualFold(words[1], "desc")})
	}
	return nil
}

// test compiles the three filters into one test of a record.
func (r *resource[T]) test(q *query) (func(T) bool, error) {
	matches, err := condition.Compile(q.conditions, r.field)
	if err != nil {
		return nil, err
	}
	tests := []func(T) bool{matches}
	if r.visible != nil {
		tests = append(tests, r.visible)
	}
	if q.child != nil {
		ofChildren, err := r.childTest(q.child)
		if err != nil {
			return nil, err
		}
		tests = append(tests, ofChildren)
	}
	if q.custom != nil {
		ofCustom, err := r.customTest(q.custom)
		if err != nil {
			return nil, err
		}
		tests = append(tests, ofCustom)
	}
	if len(tests) == 1 {
		return matches, nil
	}
	return func(row T) bool {
		return !slices.ContainsFunc(tests, func(test func(T) bool) bool { return !test(row) })
	}, nil
}

func (r *resource[T]) field(path string) (condition.Field[T], bool) {
	field, known := r.fields[path]
	return field, known
}

// childTest asks whether one child of the collection the filter names satisfies the whole filter.
func (r *resource[T]) childTest(f *condition.Filter) (func(T) bool, error) {
	for path := range f.Paths {
		for _, collection := range r.children {
			if strings.HasPrefix(path, collection.prefix) {
				return collection.compile(f)
			}
		}
		return nil, condition.UnknownName(path)
	}
	return func(T) bool { return true }, nil
}

func (r *resource[T]) customTest(f *condition.Filter) (func(T) bool, error) {
	fields := customFieldFields()
	test, err := condition.Compile(f, func(path string) (condition.Field[customField], bool) {
		field, known := fields[path]
		return field, known && r.custom != nil
	})
	if err != nil {
		return nil, err
	}
	return func(row T) bool { return slices.ContainsFunc(r.custom(row), test) }, nil
}

// sort orders rows, by id where the orderBy leaves a tie.
func (r *resource[T]) sort(rows []T, orderBy []order) error {
	gets := make([]func(T) condition.Value, len(orderBy))
	for i, by := range orderBy {
		field, known := r.fields[by.path]
		if !known {
			return condition.UnknownName(by.path)
		}
		gets[i] = field.Get
	}
	if len(orderBy) == 1 && orderBy[0].path == "id" { // rows come in id order
		if orderBy[0].down {
			slices.Reverse(rows)
		}
		return nil
	}
	slices.SortFunc(rows, func(a, b T) int {
		for i, by := range orderBy {
			if c := condition.Compare(gets[i](a), gets[i](b)); c != 0 {
				if by.down {
					return -c
				}
				return c
			}
		}
		return cmp.Compare(r.id(a), r.id(b))
	})
	return nil
}

// count answers {"count":N}.
func count[T any](c *call, r *resource[T], rows func(*query) []T) answer {
	q, refused := c.query()
	if refused != nil {
		return *refused
	}
	test, err := r.test(q)
	if err != nil {
		return badFilter(err)
	}
	n := 0
	for _, row := range rows(q) {
		if test(row) {
			n++
		}
	}
	return answer{status: http.StatusOK, body: []byte(`{"count":` + strconv.Itoa(n) + `}`)}
}

// one answers a single record, cut down to the fields asked for.
func one[T any](c *call, status int, r *resource[T], row T) answer {
	e := newEncoder(c.href(), parseFields(c.request.URL.Query().Get("fields")))
	e.record(func() { r.encode(c, e, row) })
	return answer{status: status, body: e.out}
}

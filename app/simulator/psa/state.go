package psa

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"deskbridge/app/simulator/psa/condition"
)

// state is everything the instance holds. Guarded by Server.mu.
type state struct {
	boards     table[board]
	statuses   table[status]
	teams      table[team]
	types      table[boardEntry]
	subTypes   table[boardEntry]
	items      table[boardEntry]
	priorities table[priority]
	sources    table[source]
	companies  table[company]
	contacts   table[contact]
	members    table[member]
	userFields table[userField]
	tickets    table[ticket]
	documents  table[document]
	times      table[timeEntry]

	byXRef  map[string][]*ticket  // lower case externalXRef
	byEmail map[string][]*contact // lower case address of a communication item

	noteID, communicationID int32 // last one given; the ids of notes and of time entries collide on purpose

	api          *member // the API member behind the key
	defaultBoard *board  // of the API member
	emails       []Email
}

func newState() state {
	s := state{byXRef: map[string][]*ticket{}, byEmail: map[string][]*contact{}}
	// Tickets start high, as on an instance in use, so that no other id is mistaken for one.
	s.tickets.last = 1000
	s.documents.last = 500
	s.members.last = 100
	s.api = s.members.add(&member{identifier: "Deskbridge", firstName: "Deskbridge", lastName: "API", licence: "A"})
	return s
}

// record is what a table can hold.
type record interface {
	number() int32
	setNumber(int32)
}

// key is the id of a record; embedded in every record type.
type key struct{ id int32 }

func (k *key) number() int32      { return k.id }
func (k *key) setNumber(id int32) { k.id = id }

// keyOf makes the id a caller asks for; 0 leaves it open. It panics on a number that is no id.
func keyOf(id int) key {
	if id < 0 || id > math.MaxInt32 {
		panic(fmt.Sprintf("psa: %d is not an id", id))
	}
	return key{int32(id)}
}

// table holds records of one kind, rows in id order.
type table[T any] struct {
	byID map[int32]*T
	rows []*T
	last int32 // highest id there ever was; the next one follows it
}

// add stores a record under the id it brings, or else under the next one, and returns it. It panics if the id is
// taken: whoever builds a world chose it twice.
func (t *table[T]) add(r *T) *T {
	if t.byID == nil {
		t.byID = map[int32]*T{}
	}
	kept := any(r).(record)
	id := kept.number()
	if id == 0 {
		id = keyOf(int(t.last) + 1).id
	}
	at := len(t.rows)
	if id <= t.last {
		before, taken := t.search(id)
		if taken {
			panic(fmt.Sprintf("psa: there are two of %s %d", strings.TrimPrefix(fmt.Sprintf("%T", r), "*psa."), id))
		}
		at = before
	}
	kept.setNumber(id)
	t.byID[id] = r
	t.rows = slices.Insert(t.rows, at, r)
	t.last = max(t.last, id)
	return r
}

// get gives a record, or nil.
func (t *table[T]) get(id int32) *T { return t.byID[id] }

// remove takes a record out.
func (t *table[T]) remove(id int32) {
	if at, found := t.search(id); found {
		t.rows = slices.Delete(t.rows, at, at+1)
		delete(t.byID, id)
	}
}

// from gives the records whose id is at least least.
func (t *table[T]) from(least int64) []*T {
	if least > int64(t.last) {
		return nil
	}
	at, _ := t.search(int32(max(least, 0)))
	return t.rows[at:]
}

func (t *table[T]) search(id int32) (int, bool) {
	return slices.BinarySearchFunc(t.rows, id, func(r *T, id int32) int {
		return cmp.Compare(any(r).(record).number(), id)
	})
}

// find gives the first record for which the test holds, or nil.
func (t *table[T]) find(test func(*T) bool) *T {
	if i := slices.IndexFunc(t.rows, test); i >= 0 {
		return t.rows[i]
	}
	return nil
}

// lower is the form in which texts are indexed: the service's database knows no case.
func lower(text string) string { return strings.ToLower(text) }

// unindex takes one record out of an index of lists.
func unindex[T any](index map[string][]*T, key string, r *T) {
	left := slices.DeleteFunc(slices.Clone(index[key]), func(other *T) bool { return other == r })
	if len(left) == 0 {
		delete(index, key)
		return
	}
	index[key] = left
}

// pick gives the records with the given ids, each once, in id order.
func (t *table[T]) pick(ids []condition.Value) []*T {
	var rows []*T
	for _, id := range ids {
		if r := t.byID[int32(id.Int())]; r != nil && !slices.Contains(rows, r) {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b *T) int {
		return cmp.Compare(any(a).(record).number(), any(b).(record).number())
	})
	return rows
}

// inOrder puts one more record into a list that is in id order.
func inOrder[T record](rows []T, r T) []T {
	at, _ := slices.BinarySearchFunc(rows, r.number(), func(other T, id int32) int { return cmp.Compare(other.number(), id) })
	return slices.Insert(rows, at, r)
}

// chosen gives the record with an id, nil for 0. It panics if there is none.
func chosen[T record](rows []T, id int, kind string) (none T) {
	if id == 0 {
		return none
	}
	i := slices.IndexFunc(rows, func(r T) bool { return int(r.number()) == id })
	if i < 0 {
		panic(fmt.Sprintf("psa: there is no %s %d", kind, id))
	}
	return rows[i]
}

// candidates narrows a table down by id where the query allows it.
func (t *table[T]) candidates(q *query) []*T {
	if ids, ok := q.conditions.Exactly("id"); ok {
		return t.pick(ids)
	}
	least := int64(0)
	if n, ok := q.conditions.Least("id"); ok {
		least = n
	}
	if q.forward {
		least = max(least, q.after+1)
	}
	return t.from(least)
}

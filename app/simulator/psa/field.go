package psa

import (
	"encoding/json"

	"deskbridge/app/simulator/psa/condition"
)

// fieldSet names what conditions may ask of records of one kind.
type fieldSet[T any] map[string]condition.Field[T]

func (f fieldSet[T]) text(path string, get func(T) string, enum ...string) {
	f[path] = condition.Field[T]{Kind: condition.KindText, Enum: enum, Get: func(r T) condition.Value { return condition.Text(get(r)) }}
}

func (f fieldSet[T]) number(path string, get func(T) int32) {
	f[path] = condition.Field[T]{Kind: condition.KindNumber, Get: func(r T) condition.Value { return condition.Number(get(r)) }}
}

// id is a number that is null when it is 0.
func (f fieldSet[T]) id(path string, get func(T) int32) {
	f[path] = condition.Field[T]{Kind: condition.KindNumber, Get: func(r T) condition.Value {
		if id := get(r); id != 0 {
			return condition.Number(id)
		}
		return condition.Value{}
	}}
}

func (f fieldSet[T]) flag(path string, get func(T) bool) {
	f[path] = condition.Field[T]{Kind: condition.KindBool, Get: func(r T) condition.Value { return condition.Bool(get(r)) }}
}

func (f fieldSet[T]) time(path string, get func(T) int64) {
	f[path] = condition.Field[T]{Kind: condition.KindTime, Get: func(r T) condition.Value { return condition.Time(get(r)) }}
}

// reference adds the id and the name of a record referred to.
func (f fieldSet[T]) reference(path string, get func(T) (id int32, name string)) {
	f.id(path+"/id", func(r T) int32 { id, _ := get(r); return id })
	f.text(path+"/name", func(r T) string { _, name := get(r); return name })
}

// unset adds fields the service has and the simulator never fills.
func (f fieldSet[T]) unset(kind condition.Kind, paths ...string) {
	for _, path := range paths {
		f[path] = condition.Field[T]{Kind: kind, Get: func(T) condition.Value { return condition.Value{} }}
	}
}

// stamps adds _info and, as working clients use both, lastUpdated without it.
func (f fieldSet[T]) stamps(get func(T) stamps) {
	f.time("_info/lastUpdated", func(r T) int64 { return get(r).updated })
	f.text("_info/updatedBy", func(r T) string { return get(r).updatedBy })
	f.time("_info/dateEntered", func(r T) int64 { return get(r).entered })
	f.text("_info/enteredBy", func(r T) string { return get(r).enteredBy })
	f.time("lastUpdated", func(r T) int64 { return get(r).updated })
}

// customField is the value one record has in a field the customer defined.
type customField struct {
	ID         int32           `json:"id"`
	Caption    string          `json:"caption"`
	Type       string          `json:"type"`
	Entry      string          `json:"entryMethod"`
	Decimals   int32           `json:"numberOfDecimals"`
	Value      json.RawMessage `json:"value,omitempty"`
	Identifier string          `json:"connectWiseId,omitempty"`
}

// customFieldFields are the names customFieldConditions may use.
func customFieldFields() fieldSet[customField] {
	f := fieldSet[customField]{}
	f.text("caption", func(c customField) string { return c.Caption })
	f.number("id", func(c customField) int32 { return c.ID })
	f["value"] = condition.Field[customField]{Kind: condition.KindAny, Get: func(c customField) condition.Value {
		var value any
		if json.Unmarshal(c.Value, &value) != nil {
			return condition.Value{}
		}
		switch v := value.(type) {
		case string:
			return condition.Text(v)
		case float64:
			return condition.Number(v)
		case bool:
			return condition.Bool(v)
		}
		return condition.Value{}
	}}
	return f
}

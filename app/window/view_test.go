package window_test

import (
	"reflect"
	"strings"
	"testing"

	"deskbridge/app/window"
)

// TestViews walks everything a bound method takes or returns. What it refuses
// reaches the pages as null, as "any", or not at all (wailsapp/wails#3588, #2883).
func TestViews(t *testing.T) {
	bound := reflect.TypeFor[*window.Window]()
	if bound.NumMethod() == 0 {
		t.Fatal("no bound methods found")
	}
	for i := range bound.NumMethod() {
		method := bound.Method(i)
		signature := method.Type
		for in := 1; in < signature.NumIn(); in++ {
			checkView(t, method.Name+" argument", signature.In(in))
		}
		for out := range signature.NumOut() {
			if signature.Out(out) == reflect.TypeFor[error]() {
				if out != signature.NumOut()-1 {
					t.Errorf("%s: the error must come last", method.Name)
				}
				continue
			}
			checkView(t, method.Name+" result", signature.Out(out))
		}
	}
}

func checkView(t *testing.T, where string, typ reflect.Type) {
	t.Helper()
	switch typ.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
	case reflect.Slice:
		checkView(t, where+"[]", typ.Elem())
	case reflect.Pointer:
		checkView(t, where+" (optional)", typ.Elem())
	case reflect.Struct:
		if typ.PkgPath() != bindingsPackage {
			t.Errorf("%s is %v: view structs live in app/window (times are RFC 3339 strings)", where, typ)
			return
		}
		for i := range typ.NumField() {
			field := typ.Field(i)
			name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "" {
				t.Errorf("%s: %v.%s has no json name", where, typ, field.Name)
			}
			// TypeScript is told "may be absent", never "may be null".
			if pointer := field.Type.Kind() == reflect.Pointer; pointer != (option == "omitempty") {
				t.Errorf("%s: %v.%s: pointers, and only they, are omitempty", where, typ, field.Name)
			}
			checkView(t, where+"."+field.Name, field.Type)
		}
	default:
		t.Errorf("%s is %v: the pages cannot read that", where, typ)
	}
}

var bindingsPackage = reflect.TypeFor[window.StartView]().PkgPath()

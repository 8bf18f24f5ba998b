package texts

import (
	"reflect"
	"strings"
	"testing"
)

// A text that is put together without its template is the one that the template makes; what does not fit is left to the
// template.
func TestSimpleTextsAreThoseOfTheirTemplates(t *testing.T) {
	c, err := New(Options{Phone: "1", Site: "https://x"})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.simple) < 10 {
		t.Fatalf("only %d texts are simple", len(c.simple))
	}
	for key, parts := range c.simple {
		var fields []reflect.StructField
		for _, p := range parts {
			if p.field != "" && !strings.Contains(p.field, ".") && !hasField(fields, p.field) {
				fields = append(fields, reflect.StructField{Name: p.field, Type: reflect.TypeFor[string]()})
			}
		}
		data := reflect.New(reflect.StructOf(fields)).Elem()
		for i := range fields {
			data.Field(i).SetString(" <ñ> \n" + fields[i].Name)
		}
		var want strings.Builder
		if err := c.by[key].Execute(&want, data.Interface()); err != nil {
			t.Fatal(err)
		}
		if got, ok := fill(parts, data.Interface()); !ok || got != strings.TrimSpace(want.String()) {
			t.Errorf("%s: %q, %v, want %q", key, got, ok, want.String())
		}
	}
	for _, data := range []any{nil, "text", struct{ Name int }{1}, struct{ Name named }{"x"}, struct{}{}} {
		if got, ok := fill([]part{{field: "Name"}}, data); ok {
			t.Errorf("%T is filled in as %q", data, got)
		}
	}
}

func hasField(fields []reflect.StructField, name string) bool {
	for _, f := range fields {
		if f.Name == name {
			return true
		}
	}
	return false
}

// named is a text that a template writes otherwise.
type named string

func (named) String() string { return "other" }

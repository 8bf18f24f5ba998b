package texts

import (
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
	type member struct{ Name, Number, Standing string }
	data := struct {
		Member                                                                       member
		Name, Digits, Number, Date, Hour, Day, Short, Numbers, Month, Label, Channel string
	}{member{" <ñ> ", "1/00", "EN\nPADRÓN"}, "n", "{{.Name}}", "2", "lunes 23", "23:59\n", "d", "s", "", "m", "l", "c"}
	filled := 0
	for key := range c.simple {
		var want strings.Builder
		if c.by[key].Execute(&want, &data) != nil {
			continue
		}
		for _, d := range []any{data, &data} {
			got, ok := c.renderSimple(key, d)
			if !ok || got != strings.TrimSpace(want.String()) {
				t.Errorf("%s: %q, %v, want %q", key, got, ok, want.String())
			}
		}
		filled++
	}
	if _, ok := c.simple["token.today"]; !ok || filled < 10 {
		t.Errorf("only %d texts are simple", filled)
	}
	for _, d := range []any{nil, "text", struct{ Name int }{1}, struct{ Name named }{"x"}, struct{}{}, (*member)(nil), map[string]string{"Name": "x"}} {
		if got, ok := c.renderSimple("option.person", d); ok {
			t.Errorf("%T is filled in as %q", d, got)
		}
	}
}

// named is a text that a template writes otherwise.
type named string

func (named) String() string { return "other" }

package catalog

import (
	"slices"
	"strings"
	"testing"
)

func TestTexts(t *testing.T) {
	const source = `{{define "a"}} hola {{.}} {{end}}{{define "b"}}{{.Name}}{{end}}`
	c, err := Parse(source, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Get("a", "Ana"); got != "hola Ana" {
		t.Errorf("a is %q", got)
	}
	for _, key := range []string{"b", "c"} { // a field that the data lacks, and a key that is not there
		if got := c.Get(key, map[string]string{}); got != key {
			t.Errorf("%s is %q, want its key", key, got)
		}
	}
	var out strings.Builder
	if err := c.Print(&out, "a", "Ana"); err != nil || out.String() != " hola Ana " {
		t.Errorf("a is printed as %q, %v", out.String(), err)
	}
	if err := c.Print(&out, "b", map[string]string{}); err == nil || out.Len() != len(" hola Ana ") {
		t.Errorf("half of b is printed: %q, %v", out.String(), err)
	}
	keys := c.Keys()
	slices.Sort(keys)
	if !slices.Equal(keys, []string{"a", "b"}) || !c.Has("a") || c.Has("c") {
		t.Errorf("keys %q", keys)
	}
	if _, err := Parse(source, "a", "c"); err == nil {
		t.Error("a key without a text is no error")
	}
	if _, err := Parse("{{"); err == nil {
		t.Error("a broken template is no error")
	}
}

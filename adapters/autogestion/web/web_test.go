package web

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	inputs   = regexp.MustCompile(`<input [^>]*>`)
	attr     = func(name string) *regexp.Regexp { return regexp.MustCompile(`\b` + name + `="([^"]*)"`) }
	ids      = attr("id")
	describe = attr("aria-describedby")
)

// Every page that can be shown is rendered with every fault, so that no label, id or text is missing.
func TestFormsNameTheirFieldsAndFaults(t *testing.T) {
	pages := loadTemplates()
	all := []fault{{"cuil", "A"}, {"password", "B"}, {"password2", "C"}, {"consent", "D"}, {"document", "E"}, {"sex", "F"}, {"tramite", "G"}, {"email", "H"}, {"email2", "I"}, {"code", "J"}}
	for _, name := range []string{"entrar", "cuenta", "clave", "clavenueva"} {
		var faults []fault
		var b bytes.Buffer
		if err := pages[name].ExecuteTemplate(&b, "base", view{Data: inviteView{Path: "/p"}}); err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			if strings.Contains(b.String(), `id="`+f.Field+`"`) {
				faults = append(faults, f)
			}
		}
		b.Reset()
		if err := pages[name].ExecuteTemplate(&b, "base", view{Faults: faults, Data: inviteView{Path: "/p"}, Form: map[string]string{"cuil": `"><x>`}}); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		have := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(text, -1) {
			if have[m[1]] {
				t.Errorf("%s: two things are called %s", name, m[1])
			}
			have[m[1]] = true
		}
		for _, m := range describe.FindAllStringSubmatch(text, -1) {
			for _, id := range strings.Fields(m[1]) {
				if !have[id] {
					t.Errorf("%s: %s describes something and is not there", name, id)
				}
			}
		}
		for _, f := range faults {
			if !strings.Contains(text, `<a href="#`+f.Field+`">`) || !have[f.Field+"-error"] {
				t.Errorf("%s: the fault of %s is not said twice and linked", name, f.Field)
			}
		}
		for _, in := range inputs.FindAllString(text, -1) {
			if strings.Contains(in, `type="radio"`) {
				continue
			}
			id := ids.FindStringSubmatch(in)
			if id == nil || !strings.Contains(text, `<label for="`+id[1]+`"`) && !strings.Contains(text, `for="`+id[1]+`"><input`) {
				t.Errorf("%s: no label for %s", name, in)
			}
			if !strings.Contains(in, "autocomplete=") && !strings.Contains(in, "checkbox") {
				t.Errorf("%s: no autocomplete on %s", name, in)
			}
		}
		if strings.Contains(text, "<x>") {
			t.Errorf("%s: what was typed is part of the page", name)
		}
	}
}

func TestMinutesAreRoundedUp(t *testing.T) {
	if minutes(time.Second) != 1 || minutes(time.Minute) != 1 || minutes(61*time.Second) != 2 {
		t.Error("minutes are not rounded up")
	}
}

package autogestion

import (
	"fmt"
	"strings"
	"testing"
)

// The person of an unreadable line stays in the group, and the group loses no member. The line is Juana's. Marta's group
// loses Ana by the same file, unless the group of the bad line is unknown.
func TestALineThatCannotBeReadTakesNobodysPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line string
		all  bool // no member leaves any group
	}{
		"comma in the name":          {"27-99999004-0,Ruiz, Juana,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija", false},
		"bare quotes":                {`27-99999004-0,Juana "la nena" Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija`, false},
		"quotes that do not close":   {`27-99999004-0,"Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija`, false},
		"an eighth column":           {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija,x", false},
		"cut after the number":       {"27-99999004-0,Juana Ruiz,F,9-4071852/02", false},
		"the end alone":              {"Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija", false},
		"titular rounded":            {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,2.79999E+10,hija", false},
		"no titular":                 {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,,hija", false},
		"soft hyphen in the titular": {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-\u00ad99999001-6,hija", false},
		"titular nobody knows":       {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,20-12345678-6,hija", false},
		"too long":                   {"27-99999004-0," + strings.Repeat("Juana ", 500) + ",F,9-4071852/02,EN PADRÓN,27-99999001-6,hija", false},
		"another encoding":           {"27-99999004-0,Mar\xeda Juana,F,9-4071852/02,EN PADR\xd3N,27-99999001-6,hija", false},
		"encoded twice":              {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÃ“N,27-99999001-6,hija", false},
		"wrong check digit":          {"27-99999004-1,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija", false},
		"CUIL rounded":               {"2.80E+10,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija", false},
		"both rounded":               {"2.80E+10,Juana Ruiz,F,9-4071852/02,EN PADRÓN,2.80E+10,hija", true},
		"cut before the CUIL ends":   {"27-9999", true},
		"a footer":                   {"Total de registros: 7", true},
		"somebody new, group lost":   {"20-12345678-6,Nueva,F,9-1/02,EN PADRÓN,nadie,hija", true},
		"binary":                     {"\x00\x01\x02\x03", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := demo(t)
			a, b := w.linked(t, maria, "a"), w.linked(t, "27-99999011-3", "b")
			r := w.imports(t, head+mariaLine+c.line+"\n"+martaLine)
			if r.BadLines != 1 || r.Bad[0].Line != 3 {
				t.Errorf("bad lines: %+v", r.Bad)
			}
			if got := fmt.Sprint(w.names(t, a.Credential)); got != wholeOfMaria {
				t.Errorf("the group of the line is %s", got)
			}
			want := "[Marta Sosa]"
			if c.all {
				want = wholeOfMarta
			}
			if got := fmt.Sprint(w.names(t, b.Credential)); got != want || r.Unknown != c.all {
				t.Errorf("the other group is %s, want %s; unknown %v", got, want, r.Unknown)
			}
		})
	}
}

// A bad line about a person keeps their place, in whatever group that is.
func TestAMoveThatCannotBeReadKeepsTheOldPlace(t *testing.T) {
	w := demo(t)
	b := w.linked(t, "27-99999011-3", "b")
	// Ana moves from Marta to María by a line with one column too many.
	r := w.imports(t, head+mariaLine+juanaLine+martaLine+"27-99999012-1,Ana,Sosa,F,9-6288407/01,EN PADRÓN,27-99999001-6,hija\n")
	if got := fmt.Sprint(w.names(t, b.Credential)); got != wholeOfMarta || r.Held == 0 {
		t.Errorf("%s, held %d", got, r.Held)
	}
}

// A truncated file, in a line or between two, is imported only as far as it is understood.
func TestALastLineThatIsCut(t *testing.T) {
	for line, bad := range map[string]int{
		"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hi":     1,
		"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,":       1,
		"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-999":               1,
		"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija":   0,
		"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,HIJO/A": 1, // may be cut; with a line end it is complete
	} {
		w := demo(t)
		g := w.linked(t, maria, "a")
		r := w.imports(t, head+mariaLine+line)
		whole := fmt.Sprint(w.names(t, g.Credential)) == wholeOfMaria
		if r.BadLines != bad || whole != (bad == 1) {
			t.Errorf("%q: bad %v, whole %v", line, r.Bad, whole)
		}
	}
}

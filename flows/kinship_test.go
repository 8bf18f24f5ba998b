package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestKinshipWords(t *testing.T) {
	for _, c := range []struct{ text, sex, want string }{
		{"HIJO/A", "F", "hija"}, {"HIJO/A", "M", "hijo"}, {"hijo/a", "X", "hijo/a"},
		{"HIJO", "F", "hija"}, {"HIJO", "M", "hijo"}, {"HIJA", "F", "hija"}, {"HIJA", "M", "HIJA"}, {"Hijo(a)", "F", "hija"},
		{"HIJ@", "F", "hija"}, {"HIJA/HIJO", "M", "hijo"}, {"HIJO O HIJA", "F", "hija"}, {"HIJ.", "M", "hijo"},
		{"HIJO SOLTERO MENOR DE 21 AÑOS", "F", "hija"}, {"[04]-Hijo soltero de 21 a 25 años cursando estudios regulares", "M", "hijo"},
		{"HIJO DE CONYUGE SOLTERO MENOR DE 21 AÑOS", "F", "hija"}, {"Hijo del  cónyuge", "M", "hijo"},
		{"HIJO DEL TITULAR", "F", "hija"}, {"HIJO DEL HIJO", "F", "nieta"}, {"CONYUGE DEL HIJO", "F", "CONYUGE DEL HIJO"},
		{"MADRE DEL CONYUGE", "F", "suegra"}, {"PADRE POLITICO", "M", "suegro"}, {"HIJO POLITICO", "M", "HIJO POLITICO"},
		{"CONYUGE", "M", "cónyuge"}, {"CÓNYUGE", "F", "cónyuge"}, {"ESPOSO/A", "F", "cónyuge"}, {"CONCUBINO/A", "M", "cónyuge"},
		{"Conviviente", "F", "cónyuge"}, {"EX CONYUGE", "F", "EX CONYUGE"}, {"EXCONYUGE", "M", "EXCONYUGE"},
		{"PADRE/MADRE", "F", "madre"}, {"MADRE", "F", "madre"}, {"ASCENDIENTE", "F", "madre"}, {"ASCENDIENTE", "M", "padre"},
		{"PROGENITOR/A", "F", "madre"}, {"MADRE", "M", "MADRE"}, {"Padrino", "M", "Padrino"},
		{"NIETO/A", "F", "nieta"}, {"HERMANO/A", "M", "hermano"}, {"HNO/A", "F", "hermana"}, {"SOBRINO/A", "F", "sobrina"},
		{"BISNIETO", "M", "BISNIETO"}, {"TITULAR", "F", "titular"}, {"AFILIADO TITULAR", "M", "titular"},
		{"00", "F", "titular"}, {"01", "F", "cónyuge"}, {"02", "M", "cónyuge"}, {"3", "F", "hija"}, {"03", "M", "hijo"}, {"06", "F", "hija"},
		{"07", "F", "07"}, {"08", "F", "08"}, {"09", "M", "hijo"}, {"MAYOR DE 25 AÑOS DISCAPACITADO", "F", "hija"},
		{"FAMILIAR A CARGO", "F", "FAMILIAR A CARGO"}, {"MENOR BAJO GUARDA O TUTELA", "M", "MENOR BAJO GUARDA O TUTELA"}, {"", "F", ""}, {"hijo<b>", "M", "hijo"},
		{"TIT.", "F", "titular"}, {"Unión convivencial", "F", "cónyuge"}, {"UNION CIVIL", "M", "cónyuge"}, {"ASC.", "F", "madre"}, {"HJO/A", "F", "hija"},
		{"VIUDO/A DEL TITULAR", "F", "viuda"}, {"VIUDA", "F", "VIUDA"}, {"DIVORCIADO DEL CONYUGE", "M", "DIVORCIADO DEL CONYUGE"}, {"NO HIJO", "M", "NO HIJO"},
		{"HIJO SIN ESTUDIOS", "M", "hijo"},
	} {
		if got := KinshipWord(c.text, c.sex); got != c.want {
			t.Errorf("%q of a person %s is %q, want %q", c.text, c.sex, got, c.want)
		}
	}
}

// Without the sex, which an outside back end does not tell, nobody is taken for somebody of the other sex.
func TestKinshipInAGroup(t *testing.T) {
	u, err := loadUnderstanding()
	if err != nil {
		t.Fatal(err)
	}
	group := func(kinships ...string) *memory {
		m := &memory{Self: "0", Group: Group{Own: "0", Members: []Member{{ID: "0", Kinship: "TITULAR"}}}}
		for i, k := range kinships {
			m.Group.Members = append(m.Group.Members, Member{ID: MemberID(fmt.Sprint(i + 1)), Kinship: k})
		}
		return m
	}
	for _, c := range []struct {
		kin, group, ids, maybe string
	}{
		{"hija", "hija|hijo", "1", ""}, {"hija", "HIJA|HIJO", "1", ""}, {"hijos", "HIJA|HIJO", "1 2", ""},
		{"hija", "HIJO/A", "", "1"}, {"hijo", "HIJO/A", "", "1"}, {"hijos", "HIJO/A|HIJO/A", "1 2", ""}, {"hija", "HIJA|HIJO/A", "", "1 2"},
		{"hijo", "HIJO SOLTERO MENOR DE 21 AÑOS", "", "1"}, {"hijos", "03|04|CONYUGE", "1 2", ""},
		{"conyuge", "CONYUGE", "1", ""}, {"conyuge", "CONCUBINO/A|HIJO", "1", ""}, {"conyuge", "01", "1", ""}, {"conyuge", "HIJO DEL CONYUGE|CONYUGE DEL HIJO|EX CONYUGE", "", ""},
		{"madre", "MADRE", "1", ""}, {"madre", "FAMILIAR A CARGO|HIJA", "", "1"}, {"madre", "MADRE|FAMILIAR A CARGO", "1", ""},
		{"madre", "MENOR BAJO GUARDA O TUTELA", "", ""}, {"hijo", "MENOR BAJO GUARDA O TUTELA", "", "1"}, {"madre", "PADRE/MADRE", "", "1"},
		{"padre", "PADRE|madre", "1", ""}, {"nieta", "nieta|BISNIETA", "1", ""}, {"sobrina", "SOBRINA", "1", ""}, {"sobrino", "SOBRINO/A", "", "1"},
	} {
		ids, maybe := u.kinMeant(c.kin, group(strings.Split(c.group, "|")...))
		if got := strings.Trim(fmt.Sprint(ids), "[]"); got != c.ids {
			t.Errorf("%s in %s is %q, want %q", c.kin, c.group, got, c.ids)
		}
		slices.Sort(maybe)
		if got := strings.Trim(fmt.Sprint(maybe), "[]"); c.ids == "" && got != c.maybe {
			t.Errorf("%s in %s may be %q, want %q", c.kin, c.group, got, c.maybe)
		}
	}
}

func TestActiveIsFolded(t *testing.T) {
	for text, want := range map[string]bool{"EN PADRÓN": true, "EN PADRON": true, "En padrón": true, "en  padro\u0301n ": true, "EN\u00a0PADRON": true,
		"EN_PADRON": true, "EN PADR\ufffdN": false, "EN PADRÃ“N": false, "NO EN PADRON": false, "EN PADRON PASIVO": false, "": false, "BAJA": false} {
		if IsActive(text) != want {
			t.Errorf("%q gives tokens: %v", text, !want)
		}
	}
}

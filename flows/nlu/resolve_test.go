package nlu

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"llave/flows/backend"
)

// A kinship without a sex, which some back ends send, means no member of the other sex.
func TestKinshipInAGroup(t *testing.T) {
	u, err := New()
	if err != nil {
		t.Fatal(err)
	}
	group := func(kinships ...string) Speaker {
		m := Speaker{Self: "0", Group: backend.Group{Own: "0", Members: []backend.Member{{ID: "0", Kinship: "TITULAR"}}}}
		for i, k := range kinships {
			m.Group.Members = append(m.Group.Members, backend.Member{ID: backend.MemberID(fmt.Sprint(i + 1)), Kinship: k})
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
		ids, maybe := u.kinMembers(c.kin, group(strings.Split(c.group, "|")...))
		if got := strings.Trim(fmt.Sprint(ids), "[]"); got != c.ids {
			t.Errorf("%s in %s is %q, want %q", c.kin, c.group, got, c.ids)
		}
		slices.Sort(maybe)
		if got := strings.Trim(fmt.Sprint(maybe), "[]"); c.ids == "" && got != c.maybe {
			t.Errorf("%s in %s may be %q, want %q", c.kin, c.group, got, c.maybe)
		}
	}
}

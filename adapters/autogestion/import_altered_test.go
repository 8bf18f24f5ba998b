package autogestion

import (
	"strings"
	"testing"
)

// Names that slipped by a line, as in a column that was sorted alone, are counted, though no standing changes.
func TestPeopleWhoAreCalledOtherwiseAreCounted(t *testing.T) {
	w := demo(t)
	const m = "27-99999001-6,María Elena Gómez,F,9-4071852/00,EN PADRÓN,27-99999001-6,titular\n"
	const juana = "27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija\n"
	slipped := strings.NewReplacer("Juana Ruiz", "María Elena Gómez", "María Elena Gómez", "Juana Ruiz").Replace(m + juana)
	for _, c := range []struct {
		lines string
		want  int
		told  string
	}{
		{m + juana, 0, ""},
		{slipped, 2, "Cambian de nombre, de número de afiliado o de sexo: 2.\n"},
		{strings.Replace(slipped, ",F,", ",X,", 1), 1, "o de sexo: 1.\n"},
		{strings.Replace(slipped, ",F,", ",X,", 1), 0, ""},
	} {
		var said strings.Builder
		r := w.imports(t, head+c.lines)
		if err := r.Write(&said); err != nil {
			t.Fatal(err)
		}
		if r.Altered != c.want || !strings.Contains(said.String(), c.told) || c.told == "" && strings.Contains(said.String(), "Cambian de nombre") {
			t.Errorf("%d, want %d; it says:\n%s", r.Altered, c.want, &said)
		}
	}
}

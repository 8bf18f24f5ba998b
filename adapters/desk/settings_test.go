package desk

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"llave/adapters/desk/archive"
)

func TestSettings(t *testing.T) {
	f := newFixture(t)
	carla := f.signedIn("carla")
	set := func(pairs ...string) answer {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return carla.posts("/mesa/ajustes", v)
	}
	if got := carla.gets("/mesa/ajustes"); got.json["set"] != false || len(got.json["days"].([]any)) != 7 {
		t.Errorf("nothing is set: %s", got.body)
	}
	for _, ok := range [][]string{{"day", "1", "from", "08:00", "to", "18:00"}, {"day", "0", "from", "20:00", "to", "24:00"}, {"holiday", "2026-12-07", "name", "Puente"}, {"holiday", "ley", "name", "2027"}} {
		if got := set(ok...); got.status != 200 {
			t.Errorf("%v: %d %s", ok, got.status, got.body)
		}
	}
	for _, bad := range [][]string{{}, {"day", "9", "from", "08:00", "to", "18:00"}, {"day", "1", "from", "18:00", "to", "08:00"}, {"day", "1", "from", "x", "to", "y"}, {"holiday", "ayer", "name", "x"},
		{"holiday", "2026-12-08", "name", " "}, {"holiday", "ley", "name", "99999"}, {"day", "1", "from", "08:00", "to", "25:00"}} {
		if got := set(bad...); got.status != 422 {
			t.Errorf("%v: %d %s", bad, got.status, got.body)
		}
	}
	got := carla.gets("/mesa/ajustes")
	if !strings.Contains(got.body, `"from":"08:00","to":"18:00"`) || !strings.Contains(got.body, `"day":"2026-12-07","name":"Puente"`) || !strings.Contains(got.body, "2027-08-16") {
		t.Errorf("%s", got.body)
	}
	for _, gone := range []string{"1 08:00", "2026-12-07"} {
		if got := set("remove", gone); got.status != 200 {
			t.Errorf("remove %s: %d", gone, got.status)
		}
		if got := set("remove", gone); got.status != 404 {
			t.Errorf("remove %s again: %d", gone, got.status)
		}
	}
	if page := carla.page("/mesa/ajustes"); strings.Contains(page.body, "08:00 a 18:00") || !strings.Contains(page.body, "20:00 a 24:00") {
		t.Error("the page has what was removed, or lacks what was not")
	}
}

// Everything that somebody does is recorded, once, and the chain of the record holds.
func TestEverythingIsRecorded(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana, carla := f.signedIn("ana"), f.signedIn("carla")
	f.browser().posts("/mesa/entrar", url.Values{"user": {"ana"}, "password": {"mal"}})
	ana.acts(id, "tomar")
	ana.acts(id, "mensajes", "text", "canario-771")
	ana.acts(id, "mensajes", "text", "x", "seen", "0")
	ana.posts(caseURL(id)+"/notas", url.Values{"text": {"una nota"}})
	ana.posts(caseURL(id)+"/mostrar", url.Values{"what": {"number"}})
	carla.posts("/mesa/ajustes", url.Values{"holiday": {"2026-12-08"}, "name": {"x"}})
	ana.posts("/mesa/turno", url.Values{"duty": {"pause"}})
	ana.posts("/mesa/salir", nil)
	got := carla.gets("/mesa/auditoria?agent=ana")
	for what, n := range map[string]int{"signin": 1, "signin.failed": 1, "act.take": 1, "act.say": 2, "note": 1, "reveal.number": 1, "signout": 1} {
		if have := strings.Count(got.body, `"what":"`+what+`"`); have != n {
			t.Errorf("%s: %d times, want %d: %s", what, have, n, got.body)
		}
	}
	page := carla.page("/mesa/auditoria?case=" + url.QueryEscape("4821"))
	if page.status != 200 || strings.Contains(page.body, "canario-771") || !strings.Contains(page.body, "Vio el número de afiliación") || strings.Contains(page.body, "Cargó un feriado") {
		t.Errorf("the page: %d", page.status)
	}
	rows, err := f.db.Records(context.Background(), archive.AuditQuery{Agent: "carla"})
	if err != nil || len(rows) < 2 {
		t.Errorf("carla: %v %v", rows, err)
	}
	if strings.Contains(f.log.String(), "canario-771") || strings.Contains(f.log.String(), "4071852") {
		t.Error("the log has what was said")
	}
}

package desk

import "testing"

// Every page opens, for everyone who may see it.
func TestPagesOpen(t *testing.T) {
	f := newFixture(t)
	id, other := f.scene()
	f.adds("dora", "admin")
	ana, carla := f.signedIn("ana"), f.signedIn("carla")
	for _, c := range []struct {
		b    *browser
		path string
		want int
	}{
		{ana, "/mesa/", 200}, {ana, "/mesa/casos?tab=mine", 200}, {ana, "/mesa/casos?tab=closed", 200}, {ana, caseURL(id), 200}, {ana, caseURL(other), 200},
		{ana, caseURL(id) + "?modo=nota", 200}, {ana, caseURL(id) + "?ver=datos", 200}, {ana, caseURL(id) + "/hilo?since=3", 200}, {ana, "/mesa/ajustes", 403}, {ana, "/mesa/auditoria", 403},
		{carla, "/mesa/ajustes", 200}, {carla, "/mesa/auditoria", 200}, {carla, caseURL(id), 200}, {ana, "/mesa/casos/99", 404}, {ana, "/mesa/nada", 404},
	} {
		if got := c.b.page(c.path); got.status != c.want {
			t.Errorf("%s: %d, want %d: %.300s", c.path, got.status, c.want, got.body)
		}
		if got := c.b.gets(c.path); got.status != c.want || got.json == nil && got.status != 200 {
			t.Errorf("%s as JSON: %d, want %d: %.300s", c.path, got.status, c.want, got.body)
		}
	}
	if f.log.Len() > 0 {
		t.Errorf("logged: %s", f.log)
	}
}

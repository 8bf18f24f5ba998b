package desk

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// Of ten agents who take a case at once one gets it, and the others are told who.
func TestTakeRace(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	agents := []*browser{f.signedIn("ana"), f.signedIn("beto"), f.signedIn("carla")}
	forms := make([]url.Values, 10)
	for i := range forms {
		forms[i] = agents[i%3].form(id)
	}
	got := make([]answer, len(forms))
	var all sync.WaitGroup
	for i, v := range forms {
		all.Go(func() { got[i] = agents[i%3].posts(caseURL(id)+"/tomar", v) })
	}
	all.Wait()
	won := 0
	owner := f.engine.Case(maria().Chat).Owner.Name
	for i, a := range got {
		switch {
		case a.status == 200:
			won++
		case a.status != 409 || a.why() != "taken" || a.json["error"] != "Ya lo tomó "+owner+"." || a.json["owner"] != owner:
			t.Errorf("agent %d: %d %s", i, a.status, a.body)
		}
	}
	if won != 1 {
		t.Errorf("%d agents have it", won)
	}
	row := agents[0].gets(caseURL(id))
	if row.json["owner"] != owner || row.json["state"] != "assigned" || row.json["epoch"] != 2.0 {
		t.Errorf("the case: %v %v %v", row.json["owner"], row.json["state"], row.json["epoch"])
	}
}

// Who has not seen the last message is stopped, keeps what was typed, and sees what is new.
func TestStale(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	ana.acts(id, "tomar")
	v := ana.form(id, "text", "Ahora te lo mando")
	f.engine.Says(maria().Chat, "ya está, me lo tomaron")
	got := ana.posts(caseURL(id)+"/mensajes", v)
	since, _ := got.json["since"].([]any)
	if got.status != 409 || got.why() != "stale" || len(since) != 1 || since[0].(map[string]any)["text"] != "ya está, me lo tomaron" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	v.Set("act", newAct())
	page := ana.submits(caseURL(id)+"/mensajes", v)
	if page.status != 409 || !strings.Contains(page.body, ">Ahora te lo mando</textarea>") || !strings.Contains(page.body, "ya está, me lo tomaron") ||
		!strings.Contains(page.body, "No se mandó: María Elena escribió mientras contestabas") || strings.Contains(page.body, `id="alto" role="alertdialog" aria-labelledby="alto-t" aria-describedby="alto-d" tabindex="-1" hidden`) {
		t.Errorf("the page: %d %s", page.status, page.body)
	}
	if got := ana.acts(id, "mensajes", "text", "Genial"); got.status != 200 {
		t.Errorf("after reading: %d %s", got.status, got.body)
	}
	for _, route := range []string{"cerrar", "devolver", "encargo"} {
		old := ana.form(id, "why", "resolved", "mode", "menu", "name", "token")
		f.engine.Says(maria().Chat, "¿hola?")
		if got := ana.posts(caseURL(id)+"/"+route, old); got.status != 409 || got.why() != "stale" {
			t.Errorf("%s: %d %s", route, got.status, got.body)
		}
	}
}

func TestOnlyTheOwnerActs(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana, beto := f.signedIn("ana"), f.signedIn("beto")
	ana.acts(id, "tomar")
	for route, v := range map[string][]string{"mensajes": {"text", "hola"}, "soltar": {"note", "x"}, "devolver": {"mode", "menu"}, "cerrar": {"why", "resolved"}, "encargo": {"name", "token"},
		"mostrador": {"on", "1"}, "pasar": {"to", "carla", "note", "x"}} {
		if route == "pasar" {
			f.signedIn("carla")
		}
		got := beto.acts(id, route, v...)
		if got.status != 403 || got.why() != "not_owner" || !strings.Contains(got.body, "Ana") {
			t.Errorf("%s: %d %s", route, got.status, got.body)
		}
	}
	if notes, _ := f.db.Notes(context.Background(), id); len(notes) > 0 {
		t.Error("a note of an act that was refused is kept")
	}
	page := beto.submits(caseURL(id)+"/mensajes", beto.form(id, "text", "lo que escribí"))
	if page.status != 403 || !strings.Contains(page.body, "solo Ana puede hacer eso") || !strings.Contains(page.body, "lo que escribí") {
		t.Errorf("the page: %d", page.status)
	}
	if got := ana.acts(id, "mensajes", "text", "soy yo"); got.status != 200 {
		t.Errorf("the owner: %d %s", got.status, got.body)
	}
	if got := beto.acts(id, "tomar"); got.status != 409 || got.why() != "taken" {
		t.Errorf("take: %d %s", got.status, got.body)
	}
}

// An act is done once, however often its form is sent.
func TestAnActIsDoneOnce(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	ana.acts(id, "tomar")
	v := ana.form(id, "text", "una sola vez")
	first := ana.posts(caseURL(id)+"/mensajes", v)
	for range 3 {
		if got := ana.posts(caseURL(id)+"/mensajes", v); got.status != 200 || got.body != first.body {
			t.Errorf("again: %d %s", got.status, got.body)
		}
	}
	if n := len(f.engine.Acts()); n != 2 {
		t.Errorf("%d acts came", n)
	}
	beto := f.signedIn("beto")
	if got := beto.posts(caseURL(id)+"/mensajes", v); got.status != 409 {
		t.Errorf("another's act: %d %s", got.status, got.body)
	}
	if got := ana.posts(caseURL(id)+"/cerrar", url.Values{"act": v["act"], "epoch": v["epoch"], "seen": v["seen"], "why": {"resolved"}}); got.status != 409 || got.why() != "act_used" {
		t.Errorf("the same id for something else: %d %s", got.status, got.body)
	}
	v.Set("act", "kurz")
	if got := ana.posts(caseURL(id)+"/mensajes", v); got.status != 422 || got.why() != "act" {
		t.Errorf("no act: %d %s", got.status, got.body)
	}
	note := ana.form(id, "note", "una nota")
	for range 3 {
		ana.posts(caseURL(id)+"/soltar", note)
	}
	if notes, _ := f.db.Notes(context.Background(), id); len(notes) != 1 {
		t.Errorf("%d notes of one act", len(notes))
	}
}

func TestWhatCannotBeKept(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	f.engine.Fails(errors.New("down"))
	if got := ana.acts(id, "tomar"); got.status != 503 || got.why() != "not_kept" {
		t.Errorf("not kept: %d %s", got.status, got.body)
	}
	f.engine.Fails(nil)
	ana.acts(id, "tomar")
	f.desk.opt.Await = time.Millisecond
	f.engine.Stalls(true)
	got := ana.acts(id, "mensajes", "text", "hola")
	if got.status != 202 || got.json["kept"] != true {
		t.Errorf("kept: %d %s", got.status, got.body)
	}
	if page := ana.submits(caseURL(id)+"/mensajes", ana.form(id, "text", "hola")); page.status != 202 || !strings.Contains(page.body, "Guardado") {
		t.Errorf("the page: %d", page.status)
	}
}

func TestReplies(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	ana.acts(id, "tomar")
	for why, text := range map[string]string{"empty": " \n ", "unresolved": "Hola {{nombre}}"} {
		if got := ana.acts(id, "mensajes", "text", text); got.status != 422 || got.why() != why {
			t.Errorf("%s: %d %s", why, got.status, got.body)
		}
	}
	got := ana.acts(id, "mensajes", "text", "  Hola\x00\r\n*Ana*  ")
	if got.status != 200 || got.json["case"] != float64(id) || got.json["n"] == nil || got.json["epoch"] != 2.0 {
		t.Errorf("%d %s", got.status, got.body)
	}
	acts := f.engine.Acts()
	if last := acts[len(acts)-1]; last.Text != "Hola\n*Ana*" || last.By != (bot.Agent{ID: "ana", Name: "Ana", Role: bot.RoleAgent}) {
		t.Errorf("the act: %+v", last)
	}
	n := f.engine.Case(maria().Chat).Last
	if got := ana.acts(id, "reintentar", "entry", fmt.Sprint(n)); got.status != 409 || got.why() != "not_failed" {
		t.Errorf("a message that did not fail: %d %s", got.status, got.body)
	}
	f.engine.Delivers(maria().Chat, n, bot.DeliveryFailed, "too_long")
	if got := ana.acts(id, "reintentar", "entry", fmt.Sprint(n)); got.status != 200 {
		t.Errorf("again: %d %s", got.status, got.body)
	}
	acts = f.engine.Acts()
	if last := acts[len(acts)-1]; last.Do != bot.DeedAgain || last.Of != n || last.Text != "Hola\n*Ana*" {
		t.Errorf("the act: %+v", last)
	}
	if got := ana.acts(id, "cerrar", "why", "resolved"); got.status != 200 {
		t.Errorf("close: %d %s", got.status, got.body)
	}
	if got := ana.acts(id, "mensajes", "text", "tarde"); got.status != 410 || got.why() != "not_open" {
		t.Errorf("closed: %d %s", got.status, got.body)
	}
	if got := ana.acts(id, "reabrir"); got.status != 200 || f.engine.Case(maria().Chat).State != bot.CaseQueued {
		t.Errorf("reopen: %d %s", got.status, got.body)
	}
}

func TestPassingOn(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	ana.acts(id, "tomar")
	for _, route := range []string{"soltar", "pasar"} {
		if got := ana.acts(id, route, "note", "  ", "to", "beto"); got.status != 422 || got.why() != "note" {
			t.Errorf("%s without a note: %d %s", route, got.status, got.body)
		}
	}
	for _, to := range []string{"beto", "nadie", ""} {
		if got := ana.acts(id, "pasar", "to", to, "note", "seguí vos"); got.status != 409 || got.why() != "off_duty" {
			t.Errorf("to %q: %d %s", to, got.status, got.body)
		}
	}
	beto := f.signedIn("beto")
	if got := ana.acts(id, "pasar", "to", "beto", "note", "seguí vos"); got.status != 200 {
		t.Fatalf("pass: %d %s", got.status, got.body)
	}
	view := beto.gets(caseURL(id))
	notes, _ := view.json["notes"].([]any)
	if view.json["owner"] != "Beto" || len(notes) != 1 || notes[0].(map[string]any)["text"] != "seguí vos" || notes[0].(map[string]any)["by"] != "Ana" {
		t.Errorf("%v %v", view.json["owner"], notes)
	}
	carla := f.signedIn("carla")
	if got := carla.acts(id, "quitar", "note", "se fue"); got.status != 200 || f.engine.Case(maria().Chat).Owner.ID != "carla" {
		t.Errorf("take over: %d %s", got.status, got.body)
	}
	if got := carla.acts(id, "soltar", "note", "para quien siga"); got.status != 200 {
		t.Errorf("release: %d %s", got.status, got.body)
	}
	if got := beto.posts("/mesa/casos/siguiente", url.Values{"act": {newAct()}}); got.status != 200 || got.json["case"] != float64(id) {
		t.Errorf("take the next: %d %s", got.status, got.body)
	}
	if got := beto.posts("/mesa/casos/siguiente", url.Values{"act": {newAct()}}); got.status != 409 || got.why() != "empty" {
		t.Errorf("take none: %d %s", got.status, got.body)
	}
	if got := beto.acts(id, "devolver", "mode", "continue"); got.status != 200 {
		t.Errorf("return: %d %s", got.status, got.body)
	}
	acts := f.engine.Acts()
	if last := acts[len(acts)-1]; last.Do != bot.DeedReturn || !last.Resume {
		t.Errorf("the act: %+v", last)
	}
}

// No word of a note is in any act, and no note has a way to a chat.
func TestNotesStay(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana, carla := f.signedIn("ana"), f.signedIn("carla")
	const canary = "canario-8841"
	ana.acts(id, "tomar")
	if got := ana.posts(caseURL(id)+"/notas", url.Values{"text": {canary}}); got.status != 201 {
		t.Errorf("note: %d %s", got.status, got.body)
	}
	ana.acts(id, "pasar", "to", "carla", "note", canary)
	carla.acts(id, "soltar", "note", canary)
	carla.acts(id, "quitar", "note", canary)
	carla.acts(id, "cerrar", "why", "abuse", "note", canary)
	if got := ana.posts(caseURL(id)+"/notas", url.Values{"text": {canary}}); got.status != 201 { // in any state
		t.Errorf("note of a closed case: %d %s", got.status, got.body)
	}
	if len(f.engine.Acts()) < 4 {
		t.Errorf("%d acts", len(f.engine.Acts()))
	}
	if all := fmt.Sprintf("%+v", f.engine.Acts()); strings.Contains(all, canary) {
		t.Errorf("a note is in an act: %s", all)
	}
	if strings.Contains(f.log.String(), canary) {
		t.Error("a note is in the log")
	}
}

func TestCounterAndErrand(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	ana.acts(id, "tomar")
	if got := ana.acts(id, "mostrador", "on", "1"); got.status != 200 || !f.engine.Case(maria().Chat).AtCounter {
		t.Errorf("counter: %d %s", got.status, got.body)
	}
	if got := ana.acts(id, "encargo", "name", "token", "member", "3"); got.status != 200 {
		t.Errorf("errand: %d %s", got.status, got.body)
	}
	acts := f.engine.Acts()
	last := acts[len(acts)-1]
	if args, err := bot.As[struct{ Member string }](last.Args); last.Name != "token" || err != nil || args.Member != "3" {
		t.Errorf("%+v %v", last, err)
	}
	if got := ana.acts(id, "encargo", "name", "otro"); got.status != 422 {
		t.Errorf("an unknown errand: %d %s", got.status, got.body)
	}
	who := jorge()
	f.engine.RefusesErrands(bot.RefusedUnlinked)
	other := f.engine.Opens(who, "asked", nil)
	ana.acts(other, "tomar")
	if got := ana.acts(other, "encargo", "name", "token"); got.status != 409 || got.why() != "unlinked" {
		t.Errorf("unlinked: %d %s", got.status, got.body)
	}
}

// What is masked is nowhere in the page or its JSON, until it is shown by a POST, which is recorded.
func TestReveal(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	for _, got := range []answer{ana.page(caseURL(id)), ana.gets(caseURL(id)), ana.page("/mesa/casos"), ana.gets("/mesa/casos")} {
		if strings.Contains(got.body, "4071852") || strings.Contains(got.body, "+54") {
			t.Errorf("a number is in %s", got.body)
		}
	}
	for what, want := range map[string]string{"number": "9-4071852/00", "phone": "+54 9 221 555-1234"} {
		if got := ana.posts(caseURL(id)+"/mostrar", url.Values{"what": {what}}); got.status != 200 || got.json["value"] != want {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
		if page := ana.submits(caseURL(id)+"/mostrar", url.Values{"what": {what}}); page.status != 200 || !strings.Contains(strings.ReplaceAll(page.body, "&#43;", "+"), want) {
			t.Errorf("%s: the page: %d", what, page.status)
		}
		rows, err := f.db.Records(context.Background(), archive.AuditQuery{Case: id, Agent: "ana"})
		if n := 0; err == nil {
			for _, r := range rows {
				if r.What == "reveal."+what {
					n++
				}
			}
			if n != 2 {
				t.Errorf("%s: recorded %d times", what, n)
			}
		}
	}
	if got := ana.posts(caseURL(id)+"/mostrar", url.Values{"what": {"clave"}}); got.status != 422 {
		t.Errorf("something else: %d", got.status)
	}
}

// field is the value of the first field of a name on a page.
func field(page, form, name string) string {
	_, rest, _ := strings.Cut(page, `action="`+form+`"`)
	_, rest, _ = strings.Cut(rest, `name="`+name+`" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// A case from the queue to its end with forms alone: no script, no JSON.
func TestWithoutScripts(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	f.signedIn("beto")
	b := f.browser()
	if got := b.submits("/mesa/entrar", url.Values{"user": {"ana"}, "password": {archive.DemoPassword}, "next": {caseURL(id)}}); got.status != 303 || got.header.Get("Location") != caseURL(id) {
		t.Fatalf("sign in: %d %s", got.status, got.header.Get("Location"))
	}
	for _, step := range []struct {
		route string
		more  url.Values
		want  string
	}{
		{"tomar", nil, "Ana tomó el caso"}, {"mensajes", url.Values{"text": {"Hola, soy Ana"}}, "Hola, soy Ana"}, {"mostrador", url.Values{"on": {"1"}}, "anotó que está en el mostrador"},
		{"encargo", url.Values{"name": {"token"}, "member": {"3"}}, "le pidió al asistente que mande el token"}, {"pasar", url.Values{"to": {"beto"}, "note": {"seguí vos"}}, "le pasó el caso a Beto"},
		{"notas", url.Values{"text": {"una nota"}}, "Nota interna de Ana"},
	} {
		form := caseURL(id) + "/" + step.route
		page := b.page(caseURL(id)).body
		v := url.Values{"act": {field(page, form, "act")}, "epoch": {field(page, form, "epoch")}, "seen": {field(page, form, "seen")}}
		for k := range step.more {
			v[k] = step.more[k]
		}
		got := b.submits(form, v)
		if got.status != 303 || !strings.HasPrefix(got.header.Get("Location"), caseURL(id)) {
			t.Fatalf("%s: %d %s %.300s", step.route, got.status, got.header.Get("Location"), got.body)
		}
		if page := b.page(got.header.Get("Location")).body; !strings.Contains(page, step.want) {
			t.Errorf("%s: the page does not say %q", step.route, step.want)
		}
	}
}

// Whoever takes the next case and does not get the answer sends the form again, and is told which case it was; no other is
// taken.
func TestTakingTheNextIsRepeated(t *testing.T) {
	f := newFixture(t)
	first, second := f.opens(), f.engine.Opens(jorge(), "asked", nil)
	ana := f.signedIn("ana")
	form := url.Values{"act": {newAct()}}
	took := ana.posts("/mesa/casos/siguiente", form)
	if took.status != 200 || took.json["case"] != float64(first) && took.json["case"] != float64(second) {
		t.Fatalf("next: %d %s", took.status, took.body)
	}
	for range 2 {
		if got := ana.posts("/mesa/casos/siguiente", form); got.status != 200 || got.json["case"] != took.json["case"] {
			t.Errorf("the same form again: %d %s", got.status, got.body)
		}
	}
	if counts, err := f.db.Counts(context.Background(), "ana"); err != nil || counts.Free != 1 || counts.Mine != 1 {
		t.Errorf("left: %+v %v", counts, err)
	}
}

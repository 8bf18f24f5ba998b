package desk

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"time"

	"llave/adapters/desk/desktest"
	"llave/bot"
)

// refused is a way to be refused: what leads to it, and what is answered.
type refused struct {
	why   bot.Refusal
	route string
	typed string // a field that holds words
	// before leads to the refusal, and returns the agent and the form that is refused.
	before func(s *stage) (*browser, url.Values)
	status int
	words  string
}

const typedWords = "lo que <b>escribí</b> recién"

// stage is the case of one refusal, on a desk that all of them share.
type stage struct {
	*fixture
	id               uint64
	who              desktest.Affiliate
	ana, beto, carla *browser
}

// owned has Ana take the case.
func (s *stage) owned() *browser {
	s.ana.acts(s.id, "tomar")
	return s.ana
}

// closes has the desk be closed at this hour.
func (s *stage) closes() {
	s.t.Helper()
	day := fmt.Sprint(int(s.clock.now().Weekday()))
	if got := s.carla.posts("/mesa/ajustes", url.Values{"day": {day}, "from": {"00:00"}, "to": {"01:00"}}); got.status != 200 {
		s.t.Fatalf("hours: %d %s", got.status, got.body)
	}
}

// errandRefused is an errand that the script refuses.
func errandRefused(why bot.Refusal) func(*stage) (*browser, url.Values) {
	return func(s *stage) (*browser, url.Values) {
		ana := s.owned()
		s.engine.RefusesErrands(why)
		return ana, ana.form(s.id, "name", "token", "member", "3")
	}
}

func refusals() []refused {
	return []refused{
		{bot.RefusedTaken, "tomar", "", func(s *stage) (*browser, url.Values) {
			form := s.beto.form(s.id)
			s.owned()
			return s.beto, form
		}, 409, "Ya lo tomó Ana."},
		{bot.RefusedTaken, "pasar", "note", func(s *stage) (*browser, url.Values) {
			ana := s.owned()
			return ana, ana.form(s.id, "to", "ana", "note", typedWords)
		}, 409, "Ya lo tiene Ana."},
		{bot.RefusedNotOwner, "mensajes", "text", func(s *stage) (*browser, url.Values) {
			s.owned()
			return s.beto, s.beto.form(s.id, "text", typedWords)
		}, 403, "El caso lo tiene Ana: solo Ana puede hacer eso."},
		{bot.RefusedNotOwner, "mensajes", "text", func(s *stage) (*browser, url.Values) { // it was Ana's, and is nobody's
			ana := s.owned()
			ana.acts(s.id, "soltar", "note", "me voy")
			return s.beto, s.beto.form(s.id, "text", typedWords)
		}, 403, "El caso no es tuyo: tomalo primero."},
		{bot.RefusedEpoch, "soltar", "note", func(s *stage) (*browser, url.Values) {
			ana := s.owned()
			old := ana.form(s.id, "note", typedWords)
			ana.acts(s.id, "soltar", "note", "un rato")
			ana.acts(s.id, "tomar")
			return ana, old
		}, 409, "El caso cambió de manos mientras mirabas. Fijate cómo está ahora."},
		{bot.RefusedStale, "mensajes", "text", func(s *stage) (*browser, url.Values) {
			ana := s.owned()
			old := ana.form(s.id, "text", typedWords)
			s.engine.Says(s.who.Chat, "ya está")
			return ana, old
		}, 409, "No se mandó: la persona escribió mientras contestabas. Fijate qué dijo."},
		{bot.RefusedStale, "cerrar", "", func(s *stage) (*browser, url.Values) {
			ana := s.owned()
			old := ana.form(s.id, "why", "resolved")
			s.engine.Says(s.who.Chat, "todavía no")
			return ana, old
		}, 409, "No se hizo: la persona escribió mientras tanto. Fijate qué dijo."},
		{bot.RefusedNotOpen, "mensajes", "text", func(s *stage) (*browser, url.Values) {
			ana := s.owned()
			old := ana.form(s.id, "text", typedWords)
			s.engine.Leaves(s.who.Chat)
			return ana, old
		}, 410, "El caso ya no está abierto."},
		{bot.RefusedNotOpen, "soltar", "note", func(s *stage) (*browser, url.Values) { // the chat has another case by now
			ana := s.owned()
			old := ana.form(s.id, "note", typedWords)
			s.engine.Leaves(s.who.Chat)
			s.engine.Opens(s.who, "person", nil)
			return ana, old
		}, 410, "El caso ya no está abierto."},
		{bot.RefusedLate, "mensajes", "text", func(s *stage) (*browser, url.Values) {
			ana := s.owned()
			s.engine.Waits(bot.StaleAfter + time.Second)
			return ana, ana.form(s.id, "text", typedWords)
		}, 409, "Pasó demasiado tiempo desde que lo mandaste, así que no se hizo. Probá de nuevo."},
		{bot.RefusedNotAllowed, "encargo", "", errandRefused(bot.RefusedNotAllowed), 403, "Tu cuenta no puede hacer eso con este caso."},
		{bot.RefusedUnlinked, "encargo", "", errandRefused(bot.RefusedUnlinked), 409, "El chat no está vinculado: el asistente no puede pedir el token."},
		{bot.RefusedBusy, "encargo", "", errandRefused(bot.RefusedBusy), 409, "El asistente todavía espera a IOMA por algo que pidió la persona. Probá de nuevo cuando le responda."},
		{bot.RefusedNoMember, "encargo", "", errandRefused(bot.RefusedNoMember), 422, "Esa persona no está en la cuenta de este chat."},
		{bot.RefusedNoEntry, "reintentar", "", func(s *stage) (*browser, url.Values) {
			ana := s.owned()
			ana.acts(s.id, "mensajes", "text", "hola")
			n := s.engine.Case(s.who.Chat).Last
			s.engine.Delivers(s.who.Chat, n, bot.DeliveryFailed, "too_long")
			ana.acts(s.id, "reintentar", "entry", fmt.Sprint(n))
			return ana, ana.form(s.id, "entry", fmt.Sprint(n))
		}, 409, "Ese mensaje ya se mandó de nuevo, o no está."},
		{bot.RefusedShut, "mostrador", "", func(s *stage) (*browser, url.Values) {
			ana := s.owned()
			s.closes()
			return ana, ana.form(s.id, "on", "1")
		}, 409, "La Mesa está cerrada: eso se puede solo en horario de atención."},
		{bot.RefusedOpen, "reabrir", "", func(s *stage) (*browser, url.Values) {
			s.owned()
			return s.beto, s.beto.form(s.id)
		}, 409, "El caso ya está abierto: lo tiene Ana."},
		{bot.RefusedOpen, "reabrir", "", func(s *stage) (*browser, url.Values) {
			return s.beto, s.beto.form(s.id)
		}, 409, "El caso ya está abierto."},
		{bot.RefusedOver, "reabrir", "", func(s *stage) (*browser, url.Values) {
			ana := s.owned()
			ana.acts(s.id, "cerrar", "why", "abuse")
			return ana, ana.form(s.id)
		}, 410, "Este caso ya no se puede reabrir. Si la persona vuelve a pedir a alguien, se abre otro."},
		{bot.RefusedOver, "reabrir", "", func(s *stage) (*browser, url.Values) {
			ana := s.owned()
			ana.acts(s.id, "cerrar", "why", "resolved")
			s.clock.add(bot.CaseGrace + time.Minute)
			ana = s.signedIn("ana") // the session has ended meanwhile
			return ana, ana.form(s.id)
		}, 410, "Este caso ya no se puede reabrir. Si la persona vuelve a pedir a alguien, se abre otro."},
	}
}

// Each reason for which an act is refused has a status and a sentence of its own, for programs and on the page, and what was
// typed stands on the page.
func TestEveryRefusal(t *testing.T) {
	missing := map[bot.Refusal]bool{}
	for _, why := range bot.Refusals() {
		missing[why] = true
	}
	sentences := map[string]bot.Refusal{}
	f := newFixture(t)
	s := &stage{fixture: f, ana: f.signedIn("ana"), beto: f.signedIn("beto"), carla: f.signedIn("carla")}
	for i, r := range refusals() {
		t.Run(fmt.Sprint(i, " ", r.why), func(t *testing.T) {
			s.who = desktest.Affiliate{Chat: bot.ChatID(fmt.Sprint("whatsapp/bot/", i)), Channel: "WhatsApp", Sender: "Male"}
			s.id = f.engine.Opens(s.who, "person", nil)
			f.engine.Waits(0)
			delete(missing, r.why)
			if other, ok := sentences[r.words]; ok && other != r.why {
				t.Errorf("%s says what %s says", r.why, other)
			}
			sentences[r.words] = r.why
			b, form := r.before(s)
			path := caseURL(s.id) + "/" + r.route
			got := b.posts(path, form)
			if got.status != r.status || got.why() != string(r.why) || got.json["error"] != r.words {
				t.Errorf("%d %s", got.status, got.body)
			}
			form.Set("act", newAct())
			page := b.submits(path, form)
			if page.status != r.status || !strings.Contains(page.body, r.words) && r.why != bot.RefusedStale {
				t.Errorf("the page does not say why: %d", page.status)
			}
			if r.typed != "" && !strings.Contains(page.body, html.EscapeString(typedWords)) {
				t.Error("what was typed is not on the page")
			}
		})
	}
	for why := range missing {
		t.Errorf("no test is refused with %q", why)
	}
}

// badFields are fields that no page sends, by the route that they are sent to.
func badFields() map[string][]string {
	return map[string][]string{
		"POST /mesa/casos/siguiente":       {"act="},
		"POST /mesa/casos/{id}/tomar":      {"act=kurz", "epoch=x", "epoch=-1", "epoch=99999999999999999999"},
		"POST /mesa/casos/{id}/mensajes":   {"act=", "epoch=x", "seen=x", "seen=999", "seen=-1", "text=", "text={{nombre}}"},
		"POST /mesa/casos/{id}/reintentar": {"act=", "epoch=x", "entry=x"},
		"POST /mesa/casos/{id}/notas":      {"text="},
		"POST /mesa/casos/{id}/soltar":     {"act=", "epoch=x", "note="},
		"POST /mesa/casos/{id}/pasar":      {"act=", "epoch=x", "note="},
		"POST /mesa/casos/{id}/quitar":     {"act=", "epoch=x", "note="},
		"POST /mesa/casos/{id}/escribe":    nil,
		"POST /mesa/casos/{id}/devolver":   {"act=", "epoch=x", "seen=x", "mode=7", "mode="},
		"POST /mesa/casos/{id}/cerrar":     {"act=", "epoch=x", "seen=999", "why=7", "why=left", "why="},
		"POST /mesa/casos/{id}/reabrir":    {"act="},
		"POST /mesa/casos/{id}/mostrador":  {"act=", "epoch=x", "on=7", "on="},
		"POST /mesa/casos/{id}/encargo":    {"act=", "epoch=x", "seen=x", "name=7", "name="},
		"POST /mesa/casos/{id}/mostrar":    {"what=7", "what="},
		"POST /mesa/turno":                 {"duty=7", "duty="},
		"POST /mesa/ajustes":               {"day=7", "day=", "from=24:30", "to=x", "holiday=2026-02-30", "remove=9 08:00"},
		"POST /mesa/alta":                  {"enrol=7", "enrol="},
		"GET /mesa/casos":                  {"tab=7"},
		"GET /mesa/casos/{id}/hilo":        {"since=x", "since=-1", "note=x"},
		"GET /mesa/eventos":                {"after=x"},
		"GET /mesa/auditoria":              {"case=x", "from=x", "to=2026-02-30", "before=x"},
		// These have no fields, or say their own: 401 of a sign-in, 404 of what is not there.
		"GET /mesa/{$}": nil, "GET /mesa/entrar": nil, "POST /mesa/entrar": nil, "POST /mesa/salir": nil, "GET /mesa/alta": nil, "GET /mesa/casos/{id}": nil,
		"GET /mesa/archivos/{blob}": nil, "GET /mesa/ajustes": nil, "GET /mesa/{asset}": nil,
	}
}

// A field that no page sends is refused with 422 and a sentence, at every route, and nothing is done.
func TestEveryBadField(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	carla := f.signedIn("carla")
	carla.acts(id, "tomar")
	good := []string{"text", "hola", "note", "una nota", "mode", "menu", "why", "resolved", "on", "1", "name", "token", "member", "3", "what", "number",
		"day", "1", "from", "08:00", "to", "18:00"}
	before := len(f.engine.Acts())
	table := badFields()
	for _, r := range routes() {
		key := r.method + " " + r.path
		bad, ok := table[key]
		if !ok {
			t.Errorf("no bad field of %s", key)
		}
		for _, field := range bad {
			name, value, _ := strings.Cut(field, "=")
			path := filled(r.path, id)
			var got, page answer
			if r.method == "GET" {
				path += "?" + url.Values{name: {value}}.Encode()
				got, page = carla.gets(path), carla.page(path)
			} else {
				form := carla.form(id, good...)
				form.Set(name, value)
				got, page = carla.posts(path, form), carla.submits(path, form)
			}
			words, _ := got.json["error"].(string)
			if got.status != 422 || page.status != 422 || !strings.Contains(html.UnescapeString(page.body), words) || !strings.HasSuffix(words, ".") {
				t.Errorf("%s %q: %d %d %s", key, field, got.status, page.status, got.body)
			}
		}
	}
	if n := len(f.engine.Acts()); n != before {
		t.Errorf("%d acts were made", n-before)
	}
}

// What was typed into the settings stands there after a refusal.
func TestTypedSettingsStay(t *testing.T) {
	f := newFixture(t)
	carla := f.signedIn("carla")
	page := carla.submits("/mesa/ajustes", url.Values{"day": {"4"}, "from": {"19:15"}, "to": {"09:45"}}).body
	for _, want := range []string{`<option value="4" selected>`, `value="19:15"`, `value="09:45"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	page = carla.submits("/mesa/ajustes", url.Values{"holiday": {"ayer"}, "name": {"Puente & más"}}).body
	for _, want := range []string{`value="ayer"`, `value="Puente &amp; más"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

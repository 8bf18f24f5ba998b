package nlu

import (
	"slices"
	"strings"
	"testing"

	"llave/flows/backend"
)

// Each rule has a text that is misread without it.
func TestRules(t *testing.T) {
	u := newParser(t)
	for _, c := range []struct{ rule, text, want string }{
		{"a request ends what an earlier no reaches", "no me anda nada quiero un token nuevo", "another [] ?[]"},
		{"a request ends a doubt", "tengo poco tiempo necesito otro token", "another [] ?[]"},
		{"what destroys is written as it is", "desvinculas", "none [] ?[]"},
		{"what destroys is written as it is", "cambias el token", "token [] ?[]"},
		{"what destroys is not asked", "desvincular?", "none [] ?[] unclear"},
		{"what is undone is not wanted either", "no quiero que me cambies el token", "none [] ?[]"},
		{"what destroys is said in one breath", "soy nuevo, token por favor", "token [] ?[]"},
		{"what destroys is said in one breath", "un otro de los de la del token", "token [] ?[]"},
		{"two requests of equal weight are unclear", "vincular o registrarme", "none [] ?[] unclear"},
		{"your daughter is not mine", "tu hija necesita el token", "token [] ?[]"},
		{"any word is no name", "perdí la carterita dame el token", "token [] ?[]"},
		{"a verb is no name", "token para agilizar", "token [] ?[]"},
		{"a slip of a yes is none", "buena", "none [] ?[]"},
		{"no and a comma may be before a request", "no, el token", "token [] ?[] no"},
		{"no is no, with what is not wanted after it", "no token gracias", "none [] ?[] no"},
		{"politeness after a request", "para tomás, gracias", "token [Tomás Ruiz] ?[]"},
		{"a name beside what we do not know is not given", "tomás y brnx", "none [] ?[]"},
		{"a full stop that was dictated is no name", "token de juana punto", "token [Juana Ruiz] ?[]"},
		{"so is a comma", "token de juana coma por favor", "token [Juana Ruiz] ?[]"},
		{"a relative who is missing is a matter of affiliation", "no me aparece mi hijo", "faq [] ?[]"},
		{"but a token that does not show is requested", "no me aparece el token de mi hija", "token [Juana Ruiz] ?[]"},
		{"an app that closes is a case for a person", "la app se cierra sola", "help [] ?[]"},
		{"a double name is one", "token de maria juana", "token [] ?[maria juana]"},
		{"a double name is one", "token de juana maria", "token [] ?[juana maria]"},
		{"a date is no count", "preimpresos 12/2026 para rosa", "preprint [Rosa Peralta] ?[] x0 @2026-12"},
		{"an age is no count", "preimpresos para mi hijo de 12 años", "preprint [Tomás Ruiz] ?[]"},
		{"of two counts none is taken", "preimpresos 5 o 10 para juana", "preprint [Juana Ruiz] ?[]"},
		{"a month that is over is next year's", "preimpresos de marzo", "preprint [] ?[] x0 @2027-03"},
		{"a cousin is no month", "preimpresos para mi primo julio", "preprint [] ?[julio]"},
		{"many tokens are on paper", "10 tokens para mamá", "preprint [Rosa Peralta] ?[] x10 @"},
	} {
		l := labelled{text: c.text, group: familyA, self: "1"}
		if got := l.run(u).String(); got != c.want {
			t.Errorf("%s: %q is understood as %q, want %q", c.rule, c.text, got, c.want)
		}
	}
}

func TestSlips(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"token", "token", 0}, {"tokn", "token", 1}, {"tokem", "token", 1}, {"otken", "token", 1}, {"tukan", "token", 3},
		{"prinpreso", "preinpreso", 1}, {"prinpresso", "preinpreso", 2}, {"rpeinpreos", "preinpreso", 2}, {"preinpresoab", "preinpreso", 2},
		{"abpreinpreso", "preinpreso", 2}, {"abcdefgh", "abcxyzgh", 3}, {"", "token", 3}, {"a", "", 1},
	} {
		if got := editDistance(c.a, c.b); got != c.want && !(c.want == 3 && got > 2) {
			t.Errorf("%q and %q: %d slips, want %d", c.a, c.b, got, c.want)
		}
	}
	for word, want := range map[string]int{"token": 1, "rebotado": 1, "preinpreso": 2} {
		if got := maxDistance(word); got != want {
			t.Errorf("%q may have %d slips, want %d", word, got, want)
		}
	}
}

// "Tío" and "vecina" are different kinships, and a name has a bounded length.
func TestRefs(t *testing.T) {
	u := newParser(t)
	a, b := u.Parse("token de mi tío").Refs, u.Parse("token de mi vecina").Refs
	if len(a) != 1 || len(b) != 1 || a[0].Kind != RefKin || slices.Equal(a[0].Words, b[0].Words) {
		t.Errorf("an uncle is %v, a neighbour %v", a, b)
	}
	for _, r := range u.Parse(strings.Repeat("de xq ", 150)).Refs {
		if len(r.Words) > 12 {
			t.Errorf("a name of %d words", len(r.Words))
		}
	}
}

// A word that is in no list is a name wherever it stands if a member has that name; otherwise it is a word.
func TestANameThatOnlyTheGroupKnows(t *testing.T) {
	u := newParser(t)
	g := backend.Group{Own: "1", Members: []backend.Member{{ID: "1", Name: "María Gómez", Kinship: "titular"}, {ID: "2", Name: "Xulqui Pérez", Kinship: "hija"}}}
	const text = "dame el token porque xulqui está mal"
	if u := u.Understand(text, Speaker{Group: g, Self: "1"}, said); !slices.Equal(u.People, []string{"Xulqui Pérez"}) {
		t.Errorf("%+v", u)
	}
	if u := u.Understand(text, Speaker{Group: familyA, Self: "1"}, said); len(u.People)+len(u.Unknown) > 0 {
		t.Errorf("%+v", u)
	}
}

// The explanation names each phrase and its outcome.
func TestWhy(t *testing.T) {
	u := newParser(t)
	why := strings.Join(u.explain(u.Parse("no quiero otro token, quiero el mismo")), "\n")
	for _, want := range []string{`another 74 "otro <token>" words 3-4: negated`, `same 64 "el mismo" words 6-7: counts`} {
		if !strings.Contains(why, want) {
			t.Errorf("%q is not in\n%s", want, why)
		}
	}
}

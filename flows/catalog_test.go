package flows

import (
	"errors"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"llave/flows/backend"
	"llave/flows/nlu"
)

var update = flag.Bool("update", false, "write docs/flows.md")

func newScript(t testing.TB) *Script {
	t.Helper()
	s, err := New(Config{Phone: "221-351-0282", Can: backend.Capabilities{CurrentWithoutMinting: true, Keys: true, TokenState: true, SignInPages: true}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// literals are the string constants in the code of this package, of nlu and of texts.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	files, err := filepath.Glob("*.go")
	below, err2 := filepath.Glob("nlu/*.go")
	texts, err3 := filepath.Glob("texts/*.go")
	if err := errors.Join(err, err2, err3); err != nil || len(below) == 0 || len(texts) == 0 {
		t.Fatal(err, len(below), len(texts))
	}
	files = append(append(files, below...), texts...)
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				s, _ := strconv.Unquote(l.Value)
				found[s] = true
			}
			return true
		})
	}
	return found
}

// Every key in the code has a text in the catalog, and every text in the catalog is used.
func TestCatalog(t *testing.T) {
	sc, code := newScript(t), literals(t)
	key := regexp.MustCompile(`^(mesa|danger|token|day|another|rejected|sheet|void|paper|link|chats|stale|menu|faq|words|option|card)\.[a-z_0-9]+$`)
	states := sc.machines.states
	for s := range code {
		if key.MatchString(s) && states[s].name == "" && !sc.texts.Has(s) {
			t.Errorf("the code says %q, which is in no catalog", s)
		}
	}
	made := map[string]bool{} // parts of others
	for _, part := range []string{"token.head", "token.rows", "link.steps", "sheet.step", "sheet.days", "mesa.promise", "mesa.nobody", "mesa.place", "mesa.call", "mesa.ahead", "mesa.band", "mesa.day", "mesa.hour", "mesa.since", "mesa.at", "mesa.tell_me"} {
		made[part] = true
	}
	for _, i := range sc.parser.Intents() {
		made["faq."+string(i)] = true
	}
	for _, name := range sc.texts.Keys() { // a topic of a question
		base, again := strings.CutSuffix(strings.TrimSuffix(name, "_3"), "_2")
		if intent, _, ok := strings.Cut(name, "_"); ok && made[intent] || (again || base != name) && code[base] {
			made[name] = true
		}
	}
	for s := range code {
		made["option."+s], made["rejected."+s] = true, true
	}
	for _, name := range sc.texts.Keys() {
		if key.MatchString(name) && !strings.HasSuffix(name, ".tmpl") && !code[name] && !made[name] {
			t.Errorf("nothing says %q", name)
		}
	}
}

// Every intent of the words file is named in Go code, or has an answer of its own in the catalog.
func TestEveryIntentIsAnswered(t *testing.T) {
	sc, code := newScript(t), literals(t)
	for _, i := range sc.parser.Intents() {
		if !code[string(i)] && !sc.texts.Has("faq."+string(i)) {
			t.Errorf("%q is understood and answered by nothing", i)
		}
	}
}

// Texts for people stand in the catalogs and words files, and not in Go code.
func TestNoSpanishInGo(t *testing.T) {
	for s := range literals(t) {
		if !strings.ContainsRune(s, ' ') && s == strings.ToLower(s) {
			continue // a key of the words file
		}
		for _, r := range s {
			if unicode.IsLetter(r) && r > 127 && !strings.Contains("ñç", s) && s != backend.Active {
				t.Errorf("%q looks like a sentence for people", s)
				break
			}
		}
	}
}

// docs/flows.md holds the diagrams of the table.
func TestDiagrams(t *testing.T) {
	all, err := Diagrams()
	if err != nil {
		t.Fatal(err)
	}
	const path = "../docs/flows.md"
	want := Page(all)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, _ := os.ReadFile(path); string(have) != want {
		t.Errorf("%s is not what the tables say; go test ./flows -run Diagrams -update", path)
	}
}

// A row that would leave a person without an answer, or without a way out, does not start.
func TestTheTableIsChecked(t *testing.T) {
	text := func(*dialog, nlu.ParsedText) bool { return false }
	option := func(*dialog, option) {}
	asks := func(name string, out moves) state {
		return state{name: name, onText: text, onOption: option, moves: out}
	}
	waits := func(name string) state {
		return state{name: name, results: results{opGroup: func(*dialog, effectAnswer) {}}, onFailed: noAnswer("token.no_answer")}
	}
	change := func(s state, by func(*state)) state { by(&s); return s }
	for want, f := range map[string]flow{
		"has two rows":                        {begin: moves{"a": "x.1"}, states: []state{asks("x.1", nil), asks("x.1", nil)}},
		"goes nowhere":                        {begin: moves{"a": "x.1"}, states: []state{asks("x.1", moves{"b": "x.1"})}},
		"which has no row":                    {begin: moves{"a": "x.2"}, states: []state{asks("x.1", nil)}},
		"leads to":                            {begin: moves{"a": "x.1"}, states: []state{asks("x.1", moves{"a": "x.2"}), asks("x.2", nil)}},
		"cannot be reached":                   {begin: moves{"a": "x.1"}, states: []state{asks("x.1", nil), asks("x.2", nil)}},
		"is not a state of this flow":         {begin: moves{"a": "y.1"}, states: []state{asks("y.1", nil)}},
		"there is no way out":                 {begin: moves{"a": "x.1"}, states: []state{{name: "x.1", moves: moves{"b": home}}}},
		"for the person and for the back end": {begin: moves{"a": "x.1"}, states: []state{change(waits("x.1"), func(s *state) { s.onText = text })}},
		"no way out if the back end fails":    {begin: moves{"a": "x.1"}, states: []state{change(waits("x.1"), func(s *state) { s.onFailed = nil })}},
		"waits for the back end and takes":    {begin: moves{"a": "x.1"}, states: []state{change(waits("x.1"), func(s *state) { s.onOption = option })}},
		"has a yes that cannot be chosen":     {begin: moves{"a": "x.1"}, states: []state{change(asks("x.1", nil), func(s *state) { s.yes, s.onOption = label("option.yes"), nil })}},
		"which is no effect":                  {begin: moves{"a": "x.1"}, states: []state{change(waits("x.1"), func(s *state) { s.results = results{"x": s.results[opGroup]} })}},
		"leave leads to menu and to x.1":      {begin: moves{"leave": "x.1"}, states: []state{asks("x.1", nil)}},
	} {
		f.name = "x"
		if _, err := newMachines([]flow{f}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, have %v", want, err)
		}
	}
	if _, err := newMachines([]flow{{name: "x", begin: moves{"a": "x.1"}, states: []state{asks("x.1", moves{"b": "x.2"}), waits("x.2")}}}); err != nil {
		t.Error(err)
	}
}

func TestAMachineIsNotStuckAfterAnIllegalMove(t *testing.T) {
	ms, err := newMachines(table())
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if _, err := ms.fire("token", "given", home); err == nil {
			t.Fatal("an illegal move was made")
		}
		if to, err := ms.fire("token", "choose", home); err != nil || to != "token.pick" {
			t.Fatalf("%s, %v", to, err)
		}
		if _, err := ms.fire("token", "choose", "token.nowhere"); err == nil {
			t.Fatal("a move from an unknown state was made")
		}
	}
}

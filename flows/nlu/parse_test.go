package nlu

import (
	"strings"
	"testing"

	"llave/flows/backend"
)

func newParser(t testing.TB) *Parser {
	t.Helper()
	u, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestUnderstanding(t *testing.T) {
	u := newParser(t)
	for text, want := range map[string]string{
		"token":                             "token",
		"TOKEN!!!":                          "token",
		"toquen":                            "token",
		"tocken porfa":                      "token",
		"nesecito el tokn":                  "token",
		"nececito un token":                 "token",
		"holaaa":                            "hello",
		"me das el token?":                  "token",
		"token de juana":                    "token name:juana",
		"token d juana y d tomas":           "token name:juana name:tomas",
		"el token de mi hija juana":         "token kin:hija name:juana",
		"token para mi vieja":               "token kin:madre",
		"el de mi hijo":                     " kin:hijo",
		"token de todos":                    "token all",
		"el mio":                            " me",
		"otro token para mi señora":         "another kin:conyuge",
		"dame uno nuevo":                    "another",
		"no me lo toman":                    "rejected",
		"me dice token invalido":            "rejected",
		"no anda el token de mi nena":       "rejected kin:hija",
		"solo el número":                    "number",
		"quiero hablar con una persona":     "help",
		"desvincular":                       "unlink",
		"desbincular este chat":             "unlink",
		"10 preimpresos para mamá":          "preprint kin:madre 10",
		"qué es el token":                   "whatis",
		"2":                                 " 2",
		"1 y 3":                             " 1 3",
		"si":                                "yes",
		"Sí, por favor":                     "yes",
		"sí, mandame otro":                  "another yes",
		"si me lo rechazan que hago":        "rejected",
		"no":                                "no",
		"no gracias":                        "no",
		"no sé qué hacer":                   "lost",
		"María Elena":                       " name:maria,elena",
		"estoy en la farmacia, me lo piden": "token",
	} {
		var got []string
		m := u.Parse(text)
		got = append(got, string(m.Intent))
		for _, r := range m.Refs {
			switch r.Kind {
			case RefName, RefKin:
				got = append(got, string(r.Kind)+":"+strings.Join(r.Words, ","))
			default:
				got = append(got, string(r.Kind))
			}
		}
		for _, n := range m.Numbers {
			got = append(got, itoa(n))
		}
		if m.Yes && m.Intent != IntentYes {
			got = append(got, "yes")
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q is understood as %q, want %q", text, s, want)
		}
	}
}

func itoa(n int) string {
	if n >= 10 {
		return itoa(n/10) + itoa(n%10)
	}
	return string(rune('0' + n))
}

var familyA = backend.Group{Own: "1", Members: []backend.Member{
	{ID: "1", Name: "María Elena Gómez", Kinship: "titular"}, {ID: "2", Name: "Carlos Ruiz", Kinship: "cónyuge"},
	{ID: "3", Name: "Juana Ruiz", Kinship: "hija"}, {ID: "4", Name: "Tomás Ruiz", Kinship: "hijo"},
	{ID: "5", Name: "Rosa Peralta", Kinship: "madre"}, {ID: "6", Name: "Lucía Ruiz", Kinship: "nieta"},
}}

// outsider is a speaker who is no member of the group.
const outsider backend.MemberID = "-"

// A reference means a member, or is left open. It is never guessed.
func TestPeople(t *testing.T) {
	u := newParser(t)
	for _, c := range []struct {
		text string
		self backend.MemberID
		want string // ids; after a ? the candidates
	}{
		{"juana", "1", "3"}, {"JUANA ruiz", "1", "3"}, {"juani", "1", "3"}, {"juanna", "1", "3"},
		{"tomi y la juani", "1", "43"}, {"juana tomas", "1", "34"}, {"maria", "1", "1"}, {"male", "1", "1"}, {"gomez", "1", "1"},
		{"juan", "1", "?3"}, {"juna", "1", "?3"}, {"ruiz", "1", "?2346"}, {"pedro", "1", "?"}, {"juan carlos", "1", "?3"},
		{"carla", "1", "?"}, {"rosa ruiz", "1", "?"}, {"martina", "1", "?"},
		{"mi hija", "1", "3"}, {"mi hijo", "1", "4"}, {"mis hijos", "1", "34"}, {"mi marido", "1", "2"}, {"mi vieja", "1", "5"},
		{"mi hermana", "1", "?"}, {"mi hija", "2", "?3"}, {"mi hija", "", "?3"}, {"mi mama", "3", "?5"}, {"mi hija", outsider, "?3"},
		{"para mi", "1", "1"}, {"para mi", "3", "3"}, {"para mi", "", "?"}, {"para mi", outsider, "?"}, {"todos", "", "123456"},
		{"juana y pedro", "1", "?"},
	} {
		m := Speaker{Group: familyA, Self: c.self}
		who := u.Parse(c.text).Refs
		f := u.Resolve(who, m)
		got := join(f.Members)
		if f.Unresolved != nil {
			got = "?" + join(f.Candidates)
		}
		if len(who) == 0 {
			got = "nobody named"
		}
		if got != c.want && !(c.text == "rosa ruiz" && strings.HasPrefix(got, "?")) {
			t.Errorf("%q said by %q is %s, want %s", c.text, c.self, got, c.want)
		}
	}
}

func join(ids []backend.MemberID) (s string) {
	for _, id := range ids {
		s += string(id)
	}
	return s
}

// An explained kinship word holds for its chat while the member is in the group.
func TestAliases(t *testing.T) {
	u := newParser(t)
	m := Speaker{Group: familyA, Self: outsider, Aliases: map[string]backend.MemberID{"madre": "1", "padre": "9"}}
	if f := u.Resolve(u.Parse("token de mamá").Refs, m); join(f.Members) != "1" {
		t.Errorf("mamá is %v", f)
	}
	if f := u.Resolve(u.Parse("token de papá").Refs, m); f.Unresolved == nil {
		t.Errorf("papá, who is no longer in charge, is %v", f.Members)
	}
}

// Characters that copying, keyboards and dictation add do not change the meaning.
func TestWhatIsPastedIsUnderstood(t *testing.T) {
	u := newParser(t)
	for _, text := range []string{
		"ｔｏｋｅｎ ｄｅ ｊｕａｎａ", "\u202dtoken de juana\u202c", "tok\u200ben de ju\u00adana", "token\u00a0de\u2007juana", "«token de juana»", "“token” de ‘juana’", "token\u2028de juana", "\ufefftoken de juana",
		"*token de juana*", "_token_ de juana 🙏", "token\tde\tjuana", "ｔｏｋｅｎ de juana",
	} {
		m := u.ParseFor(text, Speaker{Group: familyA, Self: "1"})
		if m.Intent != IntentToken || len(m.Refs) != 1 || len(m.Refs[0].Words) != 1 || m.Refs[0].Words[0] != phoneticKey("juana") {
			t.Errorf("%q is understood as %s of %+v", text, m.Intent, m.Refs)
		}
	}
}

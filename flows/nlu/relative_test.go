package nlu

import (
	"testing"

	"llave/flows/backend"
)

// Where a group leaves two relatives, or somebody else than the account's own affiliate writes, none of them is taken.
func TestARelativeOfARelativeIsCertainOrAsked(t *testing.T) {
	u := newParser(t)
	g := backend.Group{Own: "1", Members: []backend.Member{{ID: "1", Name: "Ema Paz", Kinship: "titular"}, {ID: "2", Name: "Lea Paz", Kinship: "hija"},
		{ID: "3", Name: "Ivo Paz", Kinship: "hijo"}, {ID: "4", Name: "Noe Paz", Kinship: "hijo"}, {ID: "5", Name: "Inés Paz", Kinship: "madre"}, {ID: "6", Name: "Sara Gil", Kinship: "suegra"}}}
	for _, text := range []string{"el token del hermano de lea", "el token de la abuela de los chicos"} {
		if got := u.Understand(text, Speaker{Group: g, Self: "1"}, said); len(got.People) > 0 || len(got.Unknown) != 1 {
			t.Errorf("%q is %+v", text, got)
		}
	}
	if got := u.Understand("el token del hermano de juana", Speaker{Group: familyA, Self: "3"}, said); len(got.People) > 0 {
		t.Errorf("of another speaker: %+v", got)
	}
}

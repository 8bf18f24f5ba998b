package nlu

import (
	"fmt"
	"testing"
)

// What stands beside a request is found, and the request stays.
func TestBesideARequest(t *testing.T) {
	u := newParser(t)
	for text, want := range map[string]string{
		"dame el token de juana, hasta cuándo vale?":        "token [howlong] person false",
		"sirve para dos recetas? pasame el de mi mamá":      "token [howlong] person false",
		"necesito el token de tomás. a qué hora abren?":     "token [others] person false",
		"para qué sirve el token?":                          "whatis [] person false",
		"el token de juana y una persona":                   "token [] person true",
		"quiero hablar con una persona y el token de juana": "token [] person true",
		"quiero hablar con una persona":                     "help [] person true",
		"otro token para juana, el que tiene ya lo usaron":  "another [] person false",
		"necesito otro el de juana no anda":                 "rejected [] person false",
		"quiero 3 tokens para hoy":                          "whatis [] person false",
		"quiero 3 tokens de rosa para hoy":                  "preprint [] person false",
		"los de diciembre de mi mamá":                       "preprint [] person false",
	} {
		m := u.ParseFor(text, Speaker{Group: familyA, Self: "1"})
		var asked []Intent
		for _, q := range m.Asked {
			asked = append(asked, q.Intent)
		}
		if got := fmt.Sprintf("%s %v person %v", m.Intent, asked, m.Person); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

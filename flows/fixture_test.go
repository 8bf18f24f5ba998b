package flows

import (
	"time"

	"llave/flows/backend"
	"llave/flows/nlu"
)

// monday is when the tests take place.
var monday = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

var familyOfMaria = backend.Group{Own: "1", Members: []backend.Member{
	{ID: "1", Name: "María Elena Gómez", Kinship: "titular"}, {ID: "2", Name: "Carlos Ruiz", Kinship: "cónyuge"},
	{ID: "3", Name: "Juana Ruiz", Kinship: "hija"}, {ID: "4", Name: "Tomás Ruiz", Kinship: "hijo"},
	{ID: "5", Name: "Rosa Peralta", Kinship: "madre"}, {ID: "6", Name: "Lucía Ruiz", Kinship: "nieta"},
}}

// mariaAsks is the memory of a chat that María uses, with an open request and an open question.
func mariaAsks(r Request, options ...option) *memory {
	m := &memory{Cred: "c", Group: familyOfMaria, Self: "1"}
	m.question = question{Question: "q", Asked: "1", AskedAt: monday, Options: options}
	m.put(r)
	return m
}

// requestFor is a request for one member, made on monday.
func requestFor(i nlu.Intent, id backend.MemberID) request {
	return request{Intent: i, Members: []backend.MemberID{id}, Asked: "1", At: monday}
}

// voidable is a sheet of which some tokens can be made void.
func voidable(all, left []int) []sheetSummary {
	return []sheetSummary{{ID: "s", Month: "2026-11", All: all, Left: left}}
}

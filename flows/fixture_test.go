package flows

import (
	"time"

	"llave/flows/backend"
)

// monday is when the tests take place.
var monday = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

var familyOfMaria = backend.Group{Own: "1", Members: []backend.Member{
	{ID: "1", Name: "María Elena Gómez", Kinship: "titular"}, {ID: "2", Name: "Carlos Ruiz", Kinship: "cónyuge"},
	{ID: "3", Name: "Juana Ruiz", Kinship: "hija"}, {ID: "4", Name: "Tomás Ruiz", Kinship: "hijo"},
	{ID: "5", Name: "Rosa Peralta", Kinship: "madre"}, {ID: "6", Name: "Lucía Ruiz", Kinship: "nieta"},
}}

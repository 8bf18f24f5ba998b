package nlu_test

import (
	"encoding/json"
	"fmt"
	"time"

	"llave/flows/backend"
	"llave/flows/nlu"
)

// A text is parsed for a speaker: "mi mamá" is a member of their group, and "pedro" is none.
func ExampleParser_Understand() {
	parser, err := nlu.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	maria := nlu.Speaker{Self: "1", Group: backend.Group{Own: "1", Members: []backend.Member{
		{ID: "1", Name: "María Elena Gómez", Kinship: "titular"}, {ID: "5", Name: "Rosa Peralta", Kinship: "madre"}}}}
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	for _, text := range []string{"10 preimpresos para mi mamá, para el mes que viene", "el tokn de pedro", "no quiero otro token"} {
		line, err := json.Marshal(parser.Understand(text, maria, now))
		fmt.Println(string(line), err)
	}
	// Output:
	// {"intent":"preprint","people":["Rosa Peralta"],"unknown":[],"count":10,"month":"2026-12"} <nil>
	// {"intent":"token","people":[],"unknown":["pedro"]} <nil>
	// {"intent":"none","people":[],"unknown":[]} <nil>
}

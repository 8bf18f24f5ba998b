package desk

import (
	"encoding/json"
	"strings"
	"testing"
)

// A card of a chat with several accounts: whose account a person is in stands beside the name, where a token is sent and in the list.
func TestACaseOfSeveralAccounts(t *testing.T) {
	f := newFixture(t)
	raw := json.RawMessage(`{"reason":"person","name":"Rosa Peralta","number":"9-4071852/04","linked":true,"steps":[],"members":[
		{"key":"Rosa Peralta/1","name":"Rosa Peralta","account":"Rosa Peralta","standing":"EN PADRÓN"},
		{"key":"María Elena Gómez/1","name":"María Elena Gómez","account":"María Elena Gómez","standing":"EN PADRÓN"},
		{"key":"María Elena Gómez/5","name":"Rosa Peralta","account":"María Elena Gómez","standing":"EN PADRÓN"}]}`)
	id := f.engine.Opens(maria(), "person", raw)
	ana := f.signedIn("ana")
	ana.acts(id, "tomar")
	page := ana.page(caseURL(id)).body
	for _, want := range []string{
		`<option value="María Elena Gómez/5">Rosa Peralta (cuenta de María Elena Gómez)</option>`,
		`<option value="Rosa Peralta/1">Rosa Peralta (cuenta de Rosa Peralta)</option>`,
		"Sus cuentas: 3 personas", "<li><span>Rosa Peralta (cuenta de María Elena Gómez)</span>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	k := cardOf(raw)
	if k.Members[0].Number == "" || k.Members[2].Number != "" {
		t.Errorf("the number of the account's owner is of %+v", k.Members)
	}
}

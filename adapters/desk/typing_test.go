package desk

import (
	"testing"

	"llave/bot"
)

// The affiliate sees that the owner of their case is writing, and nobody else's writing. It is no act, and a channel that cannot
// show it now is no fault.
func TestTheOwnerIsSeenTyping(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana, beto := f.signedIn("ana"), f.signedIn("beto")
	if got := ana.acts(id, "escribe"); got.status != 403 || len(f.engine.Typed()) != 0 {
		t.Errorf("a case that is nobody's: %d %s", got.status, got.body)
	}
	ana.acts(id, "tomar")
	acts := len(f.engine.Acts())
	if got := beto.acts(id, "escribe"); got.status != 403 || len(f.engine.Typed()) != 0 {
		t.Errorf("another agent: %d %s", got.status, got.body)
	}
	if got := ana.acts(id, "escribe"); got.status != 200 {
		t.Errorf("the owner: %d %s", got.status, got.body)
	}
	if got := f.engine.Typed(); len(got) != 1 || got[0] != maria().Chat || len(f.engine.Acts()) != acts {
		t.Errorf("shown in %q, %d acts", got, len(f.engine.Acts())-acts)
	}
	f.desk.opt.Channel = func(bot.ChatID) bot.Channel { return nil }
	if got := ana.acts(id, "escribe"); got.status != 200 {
		t.Errorf("a channel that shows nothing: %d %s", got.status, got.body)
	}
}

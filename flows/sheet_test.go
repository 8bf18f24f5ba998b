package flows

import (
	"encoding/json"
	"testing"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// Deciding twice on sheets gives the same decision, and leaves the session unchanged.
func TestDecidingOnSheetsTwice(t *testing.T) {
	sc := newScript(t)
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	from, until, err := backend.Month("2026-11").Span(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	sheet := backend.Sheet{ID: "s", Member: "3", Month: "2026-11", Made: now, From: from, Until: until, Tokens: []backend.Preprint{
		{Number: 1, Digits: "000001", UsedAt: now}, {Number: 2, Digits: "000002", VoidedAt: now}, {Number: 3, Digits: "000003", VoidedAt: now}}}
	month := backend.SheetMonth{Month: "2026-11", From: from, Until: until, Max: 31, Left: 30, Last: 3}
	told := &backend.Preprints{Group: familyOfMaria, Member: "3", Months: []backend.SheetMonth{month}, Sheets: []backend.Sheet{sheet}}
	void := func() *VoidRequest {
		return &VoidRequest{preprintRequest: preprintRequest{request: requestFor(nlu.IntentVoid, "3")}}
	}
	order := func() *SheetRequest {
		return &SheetRequest{preprintRequest: preprintRequest{request: requestFor(nlu.IntentPreprint, "3")}}
	}
	voidWait, voidLook, sheetWait, sheetLook := void(), void(), order(), order()
	voidWait.Sheets, voidWait.Chosen = voidable([]int{1, 2, 3}, []int{1, 2, 3}), "s"
	voidLook.Numbers = []int{1, 2}
	sheetWait.Month, sheetWait.Count, sheetWait.Months = "2026-11", 3, told.Months
	sheetLook.More = true
	for state, c := range map[string]struct {
		op      string
		request Request
	}{
		"void.wait": {opVoid, voidWait}, "void.look": {opSheets, voidLook}, "sheet.wait": {opPrint, sheetWait}, "sheet.look": {opSheets, sheetLook},
	} {
		m := mariaAsks(c.request)
		s := bot.Session{V: version, State: state, Data: m}
		before, _ := json.Marshal(m)
		r := &bot.Result{Op: c.op, Data: bot.Of(effectAnswer{Paper: told})}
		in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "1", Kind: bot.Answer, Result: r}, Now: now, Seed: "SEEDSEEDSEED"}}
		one, err1 := sc.Decide(s, in)
		two, err2 := sc.Decide(s, in)
		if after, _ := json.Marshal(m); err1 != nil || err2 != nil || len(one.Replies) == 0 || !same(t, one, two) || string(before) != string(after) {
			t.Errorf("%s: decided twice it says %+v and %+v (%v, %v), and the session was %s, is %s", state, one.Replies, two.Replies, err1, err2, before, after)
		}
	}
}

// A month without tokens left gets a reply, with a sheet and without one.
func TestAFullMonth(t *testing.T) {
	from, until, _ := backend.Month("2026-11").Span(time.UTC)
	told := &backend.Preprints{Group: familyOfMaria, Member: "3", Months: []backend.SheetMonth{{Month: "2026-11", From: from, Until: until, Max: 31}}}
	for name, p := range map[string]*backend.Preprints{"full": told, "no months": {Group: familyOfMaria, Member: "3"}} {
		m := mariaAsks(&SheetRequest{preprintRequest: preprintRequest{request: requestFor(nlu.IntentPreprint, "3")}, Count: 5})
		d := decideOn(t, bot.Session{V: version, State: "sheet.look", Data: m}, bot.Result{Op: opSheets, Data: bot.Of(effectAnswer{Paper: p})})
		if len(d.Replies) != 1 || d.Session.State != home || d.Effect != nil {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

package flows

import (
	"encoding/json"
	"testing"
	"time"

	"llave/bot"
	"llave/flows/backend"
)

// A turn that is decided again, because it could not be committed, says the same: nothing of the session is written to.
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
	told := &backend.Preprints{Group: familyA, Member: "3", Months: []backend.SheetMonth{month}, Sheets: []backend.Sheet{sheet}}
	for state, c := range map[string]struct {
		op   string
		wish wish
	}{
		voidWait:  {opVoid, wish{Intent: intentVoid, For: []backend.MemberID{"3"}, Sheets: []brief{{ID: "s", Month: "2026-11", All: []int{1, 2, 3}, Left: []int{1, 2, 3}}}, Chosen: "s"}},
		voidLook:  {opSheets, wish{Intent: intentVoid, For: []backend.MemberID{"3"}, Numbers: []int{1, 2}}},
		sheetWait: {opPrint, wish{Intent: intentPreprint, For: []backend.MemberID{"3"}, Month: "2026-11", Count: 3, Months: told.Months}},
		sheetLook: {opSheets, wish{Intent: intentPreprint, For: []backend.MemberID{"3"}, More: true}},
	} {
		m := &memory{Cred: "c", Group: familyA, Question: "q", Asked: "0", Wish: &c.wish}
		s := bot.Session{V: version, State: state, Data: m}
		before, _ := json.Marshal(m)
		r := &bot.Result{Op: c.op, Data: bot.Of(answer{Paper: told})}
		in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "1", Kind: bot.Answer, Result: r}, Now: now, Seed: "SEEDSEEDSEED"}}
		one, err1 := sc.Decide(s, in)
		two, err2 := sc.Decide(s, in)
		if after, _ := json.Marshal(m); err1 != nil || err2 != nil || len(one.Replies) == 0 || !same(t, one, two) || string(before) != string(after) {
			t.Errorf("%s: decided twice it says %+v and %+v (%v, %v), and the session was %s, is %s", state, one.Replies, two.Replies, err1, err2, before, after)
		}
	}
}

// Every month that is full says so, whether there is a sheet to show or not.
func TestAFullMonth(t *testing.T) {
	from, until, _ := backend.Month("2026-11").Span(time.UTC)
	told := &backend.Preprints{Group: familyA, Member: "3", Months: []backend.SheetMonth{{Month: "2026-11", From: from, Until: until, Max: 31}}}
	for name, p := range map[string]*backend.Preprints{"full": told, "no months": {Group: familyA, Member: "3"}} {
		m := &memory{Cred: "c", Group: familyA, Wish: &wish{Intent: intentPreprint, For: []backend.MemberID{"3"}, Count: 5}}
		d := decideOn(t, bot.Session{V: version, State: sheetLook, Data: m}, bot.Result{Op: opSheets, Data: bot.Of(answer{Paper: p})})
		if len(d.Replies) != 1 || d.Session.State != home || d.Effect != nil {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// How many, in figures and in words; what is none is told apart from what was not said.
func TestAmounts(t *testing.T) {
	u := newScript(t).words
	for text, want := range map[string]int{
		"10": 10, "diez": 10, "una docena": 12, "media docena": 6, "dos docenas": 24, "treinta y uno": 31, "veintidós": 22, "uno": 1, "una sola": 1, "un par": 2,
		"100": 100, "mil": 1000, "0": countWrong, "-3": countWrong, "−3": countWrong, "cero": countWrong, "muchos": countWrong, "1000000000": countWrong,
		"el máximo": countMost, "uno por día": countWrong, "esperá un momento": 0, "dame un segundo": 0, "no sé": 0, "el 12 de noviembre": 0, "martes 24": 0, "1e9": 0, "": 0,
	} {
		if got, said := u.amount(text); got != want || said != (want != 0) {
			t.Errorf("%q is %d, %v; want %d", text, got, said, want)
		}
	}
	for text, want := range map[string]string{"el 3 y el 5": "3 y 5", "del 3 al 7": "3 a 7", "3, 4 y 9": "3, 4 y 9", "todos": "", "el 7": "7"} {
		if got := newScript(t).texts.numbers(u.numbersIn(text)); got != want {
			t.Errorf("%q lists %q, want %q", text, got, want)
		}
	}
}

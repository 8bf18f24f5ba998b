package enginetest_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"llave/bot/enginetest"
)

type record = enginetest.Record

var morning = time.Date(2026, 11, 17, 14, 0, 0, 0, time.UTC)

// history has a beginning, a second between any two records, and an end.
func history(list ...record) []record {
	begun := record{What: enginetest.Begun, Lease: 10 * time.Second, Patience: 5 * time.Second}
	list = append(append([]record{begun}, list...), record{What: enginetest.Done})
	for i := range list {
		list[i].At = morning.Add(time.Duration(i) * time.Second)
	}
	return list
}

func said(chat, id string) record {
	return record{What: enginetest.Said, Chat: chat, ID: id, Text: id}
}

func kept(chat, id string) record {
	return record{What: enginetest.Acknowledged, Chat: chat, ID: id}
}

func received(chat, to, text string) record {
	return record{What: enginetest.Received, Chat: chat, To: to, Class: enginetest.Answer, Text: text}
}

func fault(class string) record { return record{What: enginetest.Fault, Class: class, By: "p"} }

func from(by string, r record) record {
	r.By, r.Shard = by, "07"
	return r
}

func given(by string, fence uint64) record {
	return record{What: enginetest.Given, By: by, Shard: "07", Fence: fence}
}

func wrote(by string, fence uint64) record {
	return record{What: enginetest.Wrote, By: by, Shard: "07", Fence: fence, Class: "commit"}
}

func secret(r record) record {
	r.Secret = true
	return r
}

func token(chat, digits string) record {
	return record{What: enginetest.Received, Chat: chat, Class: enginetest.Token, Value: digits, New: true}
}

// current is a token that need not be a new one.
func current(chat, digits string) record {
	r := token(chat, digits)
	r.New = false
	return r
}

// wants is what a person says who waits for an answer of a class.
func wants(class string, r record) record {
	r.Class = class
	return r
}

func asked(chat, to, key string) record {
	return record{What: enginetest.Asked, Chat: chat, To: to, Key: key}
}

func made(chat, key, value string) record {
	return record{What: enginetest.Made, Chat: chat, Key: key, Value: value}
}

// pause is so many seconds in which nothing disturbs anybody.
func pause(seconds int) (list []record) {
	for range seconds {
		list = append(list, fault(enginetest.Term))
	}
	return list
}

func told(r record, value string) record {
	r.Value = value
	return r
}

func booked(n int) record {
	return record{What: enginetest.Booked, Class: enginetest.Token, Count: n}
}

// Each of these runs went wrong in one way, and is rejected for that.
func TestBadHistoriesAreRejected(t *testing.T) {
	waits := pause(15)
	for name, c := range map[string]struct {
		law  enginetest.Law
		list []record
	}{
		"what was said is not answered":                     {enginetest.Lost, []record{said("a", "1"), said("a", "2"), received("a", "2", "x")}},
		"it was acknowledged and is gone":                   {enginetest.Gone, []record{said("a", "1"), kept("a", "1")}},
		"retyping does not make good what was acknowledged": {enginetest.Gone, []record{said("a", "1"), kept("a", "1"), {What: enginetest.Said, Chat: "a", ID: "2", Text: "1"}, received("a", "2", "x")}},
		"a key for each attempt": {enginetest.Doubled, []record{
			said("a", "1"), asked("a", "1", "k"), made("a", "k", "v"), asked("a", "1", "l"), made("a", "l", "w"), told(received("a", "1", ""), "v"), fault(enginetest.Lossy), told(wants(enginetest.Unrelated, received("a", "1", "")), "w"),
		}},
		"twice for one yes, and somebody else sees the first": {enginetest.Doubled, []record{
			wants(enginetest.Token, said("a", "1")), wants(enginetest.Token, said("b", "1")), current("b", "111"), token("a", "222"), booked(2), {What: enginetest.Booked, New: true, Count: 2},
		}},
		"nobody is told":                    {enginetest.Untold, []record{said("a", "1"), asked("a", "1", "k"), made("a", "k", "v"), received("a", "1", "it is done")}},
		"the books have more than was told": {enginetest.Untold, []record{wants(enginetest.Token, said("a", "1")), token("a", "111"), booked(2)}},
		"the books have less than was told": {enginetest.Invented, []record{wants(enginetest.Token, said("a", "1")), token("a", "111"), booked(0)}},
		"something was told that was never made": {enginetest.Invented, []record{
			said("a", "1"), asked("a", "1", "k"), made("a", "k", "v"), told(received("a", "1", ""), "v"), said("a", "2"), told(received("a", "2", ""), "w"),
		}},
		"two answers":                        {enginetest.TwoAnswers, []record{said("a", "1"), received("a", "1", "x"), received("a", "1", "y")}},
		"two tokens for one yes":             {enginetest.TwoAnswers, []record{wants(enginetest.Token, said("a", "1")), token("a", "111"), token("a", "222")}},
		"two tokens, and a question between": {enginetest.TwoAnswers, []record{wants(enginetest.Token, said("a", "1")), token("a", "111"), wants(enginetest.Question, said("a", "2")), token("a", "222"), wants(enginetest.Question, received("a", "", "another?"))}},
		"an old token as a new one": {enginetest.Reused, []record{
			fault(enginetest.Lossy), wants(enginetest.Token, said("a", "1")), token("a", "111"), wants(enginetest.Token, said("a", "2")), token("a", "222"), wants(enginetest.Token, said("a", "3")), token("a", "111"), token("a", "333"),
		}},
		"an old token comes again, and not the one behind it": {enginetest.Reused, []record{
			wants(enginetest.Token, said("a", "1")), token("a", "111"), wants(enginetest.Token, said("a", "2")), token("a", "222"), fault(enginetest.Kill), wants(enginetest.Token, said("a", "3")), token("a", "111"), token("a", "333"),
		}},
		"an old token is the last that comes": {enginetest.Reused, []record{
			wants(enginetest.Token, said("a", "1")), token("a", "111"), wants(enginetest.Token, said("a", "2")), token("a", "222"), fault(enginetest.Kill), token("a", "111"),
		}},
		"one new token for two":      {enginetest.Reused, []record{wants(enginetest.Token, said("a", "1")), wants(enginetest.Token, said("b", "1")), token("a", "111"), token("b", "111")}},
		"a secret comes twice":       {enginetest.SecretTwice, []record{fault(enginetest.Kill), said("a", "1"), secret(received("a", "1", "x")), secret(received("a", "1", "x"))}},
		"a message comes twice":      {enginetest.Repeated, []record{fault(enginetest.Term), said("a", "1"), received("a", "1", "x"), received("a", "1", "x")}},
		"out of order":               {enginetest.OutOfOrder, []record{said("a", "1"), said("a", "2"), received("a", "2", "y"), received("a", "1", "x")}},
		"who held nothing repeats":   {enginetest.Overtaken, []record{given("p", 1), fault(enginetest.Stop), said("a", "1"), from("p", received("a", "1", "x")), given("q", 2), said("a", "2"), from("q", received("a", "2", "y")), from("p", received("a", "1", "x"))}},
		"an answer to somebody else": {enginetest.Astray, []record{said("a", "1"), said("b", "2"), received("a", "2", "y"), received("a", "1", "x"), received("b", "2", "y")}},
		"a menu where the answer is due": {enginetest.Astray, []record{
			wants(enginetest.Token, said("a", "1")), received("a", "", "what do you need?"), {What: enginetest.Said, Chat: "a", ID: "2", Text: "1"}, received("a", "2", "x"),
		}},
		"a token of somebody else": {enginetest.Foreign, []record{
			said("a", "1"), said("b", "1"), asked("a", "1", "k"), made("a", "k", "v"), told(received("a", "1", ""), "v"), told(received("b", "1", ""), "v"),
		}},
		"a fence that was given to another": {enginetest.Unfenced, []record{given("p", 1), given("q", 2), wrote("p", 2)}},
		"a fence of before":                 {enginetest.Unfenced, []record{given("p", 1), given("q", 2), wrote("p", 1)}},
		"two have the same fence":           {enginetest.Unfenced, []record{given("p", 1), given("q", 1)}},
		"refused, and nothing happened":     {enginetest.Fenced, []record{given("p", 1), {What: enginetest.Refused, By: "p", Shard: "07", Class: "commit"}}},
		"it takes long":                     {enginetest.Slow, append(append([]record{said("a", "1")}, waits[:5]...), received("a", "1", "x"))},
		"it takes long, also for a kill":    {enginetest.Slow, append(append([]record{said("a", "1"), fault(enginetest.Kill)}, waits[:15]...), received("a", "1", "x"))},
		"given up for nothing":              {enginetest.GivenUp, []record{said("a", "1"), fault(enginetest.Kill), wants(enginetest.Sorry, received("a", "1", "sorry"))}},
	} {
		t.Run(name, func(t *testing.T) {
			found := enginetest.Judge(history(c.list...))
			for _, v := range found {
				if v.Law != c.law {
					t.Errorf("rejected for another reason: %s", v)
				}
			}
			if len(found) == 0 {
				t.Errorf("accepted, and it is %s", c.law)
			}
		})
	}
}

// What may happen is accepted.
func TestGoodHistoriesAreAccepted(t *testing.T) {
	for name, list := range map[string][]record{
		"nothing":               {},
		"asked and told":        {said("a", "1"), kept("a", "1"), asked("a", "1", "k"), made("a", "k", "v"), told(received("a", "1", ""), "v")},
		"asked again":           {said("a", "1"), asked("a", "1", "k"), made("a", "k", "v"), asked("a", "1", "k"), told(received("a", "1", ""), "v")},
		"not taken, retyped":    {fault(enginetest.Kill), said("a", "1"), {What: enginetest.Said, Chat: "a", ID: "2", Text: "1"}, received("a", "2", "x")},
		"repeated after a kill": {said("a", "1"), received("a", "1", "x"), fault(enginetest.Kill), received("a", "1", "x"), said("a", "2"), received("a", "2", "y")},
		"both again, by the next holder": {
			given("p", 1), fault(enginetest.Kill), said("a", "1"), said("a", "2"), from("p", received("a", "1", "x")), from("p", received("a", "2", "y")),
			given("q", 2), from("q", received("a", "1", "x")), from("q", received("a", "2", "y")), wrote("q", 2),
		},
		"two tokens again after a kill, and after another": {
			wants(enginetest.Token, said("a", "1")), token("a", "111"), wants(enginetest.Token, said("a", "2")), token("a", "222"), fault(enginetest.Kill), wants(enginetest.Token, said("a", "3")), token("a", "111"),
			fault(enginetest.Kill), token("a", "111"), token("a", "222"), token("a", "333"), booked(3),
		},
		"a late answer behind a newer one": {said("a", "1"), wants(enginetest.Interim, received("a", "1", "wait")), said("a", "2"), received("a", "2", "y"), func() record {
			r := received("a", "1", "x")
			r.Late = true
			return r
		}()},
		"a question, a yes, a token, twice": {
			fault(enginetest.Lossy),
			wants(enginetest.Question, said("a", "1")), wants(enginetest.Question, received("a", "", "another?")), wants(enginetest.Token, said("a", "2")), token("a", "111"),
			wants(enginetest.Question, said("a", "3")), token("a", "111"), wants(enginetest.Question, received("a", "", "another?")), wants(enginetest.Token, said("a", "4")), wants(enginetest.Question, received("a", "", "another?")), token("a", "111"), token("a", "222"), booked(2),
		},
		"the current token, in two chats": {
			wants(enginetest.Token, said("a", "1")), token("a", "111"), wants(enginetest.Token, said("b", "1")), current("b", "111"), booked(1),
		},
		"the current token, twice": {wants(enginetest.Token, said("a", "1")), current("a", "111"), wants(enginetest.Token, said("a", "2")), current("a", "111"), booked(1)},
		"two back ends":            {wants(enginetest.Token, said("a", "1")), token("a", "1:111"), wants(enginetest.Token, said("b", "1")), token("b", "2:111"), booked(1), booked(1)},
		"slow for a kill":          append(append([]record{said("a", "1"), fault(enginetest.Kill)}, pause(8)...), received("a", "1", "x")),
		"refused for a stop":       {fault(enginetest.Stop), given("p", 1), given("q", 2), {What: enginetest.Refused, By: "p", Shard: "07", Class: "commit"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range enginetest.Judge(history(list...)) {
				t.Error(v)
			}
		})
	}
}

// A history without an end is none: what was not answered yet might have been.
func TestAHistoryHasAnEnd(t *testing.T) {
	list := history(said("a", "1"), received("a", "1", "x"))
	for _, cut := range [][]record{nil, list[1:], list[:len(list)-1]} {
		if found := enginetest.Judge(cut); len(found) != 1 || found[0].Law != enginetest.NotAHistory {
			t.Errorf("%d records: %v", len(cut), found)
		}
	}
}

// What was recorded can be written, read and judged again.
func TestAHistoryIsReadAsItWasWritten(t *testing.T) {
	h := enginetest.History{Now: func() time.Time { return morning }}
	for _, r := range history(said("a", "1"), from("p", token("a", "111")), given("p", 7)) {
		h.Add(r)
	}
	var file bytes.Buffer
	if err := enginetest.Write(&file, h.Records()); err != nil {
		t.Fatal(err)
	}
	list, err := enginetest.Read(&file)
	if err != nil || !reflect.DeepEqual(list, h.Records()) {
		t.Errorf("read %v, %v", list, err)
	}
	for _, bad := range []string{"{", `{"what":1}`, `{"who":"me"}`, "x"} {
		if _, err := enginetest.Read(bytes.NewBufferString(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

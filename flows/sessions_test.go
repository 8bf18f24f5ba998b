package flows

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"llave/bot"
	"llave/flows/backend"
)

// storedSession is a session that the program of version 1 stored, with the answers of that program to each probe.
type storedSession struct {
	Now     time.Time         `json:"now"`
	Session json.RawMessage   `json:"session"`
	Op      string            `json:"op,omitempty"`    // the effect that is awaited
	Result  bot.Value         `json:"result,omitzero"` // its result
	Answers map[string]string `json:"answers"`
}

// probes are the texts that every stored session is tried with. Besides them, "press" presses the first option, "result"
// brings the result of the awaited effect, and "failed" its failure.
var probes = []string{"sí", "no", "volver", "rosa", "2", "diciembre", "y 5 más", "el 3 de la hoja", "otro token", "cancelar"}

// inputs are the inputs that the probes stand for.
func (st storedSession) inputs(t *testing.T) map[string]bot.Input {
	t.Helper()
	at := func(u bot.Update) bot.Input {
		u.Chat, u.ID = "c/b/a", "probe"
		return bot.Input{Accepted: bot.Accepted{Update: u, Now: st.Now.Add(time.Minute), Seed: "PROBEPROBEPR", Settled: true}}
	}
	out := map[string]bot.Input{}
	for _, text := range probes {
		out[text] = at(bot.Update{Kind: bot.Message, Text: text})
	}
	var data struct {
		Data struct {
			Question string `json:"q"`
			Options  []struct {
				Value string `json:"v"`
			} `json:"options"`
		} `json:"data"`
	}
	if err := json.Unmarshal(st.Session, &data); err != nil {
		t.Fatal(err)
	}
	if o := data.Data.Options; len(o) > 0 {
		out["press"] = at(bot.Update{Kind: bot.Pressed, Choice: bot.Choice{Question: data.Data.Question, Value: o[0].Value}})
	}
	if st.Op != "" {
		out["result"] = at(bot.Update{Kind: bot.Answer, Result: &bot.Result{Key: "key", Op: st.Op, Data: st.Result, Late: true}})
		out["failed"] = at(bot.Update{Kind: bot.Answer, Result: &bot.Result{Key: "key", Op: st.Op, Failed: true, Late: true}})
	}
	return out
}

// try is the answer of the script to an input: the state, the effect, a hash of the whole decision, and the beginning of the
// first reply.
func (st storedSession) try(t *testing.T, sc *Script, in bot.Input) string {
	t.Helper()
	s := bot.Session{Data: sc.NewData()}
	if err := json.Unmarshal(st.Session, &s); err != nil {
		t.Fatal(err)
	}
	d, err := sc.Decide(s, in)
	if err != nil {
		return "error: " + err.Error()
	}
	op, line := "-", ""
	if d.Effect != nil {
		op = d.Effect.Op
	}
	if len(d.Replies) > 0 {
		line, _, _ = strings.Cut(d.Replies[0].Text, "\n")
	}
	sum := sha256.Sum256([]byte(decided(t, d)))
	if r := []rune(line); len(r) > 24 {
		line = string(r[:24])
	}
	return fmt.Sprintf("%s %s %x %s", d.Session.State, op, sum[:4], line)
}

// decided is all of a decision but the session.
func decided(t *testing.T, d bot.Decision) string {
	t.Helper()
	var b strings.Builder
	reply := func(r bot.Reply) {
		fmt.Fprintf(&b, "%s %q %q %v %s %s", r.Kind, r.Text, r.Copy, r.Expires.UTC(), r.Question, r.Else)
		for _, o := range r.Choices {
			fmt.Fprintf(&b, " [%s=%s]", o.Value, o.Text)
		}
		if r.File != nil {
			fmt.Fprintf(&b, " %s %s %s", r.File.Name, r.File.Alt, asJSON(t, r.File.Args))
		}
	}
	for _, r := range d.Replies {
		reply(r)
	}
	if e := d.Effect; e != nil {
		fmt.Fprintf(&b, " effect %s %s %d %v %s", e.Op, e.Asked, e.N, e.Once, asJSON(t, e.Args))
	}
	fmt.Fprintf(&b, " pending %v", d.Session.Pending != nil)
	if d.Interim != nil {
		reply(*d.Interim)
	}
	for _, i := range d.Timers {
		fmt.Fprintf(&b, " timer %s %v", i.Name, i.Due.UTC())
	}
	fmt.Fprintf(&b, " %v", d.Purge)
	return b.String()
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func readSessions(t *testing.T) (all map[string]storedSession) {
	t.Helper()
	text, err := os.ReadFile("testdata/sessions-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func newFullScript(t testing.TB) *Script {
	t.Helper()
	s, err := New(Config{Phone: "221-351-0282", Verify: "https://llave.test/autogestion/verificar", Can: backend.Capabilities{
		CurrentWithoutMinting: true, Keys: true, TokenState: true, SignInPages: true, Sheets: true, Void: true, Months: true}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A session of version 1, in every state with a request, a link in the making or a list of chats, goes on as it did in the
// program that stored it.
func TestSessionsOfVersion1(t *testing.T) {
	sc := newFullScript(t)
	for name, st := range readSessions(t) {
		for probe, in := range st.inputs(t) {
			if got := st.try(t, sc, in); got != st.Answers[probe] {
				t.Errorf("%s: %q is answered with\n%s\nwant\n%s", name, probe, got, st.Answers[probe])
			}
		}
	}
}

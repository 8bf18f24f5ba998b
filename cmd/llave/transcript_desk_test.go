package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"llave/adapters/desk/hours"
	"llave/bot"
	"llave/flows"
)

// transcriptDesk is Mesa de Ayuda in a transcript: it is fed the logs as the real desk is, and its agents do what the lines say.
type transcriptDesk struct {
	w  *fixture
	mu sync.Mutex

	place   map[bot.Shard]uint64
	entries []bot.Entry
	notes   []string

	calendar hours.Calendar
	shut     time.Time // until then
	promise  bot.Desk
}

func newTranscriptDesk(w *fixture) *transcriptDesk {
	return &transcriptDesk{w: w, place: map[bot.Shard]uint64{}}
}

// agents are those of the demo.
var agents = map[string]bot.Agent{
	"ana": {ID: "ana", Name: "Ana", Role: bot.RoleAgent}, "beto": {ID: "beto", Name: "Beto", Role: bot.RoleAgent},
	"carla": {ID: "carla", Name: "Carla", Role: bot.RoleSupervisor},
}

// Place implements [bot.Reader].
func (d *transcriptDesk) Place(_ context.Context, s bot.Shard) (uint64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.place[s], nil
}

// Apply implements [bot.Reader].
func (d *transcriptDesk) Apply(_ context.Context, s bot.Shard, list []bot.Happened) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, h := range list {
		if h.Seq <= d.place[s] {
			continue
		}
		d.place[s] = h.Seq
		if h.Entry != nil {
			d.entries = append(d.entries, *h.Entry)
		}
	}
	return nil
}

// now is what may be promised.
func (d *transcriptDesk) now() bot.Desk {
	d.mu.Lock()
	defer d.mu.Unlock()
	out, at := d.promise, d.w.now()
	out.Hours = d.calendar.At(at)
	if at.Before(d.shut) {
		out.Hours = bot.Hours{Changes: d.shut, Then: d.shut.Add(10 * time.Hour)}
	}
	return out
}

// set takes a line about the desk: "desk open 8 to 18" on working days, "desk closed until 24 8:00" of this month, "desk waits 2 5m
// 10m" for how many are ahead and how long they wait, "desk queue 7 1" for the first ones of the queue, "desk staff none", "desk staff
// away" and "desk staff back", "desk banner TEXT".
func (d *transcriptDesk) set(words []string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case len(words) == 4 && words[0] == "open":
		from, err1 := strconv.Atoi(words[1])
		to, err2 := strconv.Atoi(words[3])
		if err1 != nil || err2 != nil {
			return fmt.Errorf("want hours: %q", words)
		}
		d.calendar = hours.Calendar{}
		for day := time.Monday; day <= time.Friday; day++ {
			d.calendar.Spans = append(d.calendar.Spans, hours.Span{Day: day, From: from * 60, To: to * 60})
		}
		return nil
	case len(words) == 4 && words[0] == "closed":
		at, err := time.ParseInLocation("2006-01-2 15:04", opening.Format("2006-01-")+words[2]+" "+words[3], hours.Zone)
		d.shut = at
		return err
	case len(words) == 4 && words[0] == "waits":
		var err1, err2, err3 error
		d.promise.Ahead, err1 = strconv.Atoi(words[1])
		d.promise.Low, err2 = time.ParseDuration(words[2])
		d.promise.High, err3 = time.ParseDuration(words[3])
		if err1 != nil || err2 != nil || err3 != nil {
			return fmt.Errorf("want a number and two times: %q", words)
		}
		return nil
	case words[0] == "queue":
		d.promise.Queue = nil
		for _, word := range words[1:] {
			id, err := strconv.ParseUint(word, 10, 64)
			if err != nil {
				return err
			}
			d.promise.Queue = append(d.promise.Queue, id)
		}
		return nil
	case words[0] == "staff":
		d.promise.Staff = map[string]bot.Staff{"none": bot.StaffNone, "away": bot.StaffAway}[strings.Join(words[1:], " ")]
		return nil
	case words[0] == "banner":
		d.promise.Banner = strings.Join(words[1:], " ")
		return nil
	}
	return fmt.Errorf("no line about the desk: %q", words)
}

// head is the last case as its last entry shows it.
func (d *transcriptDesk) head() (c bot.Case) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.entries {
		if e.Head != nil {
			c = *e.Head
		}
	}
	return c
}

// act does what an agent does, and returns why it was refused. A note leads nowhere: there is no chat to it.
func (d *transcriptDesk) act(by bot.Agent, words []string) (bot.Refusal, error) {
	a, rest := bot.Act{By: by}, strings.Join(words[1:], " ")
	switch words[0] {
	case "notes":
		d.notes = append(d.notes, rest)
		return "", nil
	case "takes":
		a.Do = bot.DeedTake
		if rest == "over" {
			a.Do = bot.DeedTakeOver
		}
	case "says":
		a.Do, a.Text = bot.DeedSay, rest
	case "releases":
		a.Do = bot.DeedRelease
	case "transfers":
		a.Do, a.To = bot.DeedTransfer, agents[rest]
	case "returns":
		a.Do, a.Resume = bot.DeedReturn, rest == "continue"
	case "closes":
		a.Do, a.Why = bot.DeedClose, bot.CloseWhy(rest)
	case "reopens":
		a.Do = bot.DeedReopen
	case "counter":
		a.Do, a.On = bot.DeedCounter, rest == "on"
	case "sends": // "sends token of Juana Ruiz"
		name, member, _ := strings.Cut(rest, " of ")
		a.Do, a.Name, a.Args = bot.DeedErrand, name, bot.Of(flows.ErrandArgs{Member: member})
	default:
		return "", fmt.Errorf("agents do not do this: %q", words)
	}
	return d.send(a)
}

// send sends an act from a screen that shows all there is.
func (d *transcriptDesk) send(a bot.Act) (bot.Refusal, error) {
	head := d.head()
	d.w.n++
	a.ID, a.Case, a.Epoch, a.Seen = fmt.Sprint("act", d.w.n), head.ID, head.Epoch, head.Last
	chat, _, _ := d.w.driver.chat("yo")
	if err := d.w.engine.Act(d.w.t.Context(), chat, a); err != nil {
		return "", err
	}
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	at := slices.IndexFunc(d.entries, func(e bot.Entry) bool { return e.Act == a.ID && e.Refused != "" })
	if at < 0 {
		return "", nil
	}
	return d.entries[at].Refused, nil
}

// summary is the case as the desk has it, entry by entry.
func (d *transcriptDesk) summary() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var b strings.Builder
	for _, e := range d.entries {
		if e.Kind == bot.EntryDelivery {
			fmt.Fprintf(&b, "%d: %s of %d %s\n", e.Case, e.Delivery, e.Of, e.Reason)
			continue
		}
		fmt.Fprintf(&b, "%d/%d %s", e.Case, e.N, e.Kind)
		for _, s := range []string{e.By.Name, e.To.Name, string(e.Refused), e.Subtype} {
			if s != "" {
				b.WriteString(" " + s)
			}
		}
		if e.Text != "" {
			first, _, more := strings.Cut(e.Text, "\n")
			if more {
				first += " …"
			}
			if first = d.w.normalize(first); d.w.code != "" {
				first = strings.ReplaceAll(first, d.w.code, "{code}")
			}
			b.WriteString(": " + first)
		}
		if len(e.Hint) > 0 {
			b.WriteString(" (" + string(e.Hint) + ")")
		}
		b.WriteString("\n")
		d.writeCard(&b, e.Card)
	}
	return b.String()
}

// writeCard writes what the script told of the affiliate.
func (d *transcriptDesk) writeCard(b *strings.Builder, raw json.RawMessage) {
	var c flows.CaseCard
	if len(raw) == 0 {
		return
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		d.w.t.Error(err)
	}
	fmt.Fprintf(b, "    reason %s, linked %t", c.Reason, c.Linked)
	if c.User != "" {
		fmt.Fprintf(b, ", used by %s", c.User)
	}
	if c.Pending != "" {
		fmt.Fprintf(b, ", pending %s", c.Pending)
	}
	if c.Token != nil {
		fmt.Fprintf(b, ", token of %s %s", c.Token.Who, c.Token.State)
	}
	b.WriteString("\n")
	for _, s := range c.Steps {
		fmt.Fprintf(b, "    %s\n", strings.Join(slices.DeleteFunc([]string{s.At.In(hours.Zone).Format("15:04"), s.What, s.Who, s.Outcome}, func(s string) bool { return s == "" }), " "))
	}
}

// check finds a note in what the engine was given or gave.
func (d *transcriptDesk) check(said string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	entries, err := json.Marshal(d.entries)
	if err != nil {
		d.w.t.Error(err)
	}
	for _, note := range d.notes {
		if strings.Contains(string(entries), note) || strings.Contains(strings.ReplaceAll(said, "notes "+note, ""), note) {
			d.w.t.Errorf("the note %q has left the desk", note)
		}
	}
}

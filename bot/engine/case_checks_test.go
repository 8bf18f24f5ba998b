package engine_test

import (
	"fmt"
	"slices"
	"strings"

	"llave/bot"
)

// check holds a history to the sentences of the case.
func (x *chaos) check(tally map[string]int) {
	x.t.Helper()
	for _, w := range x.rec.turns {
		x.checkTurn(w)
	}
	x.checkUpdates()
	x.checkActs()
	x.checkNumbers()
	x.checkMessages()
	x.checkFeed()
	for _, e := range x.desk.entries() {
		tally[string(e.Kind)]++
		tally["refused "+string(e.Refused)]++
		tally[string(e.Delivery)]++
	}
}

func (x *chaos) errorf(w recorded, format string, args ...any) {
	x.t.Helper()
	x.t.Errorf("turn of %s %s (%q): %s\n\tbefore %+v\n\tafter  %+v\n\tentries %q\n\treplies %+v", w.update.Kind, w.update.ID, w.update.Text, fmt.Sprintf(format, args...),
		w.before, w.after, kinds(w.entries), w.replies)
}

// checkTurn: what holds in every commit by itself.
func (x *chaos) checkTurn(w recorded) {
	a := w.update.Act
	said := 0
	for i, e := range w.entries {
		if e.Kind == bot.EntrySaid {
			if said++; e.Head.State == bot.CaseClosed {
				x.errorf(w, "said in a closed case")
			}
			if e.Head.Received != e.N {
				x.errorf(w, "what was said is not the last thing received")
			}
			if i > 0 && w.entries[0].Kind != bot.EntryOpened && w.entries[0].Kind != bot.EntryReopened {
				x.errorf(w, "something is filed before what was said")
			}
		}
	}
	open := w.before.Open() || w.after.Open()
	answered := slices.ContainsFunc(w.replies, func(r bot.Reply) bool { return strings.HasPrefix(r.Text, "answered "+w.update.ID) })
	quarantined := w.set.Quarantine != ""
	switch { // sentences 1 and 13
	case !w.update.Kind.FromPerson():
		if said > 0 {
			x.errorf(w, "nobody said anything, and something is filed as said")
		}
	case open && said != 1:
		x.errorf(w, "what was said is in %d entries", said)
	case !open && said != 0:
		x.errorf(w, "what was said is in a case that is not open")
	case !w.after.Assigned() && !quarantined && !answered:
		x.errorf(w, "the bot has the chat, and does not answer")
	}
	for _, r := range w.replies { // sentences 4, 5 and 7
		switch {
		case r.Kind == bot.Spoken:
			if a == nil || a.Do != bot.DeedSay && a.Do != bot.DeedAgain || r.Text != a.Text || r.From != a.By.Name || r.Case != a.Case {
				x.errorf(w, "words that no agent said: %+v", r)
			}
			if !r.Expires.Equal(w.update.Now.Add(bot.SpokenLasts)) {
				x.errorf(w, "an agent's words expire at %s", r.Expires)
			}
		case r.From != "" || r.Case != 0 || r.Entry != 0:
			x.errorf(w, "the bot speaks as an agent: %+v", r)
		case w.after.Assigned() && r.Kind != bot.Told && !x.ofErrand(w):
			x.errorf(w, "the bot talks over an agent: %q", r.Text)
		}
		var n uint64
		if _, err := fmt.Sscanf(r.Text, "in case %d", &n); err == nil && (w.after == nil || w.after.ID != n || w.entries[0].Kind != bot.EntryOpened) {
			x.errorf(w, "a case is promised that is not in the commit")
		}
		if strings.Contains(r.Text, "Mesa de Ayuda") {
			x.errorf(w, "what the machine refused is promised")
		}
		if strings.Contains(r.Text, "in an agent's name") && r.Kind == bot.Spoken {
			x.errorf(w, "the script speaks as an agent")
		}
	}
	for _, e := range w.entries {
		if (e.Kind == bot.EntryBot || e.Kind == bot.EntryOwed || e.Kind == bot.EntryTold) && (strings.Contains(e.Text, "482 913") || strings.Contains(e.Text, "secret")) {
			x.errorf(w, "digits or a link are filed: %q", e.Text)
		}
	}
	switch { // sentence 11
	case w.after != nil && (w.timer == nil || !w.timer.Due.After(w.update.Now)):
		x.errorf(w, "a case is left without its timer: %+v", w.timer)
	case w.after == nil && w.timer != nil && !w.timer.Due.IsZero():
		x.errorf(w, "there is a timer and no case")
	}
	for i, r := range w.replies {
		if keep := w.set.Keep>>i&1 == 1; keep != (r.Kind == bot.Spoken || r.Kind == bot.Told) {
			x.errorf(w, "reply %d is kept: %t", i, keep)
		}
	}
}

// ofErrand says whether a turn may say what came of an errand.
func (x *chaos) ofErrand(w recorded) bool {
	if a := w.update.Act; a != nil {
		return a.Do == bot.DeedErrand && len(w.entries) > 0 && w.entries[0].Kind == bot.EntryErrand
	}
	if w.update.Kind != bot.Answer || w.before == nil || w.before.Errand == "" || !w.update.Now.Before(w.before.ErrandUntil) {
		return false
	}
	for _, was := range x.rec.turns {
		if was.key == w.update.Result.Key {
			return was.asked == "act/"+w.before.Errand
		}
	}
	return false
}

// checkUpdates: every update is dealt with in one turn, however often it came.
func (x *chaos) checkUpdates() {
	turns := map[string]int{}
	for _, w := range x.rec.turns {
		turns[string(w.update.Chat)+w.update.ID]++
	}
	for _, u := range x.rec.accepted {
		if n := turns[string(u.Chat)+u.ID]; n != 1 {
			x.t.Errorf("update %s of %s %q was dealt with in %d turns", u.ID, u.Now, u.Text, n)
		}
	}
	filed := map[string]int{}
	for _, e := range x.desk.entries() {
		if e.Kind == bot.EntrySaid {
			_, rest, _ := strings.Cut(e.Text, "#")
			id, _, ok := strings.Cut(rest, "#")
			if filed[id]++; !ok || filed[id] > 1 {
				x.t.Errorf("what was said is filed as %q, for the %d. time", e.Text, filed[id])
			}
		}
	}
}

// checkActs: every act leaves one entry, and what was done could be done.
func (x *chaos) checkActs() {
	outcomes := map[string]int{}
	taken := map[[2]uint64]string{}
	for _, w := range x.rec.turns {
		a := w.update.Act
		if a == nil {
			continue
		}
		var outcome *bot.Entry
		for i, e := range w.entries {
			if e.Act == a.ID && e.Kind != bot.EntryBot {
				outcomes[a.ID]++
				outcome = &w.entries[i]
			}
		}
		switch {
		case outcome == nil:
			x.errorf(w, "an act left no entry")
		case outcome.Refused == "":
			x.checkDone(w, taken)
		default:
			x.checkRefused(w, outcome)
		}
	}
	for i, a := range x.deeds {
		accepted := slices.ContainsFunc(x.rec.accepted, func(u bot.Accepted) bool { return u.Act != nil && u.Act.ID == a.ID && u.Chat == x.where[i] })
		if n := outcomes[a.ID]; accepted && n != 1 || n > 1 {
			x.t.Errorf("act %s has %d outcomes", a.ID, n)
		}
	}
}

// checkRefused: a refused act changes nothing but the number of the last entry, and says nothing.
func (x *chaos) checkRefused(w recorded, e *bot.Entry) {
	if len(w.entries) != 1 || len(w.replies) != 0 {
		x.errorf(w, "a refused act left %d entries and %d replies", len(w.entries), len(w.replies))
	}
	if w.before == nil || w.after == nil {
		return
	}
	same := *w.before
	if same.Last = w.after.Last; fmt.Sprint(same) != fmt.Sprint(*w.after) {
		x.errorf(w, "a refused act changed the case")
	}
	if e.Refused == bot.RefusedTaken && e.Head.Owner.ID == "" {
		x.errorf(w, "refused, and not told who has it")
	}
}

// checkDone: sentences 3, 4 and 14.
func (x *chaos) checkDone(w recorded, taken map[[2]uint64]string) {
	a, c := w.update.Act, w.before
	if c == nil || c.ID != a.Case {
		x.errorf(w, "done in another case")
		return
	}
	if a.Do != bot.DeedReopen && a.Epoch != c.Epoch {
		x.errorf(w, "done at another epoch")
	}
	switch a.Do {
	case bot.DeedTake:
		at := [2]uint64{c.ID, c.Epoch}
		if taken[at] != "" {
			x.errorf(w, "taken twice")
		}
		if taken[at] = a.ID; w.after.Owner != a.By {
			x.errorf(w, "taken by another")
		}
	case bot.DeedSay, bot.DeedAgain, bot.DeedErrand, bot.DeedRelease, bot.DeedReturn:
		if !c.Assigned() || c.Owner.ID != a.By.ID {
			x.errorf(w, "done by another than the owner")
		}
	}
	switch a.Do {
	case bot.DeedSay, bot.DeedErrand, bot.DeedReturn, bot.DeedClose:
		if a.Seen < c.Received {
			x.errorf(w, "done on a screen that had not shown what was said")
		}
	}
	spoken := slices.ContainsFunc(w.entries, func(e bot.Entry) bool { return e.Kind == bot.EntrySpoken })
	if says := a.Do == bot.DeedSay || a.Do == bot.DeedAgain; spoken != says {
		x.errorf(w, "spoken: %t", spoken)
	}
}

package desk

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// newAct draws the id of an act for a form: done once, however often it is sent.
func newAct() string {
	var b [18]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// actForm is what a page may send as the id of an act.
var actForm = regexp.MustCompile(`^[A-Za-z0-9_-]{22,64}$`)

// actID is the act's id of the form. A request that tries one case after the other has an id for each.
func (c *call) actID() string {
	id := c.PostFormValue("act")
	if c.nextAct > 0 {
		id += "." + strconv.Itoa(c.nextAct)
	}
	return id
}

// number reads a field of the form; 0 if it is none. What is no number is refused before an act is made of it: [call.badNumber].
func (c *call) number(field string) uint64 {
	n, _ := strconv.ParseUint(c.PostFormValue(field), 10, 63)
	return n
}

// badNumber refuses a field of the page that no page has drawn: one that is no number, or an entry that there is not.
func (c *call) badNumber(last uint64) error {
	for _, field := range []string{"epoch", "seen", "entry"} {
		text := c.PostFormValue(field)
		n, err := strconv.ParseUint(text, 10, 63)
		if text != "" && err != nil || field == "seen" && n > last {
			return unprocessable("field")
		}
	}
	return nil
}

// unprocessable refuses a field of a form.
func unprocessable(why string) *refusal {
	return &refusal{status: http.StatusUnprocessableEntity, why: why}
}

// caseOf reads the case that the path names.
func (d *Desk) caseOf(c *call) (archive.Case, error) {
	id, err := strconv.ParseUint(c.PathValue("id"), 10, 63)
	if err != nil || strconv.FormatUint(id, 10) != c.PathValue("id") {
		return archive.Case{}, notFound("no_case")
	}
	got, err := d.db.Case(c.Context(), id, c.me.ID)
	if errors.Is(err, archive.ErrNotFound) {
		return got, notFound("no_case")
	}
	return got, err
}

// act hands an act to the engine and waits for what comes of it. A refusal is an error with its reason in words.
func (d *Desk) act(c *call, r archive.Row, a bot.Act) (archive.Outcome, error) {
	a.By, a.Case = c.agent(), r.ID
	ctx := context.WithoutCancel(c.Context()) // who closes the page has still pressed the button
	if o, err := d.db.Outcome(ctx, a.ID); err == nil {
		return d.outcome(c, r, a.Do, o)
	}
	chat, err := d.opt.Chats.OpenChatRef(r.Ref)
	if err != nil {
		return archive.Outcome{}, fmt.Errorf("desk: the chat of a case: %w", err)
	}
	if err := d.opt.Actor.Act(ctx, chat, a); err != nil {
		d.opt.Log.WarnContext(ctx, "desk: an act was not kept", "deed", a.Do, "err", err)
		return archive.Outcome{}, &refusal{status: http.StatusServiceUnavailable, why: "not_kept"}
	}
	ctx, cancel := context.WithTimeout(ctx, d.opt.Await)
	defer cancel()
	o, err := d.db.AwaitOutcome(ctx, a.ID)
	if errors.Is(err, context.DeadlineExceeded) {
		return o, &refusal{status: http.StatusAccepted, why: "kept"}
	}
	if err != nil {
		return o, err
	}
	return d.outcome(c, r, a.Do, o)
}

// outcome turns what came of an act into an answer. An id that was used for something else, or by someone else, is refused.
func (d *Desk) outcome(c *call, r archive.Row, do bot.Deed, o archive.Outcome) (archive.Outcome, error) {
	if o.Agent != c.me.ID || o.Case != r.ID || o.Deed != "" && o.Deed != do {
		return o, &refusal{status: http.StatusConflict, why: "act_used"}
	}
	if o.Refused == "" {
		return o, nil
	}
	return o, &refusal{status: statusOf(o.Refused), why: string(o.Refused), data: whyData(do, o.Owner.Name),
		extra: map[string]any{"owner": o.Owner.Name, "case": o.Case, "epoch": o.Epoch}}
}

// whyData is what the words of a refusal need: whose case it is, and what was to be done with it.
func whyData(do bot.Deed, owner string) map[string]any {
	return map[string]any{"Owner": owner, "Passes": do == bot.DeedTransfer, "Sends": do == bot.DeedSay || do == bot.DeedAgain || do == bot.DeedErrand}
}

// statusOf is the status of an act that was refused.
func statusOf(why bot.Refusal) int {
	switch why {
	case bot.RefusedNotOwner, bot.RefusedNotAllowed:
		return http.StatusForbidden
	case bot.RefusedNotOpen, bot.RefusedOver:
		return http.StatusGone
	case bot.RefusedNoMember:
		return http.StatusUnprocessableEntity
	}
	return http.StatusConflict
}

// acted answers an act that was done: 303 back to the case, or JSON.
func (d *Desk) acted(c *call, o archive.Outcome) error {
	return d.done(c, fmt.Sprintf("/mesa/casos/%d", o.Case), map[string]any{"case": o.Case, "n": o.N, "epoch": o.Epoch})
}

// actOf reads the act of a form.
func (c *call) actOf(got archive.Case, fields func(*bot.Act) error) (bot.Act, error) {
	a := bot.Act{ID: c.actID(), Epoch: c.number("epoch"), Seen: c.number("seen")}
	if !actForm.MatchString(c.PostFormValue("act")) {
		return a, unprocessable("act")
	}
	if err := c.badNumber(got.Last); err != nil {
		return a, err
	}
	return a, fields(&a)
}

// actOn does the act of a form in the case of the path.
func (d *Desk) actOn(c *call, fields func(*bot.Act) error) error {
	got, err := d.caseOf(c)
	if err != nil {
		return err
	}
	a, err := c.actOf(got, fields)
	if err != nil {
		return d.withPage(c, got, err)
	}
	o, err := d.act(c, got.Row, a)
	if err != nil {
		return d.withPage(c, got, err)
	}
	if a.Seen > 0 {
		if err := d.db.Seen(context.WithoutCancel(c.Context()), got.ID, c.me.ID, min(a.Seen, got.Last)); err != nil {
			return err
		}
	}
	return d.acted(c, o)
}

// withPage has a refusal shown on the page of its case, with what was typed and what is new.
func (d *Desk) withPage(c *call, before archive.Case, err error) error {
	var no *refusal
	if !errors.As(err, &no) {
		return err
	}
	if no.why == string(bot.RefusedStale) {
		since, failed := d.db.Entries(c.Context(), before.ID, c.number("seen"))
		if failed != nil {
			return failed
		}
		views := []entryView{}
		for _, e := range since {
			if e.Kind == bot.EntryRefused {
				continue
			}
			views = append(views, d.entry(e, before, d.now(), false))
		}
		extra, _ := no.extra.(map[string]any)
		extra["since"] = views
	}
	no.page = func(words string) error {
		v, err := d.casePage(c, before.ID)
		if err != nil {
			return err
		}
		v.typed(c, no, words)
		return d.show(c, no.status, "casos.html", v)
	}
	return no
}

// noteOf reads an obligatory note.
func (c *call) noteOf() (string, error) {
	note := clean(c.PostFormValue("note"))
	if note == "" {
		return "", &refusal{status: http.StatusUnprocessableEntity, why: "note"}
	}
	return note, nil
}

// actWithNote does an act whose note is obligatory, and keeps the note once the act is done. The same request again adds no second one.
func (d *Desk) actWithNote(c *call, fields func(*bot.Act) error) error {
	note, err := c.noteOf()
	got, missing := d.caseOf(c)
	if missing != nil {
		return missing
	}
	if err != nil {
		return d.withPage(c, got, err)
	}
	a, err := c.actOf(got, fields)
	if err != nil {
		return d.withPage(c, got, err)
	}
	o, err := d.act(c, got.Row, a)
	var no *refusal
	if err != nil && !(errors.As(err, &no) && no.status == http.StatusAccepted) {
		return d.withPage(c, got, err)
	}
	if kept := d.keepNote(c, got.ID, note, o.At); kept != nil {
		return kept
	}
	if err != nil {
		return d.withPage(c, got, err)
	}
	return d.acted(c, o)
}

// keepNote adds the note of an act, unless it is there.
func (d *Desk) keepNote(c *call, caso uint64, note string, since time.Time) error {
	notes, err := d.db.Notes(c.Context(), caso)
	if err != nil {
		return err
	}
	for _, n := range notes {
		if n.Agent == string(c.me.ID) && n.Text == note && !since.IsZero() && !n.At.Before(since) {
			return nil
		}
	}
	return d.addNote(context.WithoutCancel(c.Context()), caso, string(c.me.ID), note)
}

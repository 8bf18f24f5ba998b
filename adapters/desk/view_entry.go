package desk

import (
	"fmt"
	"regexp"
	"time"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/hours"
	"llave/bot"
)

// entryView is an entry of a case, as JSON and as a piece of the conversation. A note is one of its own kind, without a number.
type entryView struct {
	N        uint64    `json:"n"`
	At       time.Time `json:"at"`
	Kind     string    `json:"kind"`
	By       string    `json:"by"`
	Text     string    `json:"text"`
	File     *fileView `json:"file"`
	Delivery string    `json:"delivery"`
	Reason   string    `json:"reason"`

	Line     string `json:"-"` // what the page says instead of Text
	Look     string `json:"-"` // nota, linea, mio, bot, or empty for the affiliate
	Day      string `json:"-"` // before the first entry of a day
	FirstNew bool   `json:"-"`
	NoteID   uint64 `json:"-"`
	When     string `json:"-"`
	Whose    string `json:"-"`
	Hint     string `json:"-"`
	Foot     string `json:"-"`
	FootIcon string `json:"-"`
	Failed   bool   `json:"-"`
	Retry    bool   `json:"-"`
}

// noteView is a note, as JSON.
type noteView struct {
	ID   uint64    `json:"id"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text string    `json:"text"`
}

// fileView is a file of an entry.
type fileView struct {
	URL     string `json:"url"`
	Name    string `json:"name"`
	Type    string `json:"type"`
	Size    int64  `json:"size"`
	Seconds int    `json:"seconds"`
	State   string `json:"state"` // here, waiting, gone
	Reason  string `json:"reason"`

	Look     string `json:"-"` // foto, voz, bajar; empty while it is not here
	Alt      string `json:"-"`
	SizeText string `json:"-"`
}

// entry makes a view of an entry. retry says that whoever looks may send a failed message again.
func (d *Desk) entry(e archive.Entry, c archive.Case, now time.Time, retry bool) entryView {
	name, first := d.names(c.Row)
	v := entryView{N: e.N, At: e.At, Kind: string(e.Kind), By: e.By.Name, Text: e.Text, Delivery: string(e.Delivery), Reason: e.Entry.Reason,
		When: hourOf(e.At), Whose: first, File: d.fileOf(e)}
	switch e.Kind {
	case bot.EntrySaid:
		v.By, v.Hint = first, d.hint(e.Hint)
		if v.By == "" {
			v.By = name
		}
		switch {
		case e.Subtype == "edited" && v.Text != "":
			v.Line = d.text("said_edited", map[string]any{"Text": v.Text})
		case v.Text == "" && v.File == nil:
			v.Line = d.keyed("said_"+e.Subtype, "said_other", nil)
		}
	case bot.EntryBot, bot.EntryOwed:
		v.By, v.Look = d.text("bot", nil), "bot"
		if e.Kind == bot.EntryOwed {
			v.Hint = d.text("owed", nil)
		}
	case bot.EntrySpoken:
		v.Look = "mio"
		d.foot(&v, e, c, now, retry)
	default:
		v.Look = "linea"
		v.Line = d.lineOf(e, first)
	}
	if v.Line == "" {
		v.Line = v.Text
	}
	return v
}

// lineOf is the sentence of an entry that nobody said.
func (d *Desk) lineOf(e archive.Entry, first string) string {
	data := map[string]any{"By": e.By.Name, "To": e.To.Name, "Name": first, "Text": e.Text, "Refused": "", "On": false, "Why": ""}
	if e.Refused != "" {
		data["Refused"] = d.keyed("why_"+string(e.Refused), "why_broken", whyData(e.Deed, ""))
	}
	if e.Kind == bot.EntryRefused {
		data["Deed"] = d.keyed("deed_"+string(e.Deed), "deed_other", nil)
	}
	if e.Head != nil {
		data["On"], data["Why"] = e.Head.AtCounter, string(e.Head.Why)
	}
	return d.keyed("entry_"+string(e.Kind), "entry_other", data)
}

// reasonCode is the channel's number of a refusal, at the end of its reason.
var reasonCode = regexp.MustCompile(`[0-9]+$`)

// reached is when a message was delivered or read, where the channel has told it.
func (d *Desk) reached(e archive.Entry, now time.Time) string {
	if e.Reached.IsZero() {
		return ""
	}
	return d.moment(e.Reached, now)
}

// foot says what became of an agent's message.
func (d *Desk) foot(v *entryView, e archive.Entry, c archive.Case, now time.Time, retry bool) {
	state := v.Delivery
	if state == "" {
		state = "pending"
	}
	why := d.keyed("delivery_reason_"+v.Reason, "delivery_reason_other", map[string]any{"Channel": c.Channel, "Code": reasonCode.FindString(v.Reason)})
	v.Foot = d.keyed("delivery_"+state, "delivery_pending", map[string]any{"Channel": c.Channel, "Why": why, "When": d.reached(e, now)})
	v.FootIcon = "salio"
	switch bot.Delivery(state) {
	case bot.DeliveryFailed, bot.DeliveryExpired:
		v.Failed, v.FootIcon = true, "ojo"
		v.Retry = retry && e.Again == 0
		if e.Again != 0 {
			v.Foot += " " + d.text("delivery_again", nil)
		}
	case bot.DeliveryWaiting, "pending":
		v.FootIcon = "reloj"
	case bot.DeliveryDelivered, bot.DeliveryRead:
		v.FootIcon = "leido"
	}
}

// thread joins entries and notes by time, with a line before the first of each day.
func (d *Desk) threadOf(c archive.Case, entries []archive.Entry, notes []archive.Note, names map[string]string, now time.Time, me archive.Agent) []entryView {
	retry := mine(c.Case, me.ID) && c.State == bot.CaseAssigned
	list := make([]entryView, 0, len(entries)+len(notes))
	_, first := d.names(c.Row)
	for i, e := range entries {
		for ; len(notes) > 0 && notes[0].At.Before(e.At); notes = notes[1:] {
			list = append(list, noteEntry(notes[0], names, first))
		}
		if e.Kind == bot.EntryOpened && i == 0 && e.N == 1 {
			if c.Card != nil {
				continue // the card says it
			}
		}
		list = append(list, d.entry(e, c, now, retry))
	}
	for _, n := range notes {
		list = append(list, noteEntry(n, names, first))
	}
	day := hours.Date("")
	for i := range list {
		if at := hours.DateOf(list[i].At); at != day {
			day = at
			list[i].Day = d.text("day_line", d.when(list[i].At, now))
		}
	}
	return list
}

func noteEntry(n archive.Note, names map[string]string, first string) entryView {
	by := names[n.Agent]
	if by == "" {
		by = n.Agent
	}
	return entryView{At: n.At, Kind: "note", By: by, Text: n.Text, Line: n.Text, Look: "nota", NoteID: n.ID, When: hourOf(n.At), Whose: first}
}

// fileOf is the file of an entry, nil if it has none.
func (d *Desk) fileOf(e archive.Entry) *fileView {
	switch {
	case e.Media != nil:
		m := e.Media
		v := &fileView{Name: m.Name, Type: m.Type, Size: m.Size, Seconds: m.Seconds, State: "waiting", Reason: e.Got.Reason}
		data := map[string]any{"Seconds": clockSeconds(m.Seconds), "Name": m.Name, "Why": d.keyed("fetch_"+e.Got.Reason, "fetch_other", nil)}
		kind := lookOf(m.Type, e.Subtype)
		v.Alt = d.text("file_"+kind, data)
		switch {
		case e.Got.Blob != "":
			v.State, v.Look, v.URL = "here", kind, "/mesa/archivos/"+e.Got.Blob
			v.named(d)
		case e.Got.Gone:
			v.State, v.Alt = "gone", d.text("file_gone", data)
		case e.Got.Reason != "":
			v.Alt = d.text("file_late", data)
		default:
			v.Alt = d.text("file_coming", data)
		}
		return v
	case e.File != nil:
		v := &fileView{Name: e.File.Name, Type: e.File.Type, State: "here", Alt: e.File.Alt, Look: lookOf(e.File.Type, "")}
		if sent, err := bot.As[deskFile](e.File.Args); err == nil && e.File.Template == Template {
			v.URL, v.Size = "/mesa/archivos/"+sent.Blob, sent.Size
		} else {
			v.Look, v.State = "", "gone"
			v.Alt = d.text("file_bajar", map[string]any{"Name": v.Name})
		}
		if v.Look == "foto" {
			v.Alt = d.text("file_foto", map[string]any{"Name": v.Name})
		}
		v.named(d)
		return v
	}
	return nil
}

// named gives a file a name and a size that can be read.
func (v *fileView) named(d *Desk) {
	if v.Name == "" {
		v.Name = d.text("file_name", nil)
	}
	if v.Size > 0 {
		v.SizeText = sizeText(v.Size)
	}
}

func sizeText(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d kB", max(1, n>>10))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// clockSeconds is the length of a recording: "0:14".
func clockSeconds(n int) string { return fmt.Sprintf("%d:%02d", n/60, n%60) }

package desk

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// hint is what the script understood of an entry, in words; empty if there is nothing to tell.
func (d *Desk) hint(raw json.RawMessage) string {
	var h struct {
		Intent string   `json:"intent"`
		People []string `json:"people"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &h) != nil || !d.texts.Has("hint_"+h.Intent) {
		return ""
	}
	return d.text("hint_"+h.Intent, map[string]any{"People": strings.Join(h.People, ", ")})
}

// lastLine is what was said last in a case, in one line.
func (d *Desk) lastLine(r archive.Row, own bool) string {
	e := r.LastSaid
	text := strings.Join(strings.Fields(e.Text), " ")
	if runes := []rune(text); len(runes) > 90 {
		text = string(runes[:90]) + "…"
	}
	data := map[string]any{"Text": text, "By": e.By.Name, "Own": own && e.By.ID == r.Owner.ID}
	switch {
	case e.Kind == "":
		return ""
	case text == "" && e.Media != nil:
		data["Text"] = d.text("last_"+lookOf(e.Media.Type, e.Subtype), map[string]any{"Seconds": clockSeconds(e.Media.Seconds)})
		return d.text("last_file", data)
	case text == "" && e.File != nil:
		data["Text"] = d.text("last_bajar", nil)
	case text == "":
		return d.keyed("said_"+e.Subtype, "said_other", nil)
	}
	if e.Kind == bot.EntrySpoken {
		return d.text("last_spoken", data)
	}
	return d.text("last_said", data)
}

func sortPeople(list []colleague) {
	slices.SortFunc(list, func(a, b colleague) int { return cmp.Compare(a.Name, b.Name) })
}

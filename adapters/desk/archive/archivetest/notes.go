package archivetest

import (
	"errors"
	"strings"
	"testing"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// A note belongs to a case, in any state of it, and to no chat.
func notes(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	x := l.Chat("one").Opens("help", "hola")
	x.Act(Deed(Ana, bot.DeedTake))
	x.Act(Deed(Ana, bot.DeedReturn))
	l.Feed(t, a)
	ctx, id := t.Context(), x.Case.ID
	for text, want := range map[string]error{" ": archive.ErrEmpty, strings.Repeat("ñ", archive.MaxNote+1): archive.ErrTooLong} {
		if _, err := a.AddNote(ctx, id, "ana", text); !errors.Is(err, want) {
			t.Errorf("a note of %d bytes: %v, want %v", len(text), err, want)
		}
	}
	if _, err := a.AddNote(ctx, 1, "ana", "nada"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("a note about no case: %v", err)
	}
	for _, text := range []string{" La hija llamó ayer. ", strings.Repeat("ñ", archive.MaxNote)} {
		if _, err := a.AddNote(ctx, id, "ana", text); err != nil {
			t.Error(err)
		}
	}
	got, err := a.Notes(ctx, id)
	if err != nil || len(got) != 2 || got[0].Text != "La hija llamó ayer." || got[0].Agent != "ana" || !got[0].At.Equal(c.Now()) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := a.Notes(ctx, 1); err != nil || len(got) != 0 {
		t.Errorf("of another case: %+v, %v", got, err)
	}
	if records, err := a.Records(ctx, archive.AuditQuery{Case: id, Agent: "ana", Limit: 2}); err != nil || len(records) != 2 || records[0].What != "note" || records[0].Detail != "" {
		t.Errorf("audit: %+v, %v", records, err)
	}
}

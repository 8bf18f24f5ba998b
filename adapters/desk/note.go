package desk

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode"

	"llave/adapters/desk/archive"
)

// This file knows no chat and no channel: it must not import package bot.

// addNote keeps a note of an agent about a case.
func (d *Desk) addNote(ctx context.Context, caso uint64, agent, text string) error {
	_, err := d.db.AddNote(ctx, caso, agent, text)
	switch {
	case errors.Is(err, archive.ErrEmpty):
		return &refusal{status: http.StatusUnprocessableEntity, why: "empty"}
	case errors.Is(err, archive.ErrTooLong):
		return &refusal{status: http.StatusRequestEntityTooLarge, why: "too_long", data: map[string]any{"Limit": archive.MaxNote}}
	case errors.Is(err, archive.ErrNotFound):
		return notFound("no_case")
	}
	return err
}

// note keeps what the form says for the team alone.
func (d *Desk) note(c *call) error {
	got, err := d.caseOf(c)
	if err != nil {
		return err
	}
	if err := d.addNote(context.WithoutCancel(c.Context()), got.ID, string(c.me.ID), clean(c.PostFormValue("text"))); err != nil {
		return d.withPage(c, got, err)
	}
	if !c.json {
		return d.done(c, "/mesa/casos/"+c.PathValue("id")+"?modo=nota", nil)
	}
	return d.show(c, http.StatusCreated, "", map[string]any{"ok": true, "case": got.ID})
}

// clean is a text as a person typed it, without the control characters that no keyboard has.
func clean(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text))
}

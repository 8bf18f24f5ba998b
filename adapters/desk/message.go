package desk

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"unicode/utf8"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// maxReply is the longest reply, in characters: every channel takes that much.
const maxReply = 4000

// say sends the affiliate what the owner wrote, with a file or without.
func (d *Desk) say(c *call) error {
	return d.actOn(c, func(a *bot.Act) error {
		a.Do, a.Text = bot.DeedSay, clean(c.PostFormValue("text"))
		if utf8.RuneCountInString(a.Text) > maxReply {
			return &refusal{status: http.StatusRequestEntityTooLarge, why: "too_long", data: map[string]any{"Limit": maxReply}}
		}
		if unresolved(a.Text) {
			return &refusal{status: http.StatusUnprocessableEntity, why: "unresolved"}
		}
		file, head, err := c.FormFile("file")
		switch {
		case errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart):
		case err != nil:
			return &refusal{status: http.StatusBadRequest, why: "bad_form"}
		default:
			defer file.Close()
			if a.File, err = d.upload(c, a.ID, file, head); err != nil {
				return err
			}
		}
		if a.Text == "" && a.File == nil {
			return &refusal{status: http.StatusUnprocessableEntity, why: "empty"}
		}
		return nil
	})
}

// unresolved reports whether a text still holds a place holder that nobody filled in.
func unresolved(text string) bool {
	_, rest, ok := strings.Cut(text, "{{")
	return ok && strings.Contains(rest, "}}")
}

// upload keeps an agent's file and returns the recipe by which it is sent. A picture loses its metadata.
func (d *Desk) upload(c *call, act string, in multipart.File, head *multipart.FileHeader) (*bot.File, error) {
	if head.Size == 0 {
		return nil, nil
	}
	if head.Size > maxFile {
		return nil, tooLarge(maxUpload)
	}
	got, err := d.caseOf(c)
	if err != nil {
		return nil, err
	}
	if o, err := d.db.Outcome(c.Context(), act); err == nil && o.Case == got.ID {
		return nil, nil // it was sent; nothing is kept twice
	}
	if !mine(got.Case, c.me.ID) { // the engine would refuse it, and the file would stay
		return nil, notMine(got.Case)
	}
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest, why: "bad_form"}
	}
	kind := sniffed(data)
	name := safeName(head.Filename)
	if strings.HasPrefix(kind, "image/") {
		if data, err = d.picture(c.Context(), data); err != nil {
			return nil, pictureRefusal(err)
		}
		kind, name = "image/jpeg", withExt(name, pictureExt)
	}
	if name == "" {
		name = d.text("file_name", nil)
	}
	return d.keepUpload(c, got, name, kind, data)
}

// notMine says why a file of an agent who has not the case is not kept, as the engine would.
func notMine(c bot.Case) error {
	why, owner := bot.RefusedNotOwner, ""
	switch {
	case !c.Open():
		why = bot.RefusedNotOpen
	case c.Assigned():
		owner = c.Owner.Name
	}
	return &refusal{status: statusOf(why), why: string(why), data: whyData(bot.DeedSay, owner)}
}

func (d *Desk) keepUpload(c *call, got archive.Case, name, kind string, data []byte) (*bot.File, error) {
	f, err := d.db.AddFile(context.WithoutCancel(c.Context()), archive.File{Case: got.ID, Kind: fromDesk, Name: name, Type: kind}, data)
	if errors.Is(err, archive.ErrTooLong) {
		return nil, tooLarge(maxUpload)
	}
	if err != nil {
		return nil, err
	}
	return &bot.File{Template: Template, Args: bot.Of(deskFile{Blob: f.ID, Size: f.Size}), Name: name, Type: kind, Alt: name}, nil
}

func pictureRefusal(err error) error {
	switch {
	case errors.Is(err, errPixels):
		return &refusal{status: http.StatusUnprocessableEntity, why: "pixels"}
	case errors.Is(err, errPicture):
		return &refusal{status: http.StatusUnprocessableEntity, why: "picture"}
	}
	return err
}

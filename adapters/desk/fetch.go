package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// How files of affiliates are fetched.
const (
	fetchLook   = 15 * time.Second // how often is looked for files whose next try is due
	fetchTime   = time.Minute      // for one try
	fetchTries  = 8
	fetchFirst  = 5 * time.Second // before the second try; doubled each time
	fetchAtOnce = 16
)

// Why a file never will be here, as the word that stands in the archive.
const (
	goneNoChannel = "no_channel"
	gonePermanent = "permanent"
	goneTries     = "tries"
	gonePixels    = "pixels"
	gonePicture   = "picture"
	goneLarge     = "large"
	lateTry       = "later"
)

// fetch gets the files that affiliates sent, one after the other, until ctx ends.
func (d *Desk) fetch(ctx context.Context) {
	defer close(d.fetched)
	for ctx.Err() == nil {
		changed := d.db.Changed()
		list, err := d.db.Fetches(ctx, fetchAtOnce)
		if err != nil && ctx.Err() == nil {
			d.opt.Log.ErrorContext(ctx, "desk: files to fetch", "err", err)
		}
		kept := len(list) > 0 && err == nil
		for _, f := range list {
			kept = d.fetchOne(ctx, f) && kept
		}
		if kept {
			continue // there may be more
		}
		wait := time.NewTimer(fetchLook)
		select {
		case <-changed:
		case <-wait.C:
		case <-ctx.Done():
		}
		wait.Stop()
	}
}

// fetchOne gets one file. What came of it is kept, also that it failed; kept is false if that could not be.
func (d *Desk) fetchOne(ctx context.Context, f archive.Fetch) (kept bool) {
	data, err := d.fetchBytes(ctx, f)
	if ctx.Err() != nil {
		return false
	}
	file := archive.File{Kind: fromAffiliate, Name: safeName(f.Media.Name), Type: f.Media.Type}
	if err == nil {
		file.Type = trusted(sniffed(data), f.Media.Type)
		if strings.HasPrefix(file.Type, "image/") {
			data, err = d.picture(ctx, data)
			file.Type, file.Name = "image/jpeg", withExt(file.Name, pictureExt)
		}
	}
	if err == nil {
		_, err = d.db.Fetched(ctx, f.Case, f.N, file, data)
	}
	if err == nil || errors.Is(err, archive.ErrNotFound) {
		return true
	}
	why, next := d.fetchAgain(f, err)
	d.opt.Log.WarnContext(ctx, "desk: a file was not fetched", "case", f.Case, "n", f.N, "tries", f.Tries+1, "why", why, "err", err)
	if err := d.db.FetchFailed(ctx, f.Case, f.N, why, next); err != nil {
		d.opt.Log.ErrorContext(ctx, "desk: a failed fetch was not kept", "case", f.Case, "err", err)
		return false
	}
	return true
}

// errNoFetcher: the channel of the chat gets no files.
var errNoFetcher = errors.New("desk: the channel fetches no files")

func (d *Desk) fetchBytes(ctx context.Context, f archive.Fetch) ([]byte, error) {
	if f.Media.Size > maxFile {
		return nil, archive.ErrTooLong
	}
	chat, err := d.opt.Chats.OpenChatRef(f.Ref)
	if err != nil {
		return nil, errNoFetcher
	}
	from, ok := d.opt.Channel(chat).(bot.Fetcher)
	if !ok {
		return nil, errNoFetcher
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	return from.Fetch(ctx, chat, f.Media.Ref, maxFile)
}

// fetchAgain says why a file was not fetched, and when the next try is: zero if there is none.
func (d *Desk) fetchAgain(f archive.Fetch, err error) (why string, next time.Time) {
	var gone *bot.PermanentFailure
	var pause *bot.RetryAfter
	switch {
	case errors.Is(err, errNoFetcher):
		return goneNoChannel, time.Time{}
	case errors.Is(err, archive.ErrTooLong):
		return goneLarge, time.Time{}
	case errors.Is(err, errPixels):
		return gonePixels, time.Time{}
	case errors.Is(err, errPicture):
		return gonePicture, time.Time{}
	case errors.As(err, &gone):
		return gonePermanent, time.Time{}
	case f.Tries+1 >= fetchTries:
		return goneTries, time.Time{}
	case errors.As(err, &pause):
		return lateTry, d.now().Add(max(pause.After, time.Second))
	}
	return lateTry, d.now().Add(fetchFirst << f.Tries)
}

// picture makes a picture safe. One is decoded at a time: each may take tens of megabytes.
func (d *Desk) picture(ctx context.Context, raw []byte) ([]byte, error) {
	select {
	case d.pictures <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-d.pictures }()
	return safePicture(raw)
}

// trusted is the type of a file: what its bytes say, and what was announced only where they say nothing.
func trusted(sniffed, announced string) string {
	if sniffed == "application/octet-stream" && lookOf(announced, "") == "bajar" && announced != "" {
		return announced
	}
	return sniffed
}

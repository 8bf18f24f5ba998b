package main

import (
	"context"
	"time"

	"llave/flows"
)

// How often the back end is asked what chats are to be told. A call to one outside of this process costs more.
const (
	noticesEvery       = time.Second
	remoteNoticesEvery = 3 * time.Second
)

// startNotices tells chats what the back end has for them.
func (a *app) startNotices() {
	if a.notices == nil {
		return
	}
	every := noticesEvery
	if a.remote != nil {
		every = remoteNoticesEvery
	}
	a.background("autogestion: notices", func(ctx context.Context) error {
		for failed := false; ; {
			err := a.tellNotices(ctx)
			if err != nil && !failed && ctx.Err() == nil { // said once each time that it begins
				a.log.Error("notices of the back end were not told", "err", err)
			}
			failed = err != nil
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(every):
			}
		}
	})
}

// tellsNotices reports whether this process tells them. Of several one does: the one that would poll.
func (a *app) tellsNotices() bool { return a.Store == sqliteStore || a.holdsPoll() }

// tellNotices tells each notice, and forgets it once the engine has accepted it. One that is told twice is a duplicate there. A kind
// that this version does not know is left to one that does.
func (a *app) tellNotices(ctx context.Context) error {
	if !a.tellsNotices() {
		return nil
	}
	list, err := a.notices.Notices(ctx)
	if err != nil {
		return err
	}
	var told []string
	for _, n := range list {
		if !flows.CanTell(n.What) {
			continue
		}
		chat, err := a.engine.OpenChatRef(n.Chat)
		if err == nil {
			update, err := flows.Told(chat, n)
			if err != nil {
				return err
			}
			if err := a.engine.Accept(ctx, update); err != nil {
				return err
			}
		} // else it is a chat of another installation
		told = append(told, n.Name)
	}
	if len(told) == 0 {
		return nil
	}
	return a.notices.Told(ctx, told)
}

package main

import (
	"context"
	"time"

	"llave/flows"
)

// noticesEvery is how often the embedded back end is asked what chats are to be told.
const noticesEvery = time.Second

// startNotices tells chats what the embedded back end has for them.
func (a *app) startNotices() {
	if a.embedded == nil {
		return
	}
	a.background("autogestion: notices", func(ctx context.Context) error {
		for {
			if err := a.tellNotices(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("notices of the back end were not told", "err", err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(noticesEvery):
			}
		}
	})
}

// tellNotices tells each notice, and forgets it once the engine has accepted it. One that is told twice is a duplicate there.
func (a *app) tellNotices(ctx context.Context) error {
	if a.standsBy() {
		return nil
	}
	list, err := a.embedded.Notices(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	var told []string
	for _, n := range list {
		chat, err := a.engine.OpenChatRef(n.Chat)
		if err == nil {
			update, err := flows.Told(chat, n.Name, string(n.What), flows.AccountNotice{People: n.People, By: n.By, Until: n.Until})
			if err != nil {
				return err
			}
			if err := a.engine.Accept(ctx, update); err != nil {
				return err
			}
		} // else it is a chat of another installation
		told = append(told, n.Name)
	}
	return a.embedded.Told(ctx, told)
}

package main

import (
	"context"

	"llave/adapters/desk"
	"llave/adapters/desk/archive"
	"llave/bot"
)

// deskParts is Mesa de Ayuda: its database, which the engine asks what may be promised, and its pages.
type deskParts struct {
	archive *archive.Archive
	pages   *desk.Desk
	place   deskPlace
}

// openDeskData opens the desk's database. The demo has agents.
func (a *app) openDeskData(ctx context.Context) error {
	if err := a.openArchive(ctx); err != nil {
		return err
	}
	if err := a.desk.archive.SeedHolidays(ctx); err != nil {
		return err
	}
	if a.demo {
		return a.desk.archive.SeedDemo(ctx)
	}
	return a.warnWithoutAgents(ctx)
}

// warnWithoutAgents says that cases are opened and nobody can take them.
func (a *app) warnWithoutAgents(ctx context.Context) error {
	n, err := a.desk.archive.CountActing(ctx)
	if err == nil && n == 0 {
		a.log.Warn("Mesa de Ayuda has no agents: cases are opened, and nobody can take them", "add", "llave agent add")
	}
	return err
}

// openDesk builds the desk's pages on the engine.
func (a *app) openDesk(channels map[string]bot.Channel) (err error) {
	a.desk.pages, err = desk.New(desk.Options{
		Archive: a.desk.archive, Actor: deskActor{a}, Chats: a.engine, PublicURL: a.deskURL(), Now: a.now, Log: a.log,
		Channel: func(c bot.ChatID) bot.Channel { return channels[c.Channel()] },
	})
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return a.desk.pages.Close() })
	return nil
}

// deskURL is how browsers reach the desk.
func (a *app) deskURL() string {
	if a.AdminAddr != "" {
		return "http://" + a.AdminAddr
	}
	return a.PublicURL
}

// startDesk has the desk read what happens in the chats.
func (a *app) startDesk() { a.background("mesa", a.runDesk) }

// renderer makes the files of replies: what agents sent is in the desk's database, the rest is drawn.
type renderer struct {
	drawn bot.Renderer
	desk  func(ctx context.Context, chat bot.ChatID, f bot.File) ([]byte, error)
}

// Render implements [bot.Renderer].
func (r renderer) Render(ctx context.Context, chat bot.ChatID, f bot.File) ([]byte, error) {
	if f.Template == desk.Template {
		return r.desk(ctx, chat, f)
	}
	return r.drawn.Render(ctx, chat, f)
}

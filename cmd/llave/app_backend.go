package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"llave/adapters/autogestion"
	"llave/adapters/autogestion/client"
	"llave/store"
)

// openBackend opens the back end: the remote one if there is an address, else the embedded one.
func (a *app) openBackend(ctx context.Context) error {
	if a.AutogestionURL != "" {
		return a.openRemote(ctx)
	}
	return a.openEmbedded(ctx)
}

// openEmbedded opens the embedded back end, with its own key and file.
func (a *app) openEmbedded(ctx context.Context) error {
	key, err := loadOrMakeKey(a.outerRing(), a.path("autogestion.key"), a.path("autogestion.db"))
	if err != nil {
		return err
	}
	a.embedded, err = autogestion.Open(ctx, autogestion.Options{
		Path: a.path("autogestion.db"), Key: key, PublicURL: a.PublicURL, BotKey: a.AutogestionKey,
		MesaPhone: a.MesaPhone, RunBy: a.RunBy, Demo: a.demo, Register: autogestion.RegisterMode(a.Register), Now: a.now, Log: a.log, Cost: a.passwordCost,
		Replacements: replacements(), Operator: a.actor, Event: a.countEvent, NoMail: !a.demo && a.mail == nil, OpenID: a.openidProvider(),
	})
	if err != nil {
		return a.folderError(err)
	}
	a.onStop(func(context.Context) error { return a.embedded.Close() })
	a.tokens, a.links, a.sheets, a.notices = a.embedded, a.embedded, a.embedded, a.embedded
	if a.can, err = a.embedded.Capabilities(ctx); err != nil {
		return err
	}
	if a.demo {
		return a.embedded.SeedDemo(ctx)
	}
	return nil
}

// embeddedAlone opens the embedded back end and no other part, for commands that need only that.
func (p program) embeddedAlone(ctx context.Context, c config) (*app, error) {
	if c.AutogestionURL != "" {
		return nil, misuse("LLAVE_AUTOGESTION_URL.embedded_only", nil)
	}
	a := p.newApp(c)
	if a.PublicURL == "" {
		a.PublicURL = "http://" + a.Addr
	}
	if err := c.checkDemoFolder(ctx); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, err
	}
	if err := a.openBackend(ctx); err != nil {
		return nil, errors.Join(err, a.stop())
	}
	return a, nil
}

// openRemote connects to a back end outside of this process.
func (a *app) openRemote(ctx context.Context) error {
	remote, err := a.client(a.AutogestionURL, a.now)
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return remote.Close() })
	a.remote = &remoteBackend{call: remote.Capabilities, path: a.path("autogestion.can.json"), url: a.AutogestionURL, log: a.log}
	if a.can, err = a.remote.capabilities(ctx); errors.Is(err, client.ErrBotKey) {
		return misuse("LLAVE_AUTOGESTION_KEY.refused", nil).because(err)
	} else if err != nil {
		return err
	}
	a.tokens, a.links, a.sheets = remote, remote, remote
	if a.can.Notices {
		a.notices = remote
	}
	a.background("autogestion", func(ctx context.Context) error { a.remote.probe(ctx, a.can); return nil })
	return nil
}

// startHousekeeping lets the embedded back end delete expired rows in the background.
func (a *app) startHousekeeping() {
	if a.embedded != nil {
		a.background("autogestion: the housekeeper", func(ctx context.Context) error { a.embedded.Housekeep(ctx); return nil })
	}
	a.startMail()
}

// backendAddr is the address of the back end, here or elsewhere.
func (a *app) backendAddr() string {
	if a.remote != nil {
		return a.AutogestionURL
	}
	return a.PublicURL + "/autogestion/"
}

// verifyPage is the page of the back end that checks the signature of a sheet.
func (a *app) verifyPage() string { return a.sitePage() + "/verificar" }

// sitePage is the address of Autogestión's pages.
func (a *app) sitePage() string {
	base := a.PublicURL
	if a.AutogestionURL != "" {
		base = a.AutogestionURL
	}
	return strings.TrimRight(base, "/") + "/autogestion"
}

// checkDemoFolder refuses, before anything is opened, to open the demo in a folder with data of people who exist.
func (c *config) checkDemoFolder(ctx context.Context) error {
	if !c.demo || c.AutogestionURL != "" {
		return nil
	}
	padron := c.path("autogestion.db")
	if _, err := os.Stat(padron); !errors.Is(err, fs.ErrNotExist) {
		return c.folderError(autogestion.CheckDemo(ctx, padron))
	}
	// Chats without a padrón belong to people whom another Autogestión knows.
	chats, err := store.HoldsChats(ctx, c.path("llave.db"))
	if err == nil && chats {
		err = c.folderError(autogestion.ErrRealFile)
	}
	return err
}

// folderError explains an error of the back end's file to the operator: the demo and people who exist do not mix.
func (c *config) folderError(err error) error {
	switch {
	case errors.Is(err, autogestion.ErrRealFile):
		return refuse("folder.real", c.Data).because(err)
	case errors.Is(err, autogestion.ErrDemoFile):
		return refuse("folder.demo", c.Data).because(err)
	}
	return err
}

package main

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"llave/bot"
)

// Several processes on one store have one Mesa de Ayuda: that of the data folder which the store knows. The process of that
// folder tells the others with its heartbeat what may be promised and where its pages are, and leaves the files that agents
// send where the others find them.

// deskPlace is where Mesa de Ayuda is.
type deskPlace struct {
	id     string // of the desk in this data folder
	here   atomic.Bool
	theirs atomic.Pointer[deskNote] // what the process that has it says; nil: none does
}

// deskNote is what the process that has the desk tells the others.
type deskNote struct {
	Desk string   `json:"desk"` // its id
	URL  string   `json:"url"`
	Says bot.Desk `json:"says"`
}

// noteContext is what notes are sealed for.
var noteContext = []byte("llave replica note")

// deskID names the desk of a data folder: it lives and moves with its key.
func deskID(key []byte) string {
	id, err := hkdf.Key(sha256.New, key, nil, "llave desk id", 16)
	if err != nil {
		panic(err) // 16 bytes are always to be had
	}
	return hex.EncodeToString(id)
}

// deskName is under which name the store keeps whose the desk is, the n-th time that it was said.
func deskName(n int) string { return fmt.Sprintf("mesa/%d", n) }

// deskOwner is the id of the desk that the store knows, and how often it was said; empty: none yet.
func (a *app) deskOwner(ctx context.Context) (id string, times int, err error) {
	for n := 0; ; n++ {
		v, err := a.store.PutIfAbsent(ctx, deskName(n), nil)
		if err != nil || v == nil {
			return id, n, err
		}
		id = string(v)
	}
}

// claimDesk makes the desk of this folder the one of the store, if there is none yet. It reports whether it is this one.
func (a *app) claimDesk(ctx context.Context) (bool, error) {
	id, n, err := a.deskOwner(ctx)
	if err == nil && n == 0 {
		var v []byte
		v, err = a.store.PutIfAbsent(ctx, deskName(0), []byte(a.desk.place.id))
		id = string(v)
	}
	return id == a.desk.place.id, err
}

// tellReplicas is what this process tells the others.
func (a *app) tellReplicas() []byte {
	if !a.desk.place.here.Load() {
		return nil
	}
	plain, err := json.Marshal(deskNote{Desk: a.desk.place.id, URL: a.deskURL(), Says: a.desk.archive.Desk()})
	if err != nil {
		a.log.Error("mesa: what may be promised was not told", "err", err)
		return nil
	}
	return a.ring.Seal(plain, noteContext)
}

// readNotes looks what the others tell of the desk, and reports whether one of them has the desk of this folder.
func (a *app) readNotes() (double bool) {
	theirs, double := a.deskAmong(a.engine.Others())
	a.desk.place.theirs.Store(theirs)
	return double
}

// deskAmong is what the process tells that has the desk, nil if none of these has, and whether it is a copy of this folder's.
func (a *app) deskAmong(live []bot.Replica) (theirs *deskNote, double bool) {
	for _, r := range live {
		plain, err := a.ring.Open(r.Note, noteContext)
		var n deskNote
		if err != nil || json.Unmarshal(plain, &n) != nil {
			continue
		}
		theirs, double = &n, double || n.Desk == a.desk.place.id
	}
	return theirs, double
}

// promised is what may be promised about the desk, wherever it is.
func (a *app) promised() bot.Desk {
	if a.desk.place.here.Load() {
		return a.desk.archive.Desk()
	}
	if n := a.desk.place.theirs.Load(); n != nil {
		return n.Says
	}
	return bot.Desk{Staff: bot.StaffAway}
}

// noteEvery is how often it is looked what the others tell.
const noteEvery = 250 * time.Millisecond

// runDesk has the desk of this folder read what happens in the chats, if it is the one of the store. If it is not, it
// learns from the others what may be promised.
func (a *app) runDesk(ctx context.Context) error {
	if a.Store == sqliteStore {
		a.engine.Feed(ctx, a.desk.archive)
		return nil
	}
	told := false
	for ctx.Err() == nil {
		double := a.readNotes()
		mine, err := a.claimDesk(ctx)
		if err == nil && mine && !double {
			return a.runDeskHere(ctx)
		}
		if mine && double && !told {
			told = true
			a.log.Error("mesa: another process has a copy of this data folder's desk; this one does not touch it")
		}
		a.watchNotes(ctx, claimEvery)
	}
	return nil
}

// claimEvery is how often the store is asked whose the desk is.
const claimEvery = 5 * time.Second

// watchNotes reads what the others tell, for a while.
func (a *app) watchNotes(ctx context.Context, d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); a.readNotes() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(noteEvery):
		}
	}
}

func (a *app) runDeskHere(ctx context.Context) error {
	a.desk.place.here.Store(true)
	a.log.Info("mesa de ayuda is in this process")
	ctx, lost := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		defer lost()
		a.watchDesk(ctx)
	})
	a.engine.Feed(ctx, a.desk.archive)
	watching.Wait()
	return nil
}

// watchDesk ends the program if the desk was given to another folder: two would read the same logs.
func (a *app) watchDesk(ctx context.Context) {
	for ctx.Err() == nil {
		if id, _, err := a.deskOwner(ctx); err == nil && id != a.desk.place.id {
			a.fail(errors.New("mesa de ayuda is another data folder's now"))
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(claimEvery):
		}
	}
}

// serveDesk adds the desk's pages. Where the desk is another process's they say which.
func (a *app) serveDesk(mux *http.ServeMux) {
	pages := a.desk.pages.Handler()
	mux.HandleFunc("/mesa/", func(w http.ResponseWriter, r *http.Request) {
		if a.Store == sqliteStore || a.desk.place.here.Load() {
			pages.ServeHTTP(w, r)
			return
		}
		at := ""
		if n := a.desk.place.theirs.Load(); n != nil {
			at = n.URL + "/mesa/"
		}
		plainText(w, http.StatusServiceUnavailable, "mesa.elsewhere", at)
	})
}

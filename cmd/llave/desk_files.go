package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"llave/adapters/desk"
	"llave/bot"
	"llave/store"
)

var _ desk.Actor = deskActor{}

// deskActor keeps what agents do. Files that they send are left where the process that sends them finds them.
type deskActor struct{ *app }

// fileLasts is longer than an agent's message waits to be sent.
const fileLasts = 3 * time.Hour

// Act implements [desk.Actor].
func (d deskActor) Act(ctx context.Context, chat bot.ChatID, act bot.Act) error {
	if r, ok := d.store.(*store.Redis); ok && act.File != nil {
		body, err := d.desk.pages.Render(ctx, chat, *act.File)
		if err != nil {
			return err
		}
		name, err := fileName(*act.File)
		if err != nil {
			return err
		}
		if err := r.KeepFile(ctx, name, d.ring.Seal(body, []byte(name)), fileLasts); err != nil {
			return err
		}
	}
	return d.engine.Act(ctx, chat, act)
}

// fileName is under which name a file of the desk is kept for others. The recipe holds a random name and a size.
func fileName(f bot.File) (string, error) {
	recipe, err := json.Marshal(f)
	sum := sha256.Sum256(recipe)
	return "mesa:" + hex.EncodeToString(sum[:16]), err
}

// deskFile is a file that an agent sends, for the process that sends it.
func (a *app) deskFile(ctx context.Context, chat bot.ChatID, f bot.File) ([]byte, error) {
	r, shared := a.store.(*store.Redis)
	if !shared || a.desk.place.here.Load() {
		return a.desk.pages.Render(ctx, chat, f)
	}
	name, err := fileName(f)
	if err != nil {
		return nil, err
	}
	sealed, err := r.File(ctx, name)
	if err != nil {
		return nil, err
	}
	if sealed == nil {
		return nil, &bot.PermanentFailure{Reason: "the file of the desk is gone"}
	}
	body, err := a.ring.Open(sealed, []byte(name))
	if err != nil {
		return nil, &bot.PermanentFailure{Reason: "the file of the desk cannot be opened"}
	}
	return body, nil
}

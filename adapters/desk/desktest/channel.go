package desktest

import (
	"context"
	"slices"

	"llave/bot"
)

// File is what a channel gives for a reference, or why it gives nothing.
type File struct {
	Data []byte
	Err  error
}

// Holds has the channel give a file for a reference.
func (e *Engine) Holds(ref string, f File) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.files[ref] = f
}

// Channel is the channel of every chat.
func (e *Engine) Channel(bot.ChatID) bot.Channel { return channel{e} }

type channel struct{ e *Engine }

// Send implements bot.Channel. The desk sends nothing by itself.
func (channel) Send(context.Context, bot.ChatID, bot.Reply) error {
	panic("the desk sends to a channel")
}

// Fetch implements bot.Fetcher.
func (c channel) Fetch(_ context.Context, _ bot.ChatID, ref []byte, limit int64) ([]byte, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	f, ok := c.e.files[string(ref)]
	switch {
	case !ok:
		return nil, &bot.PermanentFailure{Reason: "gone"}
	case int64(len(f.Data)) > limit:
		return nil, &bot.PermanentFailure{Reason: "large"}
	}
	return f.Data, f.Err
}

// Types implements bot.Typist.
func (c channel) Types(_ context.Context, chat bot.ChatID) error {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c.e.typed = append(c.e.typed, chat)
	return &bot.RetryAfter{}
}

// Typed lists the chats that were shown that somebody writes.
func (e *Engine) Typed() []bot.ChatID {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.typed)
}

// Address implements bot.Addresser.
func (channel) Address(_ context.Context, chat bot.ChatID) (string, error) {
	return "+54 9 221 555-" + chat.Native(), nil
}

package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/adapters/besteffort"
	"llave/bot"
)

// allowed are the kinds of updates to fetch. Without it an earlier setting would stay.
const allowed = `["message","edited_message","callback_query","my_chat_member"]`

// The longest that Telegram is waited for, and by how much the call may take longer.
const (
	pollTime   = 30 * time.Second
	pollMargin = 10 * time.Second
	emptyPause = 200 * time.Millisecond
)

// poll fetches updates and confirms them once they are kept. Telegram keeps its place: after a failure it fetches
// again.
func (t *Telegram) poll(ctx context.Context, to bot.Accepter) {
	if t.untilDone(ctx, "deleteWebhook", t.deleteWebhook) != nil {
		return
	}
	t.awaitName(ctx)
	in := pollState{t: t, to: to, done: map[int64]bool{}}
	failing, full, hook := newBackoff(longestPause), newBackoff(2*time.Second), reclaim{}
	for ctx.Err() == nil {
		began := time.Now()
		batch, err := t.updates(ctx, in.offset)
		if err != nil {
			if t.pollFailed(ctx, err); !t.removeForeignWebhook(ctx, &hook, err) {
				t.pause(ctx, &failing, err)
			}
			continue
		}
		t.setStatus(Receiving, 0)
		failing.Reset()
		if err := in.take(ctx, batch); err != nil {
			pause(ctx, &full, err) // not for long: the same calls bring the updates of other chats
			continue
		}
		full.Reset()
		if len(batch) == 0 && time.Since(began) < pollTime/2 {
			besteffort.Sleep(ctx, emptyPause) // the server did not wait: pause instead of asking all the time
		}
	}
}

// pollFailed records that updates cannot be fetched.
func (t *Telegram) pollFailed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	t.setFailure(err)
	switch {
	case codeOf(err) == 409:
		t.stats.Conflicts.Add(1)
		t.log.Error("telegram: somebody else hears for this bot: another process, or a webhook", "err", err)
	case tokenRefused(err):
		t.logRetry("getUpdates", err)
	default:
		t.log.Warn("telegram: updates cannot be fetched", "err", err)
	}
}

// updates fetches the updates from offset on, and so confirms the earlier ones.
func (t *Telegram) updates(ctx context.Context, offset int64) ([]json.RawMessage, error) {
	p := tgbotapi.Params{"timeout": strconv.Itoa(int(pollTime / time.Second)), "limit": "100", "allowed_updates": allowed}
	if offset != 0 {
		p["offset"] = strconv.FormatInt(offset, 10)
	}
	result, err := t.call(ctx, pollTime+pollMargin, "getUpdates", p)
	if err != nil {
		return nil, err
	}
	var batch []json.RawMessage // each is parsed alone, so that a bad one spoils no other
	if json.Unmarshal(result, &batch) != nil {
		return nil, errors.New("getUpdates: the answer is not understood")
	}
	return batch, nil
}

// pollState is the place of the loop.
type pollState struct {
	t      *Telegram
	to     bot.Accepter
	offset int64
	done   map[int64]bool // kept, but behind an update that is not
	// captioned are the albums that have words under one of the pictures in the batch.
	captioned map[string]bool
}

// item is one update of a batch.
type item struct {
	incoming
	bad  error
	done bool
}

// take deals with a batch: chats side by side, each in order and no further than its first failure. Then it moves the
// offset to the first that is not dealt with. The error says that there is one.
func (in *pollState) take(ctx context.Context, batch []json.RawMessage) error {
	items, captioned := make([]item, len(batch)), map[string]bool{}
	chats := map[int64][]*item{}
	var order []int64
	for i, raw := range batch {
		it := &items[i]
		it.incoming, it.bad = in.t.parse(raw)
		if it.album != "" && it.u.Kind == bot.Message {
			captioned[it.album] = true
		}
		if it.done = in.done[it.id]; it.done {
			continue
		}
		if chats[it.chat] == nil {
			order = append(order, it.chat)
		}
		chats[it.chat] = append(chats[it.chat], it)
	}
	in.captioned = captioned
	in.each(ctx, chats, order)
	return in.move(items)
}

// accepting is how many chats hand over updates at a time.
const accepting = 32

func (in *pollState) each(ctx context.Context, chats map[int64][]*item, order []int64) {
	slots := make(chan struct{}, accepting)
	var wg sync.WaitGroup
	for _, c := range order {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			for _, it := range chats[c] {
				if it.done = ctx.Err() == nil && in.one(ctx, it); !it.done {
					return
				}
			}
		})
	}
	wg.Wait()
}

// one deals with one update, and says whether it is dealt with.
func (in *pollState) one(ctx context.Context, it *item) bool {
	if it.bad != nil {
		in.t.dropUnreadable(it.id, it.bad)
		return true
	}
	elsewhere, wait := in.t.albums.part(&it.incoming, in.captioned[it.album])
	if it.u.Silent = elsewhere; wait && !elsewhere { // it is not confirmed: it comes with the next batch
		return false
	}
	// An update that was begun is finished, also while stopping. If it is kept unnoticed it is only received again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTime)
	defer cancel()
	return in.t.receive(ctx, in.to, it.incoming) == nil
}

// move sets the offset to the first update that is not dealt with, or behind the last. Ids may begin anew, lower, after a
// quiet week: what counts is what Telegram showed last, not what is highest.
func (in *pollState) move(items []item) error {
	failed, last := 0, int64(0)
	for i := range items {
		it := &items[i]
		if it.id == 0 {
			failed++ // it cannot be confirmed; what comes behind it can
			continue
		}
		if !it.done {
			failed++
			if last >= 0 {
				in.offset, last = it.id, -1
			}
			continue
		}
		if last >= 0 {
			last = max(last, it.id)
		}
		in.done[it.id] = true
	}
	if last > 0 {
		in.offset = last + 1
	}
	for id := range in.done {
		if failed == 0 || id < in.offset {
			delete(in.done, id)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d updates were not taken", failed, len(items))
	}
	return nil
}

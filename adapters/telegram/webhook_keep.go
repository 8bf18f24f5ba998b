package telegram

import (
	"context"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/adapters/besteffort"
)

// reclaim spaces the attempts to undo the webhook of another process: two processes that undo each other must pause.
type reclaim struct {
	pause time.Duration
	next  time.Time
}

// The pauses grow from firstReclaim to lastReclaim, and begin anew once there was none to make for calmAfter.
const (
	firstReclaim = 15 * time.Second
	lastReclaim  = 10 * time.Minute
	calmAfter    = 30 * time.Minute
)

// due reports whether another attempt may be made now, and counts it.
func (r *reclaim) due(now time.Time) bool {
	if now.Before(r.next) {
		return false
	}
	if now.Sub(r.next) > calmAfter {
		r.pause = 0
	}
	r.pause = min(max(2*r.pause, firstReclaim), lastReclaim)
	r.next = now.Add(r.pause)
	return true
}

// failed takes back what due counted: nothing was undone.
func (r *reclaim) failed(now time.Time) { r.pause, r.next = r.pause/2, now }

// deleteWebhook makes Telegram keep its updates until they are fetched. The ones that wait stay.
func (t *Telegram) deleteWebhook(ctx context.Context) error {
	_, err := t.call(ctx, callTime, "deleteWebhook", tgbotapi.Params{"drop_pending_updates": "false"})
	if err != nil && ctx.Err() == nil {
		t.setFailure(err)
	}
	return err
}

// removeForeignWebhook removes a webhook that was set while this process polls, and reports whether it is gone. Another
// poller is no webhook.
func (t *Telegram) removeForeignWebhook(ctx context.Context, r *reclaim, err error) bool {
	e := refusalIn(err)
	if e == nil || e.code != 409 || strings.Contains(strings.ToLower(e.description), "other getupdates") || !r.due(t.opt.Now()) {
		return false
	}
	if t.deleteWebhook(ctx) != nil {
		r.failed(t.opt.Now())
		return false
	}
	t.log.Warn("telegram: a webhook that another process set is taken away")
	return true
}

// hookCheck is how often the webhook is checked.
const hookCheck = time.Minute

// runWebhook sets the webhook, keeps it set and returns when ctx ends. The pushes arrive at the handler.
func (t *Telegram) runWebhook(ctx context.Context) {
	t.awaitName(ctx)
	if t.untilDone(ctx, "setWebhook", t.setWebhook) != nil {
		return
	}
	for k := (hookKeeper{t: t, set: t.opt.Now()}); besteffort.Sleep(ctx, hookCheck); {
		t.untilDone(ctx, "getWebhookInfo", k.check)
	}
}

// hookKeeper sets the webhook again if another process took it away or set its own.
type hookKeeper struct {
	t   *Telegram
	r   reclaim
	set time.Time // when it was set last
}

func (k *hookKeeper) check(ctx context.Context) error {
	t := k.t
	ours, err := t.webhookIsOurs(ctx, k.set)
	if err != nil || ours {
		return err
	}
	t.stats.Conflicts.Add(1)
	t.setStatus(Conflict, 0)
	t.log.Error("telegram: another process took the webhook away, or set its own")
	if !k.r.due(t.opt.Now()) {
		return nil
	}
	if err := t.setWebhook(ctx); err != nil {
		k.r.failed(t.opt.Now())
		return err
	}
	k.set = t.opt.Now()
	return nil
}

func (t *Telegram) setWebhook(ctx context.Context) error {
	_, err := t.call(ctx, callTime, "setWebhook", tgbotapi.Params{
		"url": t.hookURL(), "secret_token": t.opt.Secret,
		"allowed_updates": allowed, "max_connections": "40", "drop_pending_updates": "false",
	})
	switch {
	case err == nil:
		t.setStatus(Receiving, 0)
	case ctx.Err() == nil:
		t.setFailure(err)
	}
	return err
}

func (t *Telegram) hookURL() string { return strings.TrimRight(t.opt.PublicURL, "/") + WebhookPath }

// webhookIsOurs reports whether the webhook is still the one that was set. Its address shows that; a foreign secret
// shows only in pushes that this process refuses.
func (t *Telegram) webhookIsOurs(ctx context.Context, set time.Time) (bool, error) {
	var info struct {
		URL       string `json:"url"`
		ErrorDate int64  `json:"last_error_date"`
		Error     string `json:"last_error_message"`
	}
	err := t.callInto(ctx, &info, "getWebhookInfo", nil)
	if codeOf(err) == 404 {
		return true, t.setWebhook(ctx) // a server that cannot be asked: setting what is set changes nothing
	}
	if err != nil {
		if ctx.Err() == nil {
			t.setFailure(err)
		}
		return false, err
	}
	if info.URL != t.hookURL() || info.ErrorDate > set.Unix() && strings.Contains(info.Error, "401") {
		return false, nil
	}
	t.setStatus(Receiving, 0)
	return true, nil
}

package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/adapters/besteffort"
)

// ErrToken is logged when Telegram refuses the token. The channel goes on trying.
var ErrToken = errors.New("the token is refused: if that lasts, ask @BotFather for the bot's token")

// callTime is the usual limit of a call.
const callTime = 10 * time.Second

// apiError is a refusal. Telegram's description is not part of its text: it may quote what people wrote.
type apiError struct {
	method      string
	code        int
	after       time.Duration // of a 429
	moved       bool          // the group has another id now
	description string
}

func (e *apiError) Error() string { return fmt.Sprintf("%s: refused with %d", e.method, e.code) }

// call makes one call.
func (t *Telegram) call(ctx context.Context, limit time.Duration, method string, p tgbotapi.Params) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	api := t.api
	api.Client = withContext{ctx, t.api.Client.(*transport)}
	res, err := api.MakeRequest(method, p)
	return t.answer(method, res, err)
}

// upload makes one call with a file.
func (t *Telegram) upload(ctx context.Context, method string, p tgbotapi.Params, f tgbotapi.RequestFile) (json.RawMessage, error) {
	api := t.api
	api.Client = withContext{ctx, t.api.Client.(*transport)}
	res, err := api.UploadFiles(method, p, []tgbotapi.RequestFile{f})
	return t.answer(method, res, err)
}

// callInto makes one call and decodes what it gives.
func (t *Telegram) callInto(ctx context.Context, v any, method string, p tgbotapi.Params) error {
	result, err := t.call(ctx, callTime, method, p)
	if err != nil {
		return err
	}
	if json.Unmarshal(result, v) != nil {
		return fmt.Errorf("%s: the answer is not understood", method)
	}
	return nil
}

// answer turns what the library returns into a result or one of our errors.
func (t *Telegram) answer(method string, res *tgbotapi.APIResponse, err error) (json.RawMessage, error) {
	if err == nil {
		t.tokenRefusals.accepted()
		return res.Result, nil
	}
	t.stats.failed(method).Add(1)
	var refused *tgbotapi.Error
	var status *statusError
	out := &apiError{method: method}
	switch {
	case errors.As(err, &refused):
		out.code, out.description, out.moved = refused.Code, refused.Message, refused.MigrateToChatID != 0
		out.after = time.Duration(min(refused.RetryAfter, 86400)) * time.Second
		if out.code == 0 && res != nil { // the library forgets it on uploads
			out.code = res.ErrorCode
		}
		t.noteToken(out)
	case errors.As(err, &status) && (status.status == 429 || status.status == 413):
		out.code, out.after = status.status, status.after
	default:
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	if out.code == 429 {
		t.stats.TooMany.Add(1)
		out.after = max(out.after, time.Second)
	}
	return nil, out
}

// noteToken records whether a refusal is about the token. A server in trouble proves nothing.
func (t *Telegram) noteToken(e *apiError) {
	switch {
	case e.refusesToken():
		t.tokenRefusals.refused(t.opt.Now())
	case e.code < 500:
		t.tokenRefusals.accepted()
	}
}

// refusalIn returns the refusal in an error; nil if there is none.
func refusalIn(err error) *apiError {
	var e *apiError
	if !errors.As(err, &e) {
		return nil
	}
	return e
}

// codeOf is the code of a refusal, 0 for any other error.
func codeOf(err error) int {
	if e := refusalIn(err); e != nil {
		return e.code
	}
	return 0
}

// refusesToken reports whether a refusal is about the token. The Bot API refuses a good token now and then.
func (e *apiError) refusesToken() bool { return e.code == 401 || e.code == 404 }

// tokenRefused reports the same of any error.
func tokenRefused(err error) bool {
	e := refusalIn(err)
	return e != nil && e.refusesToken()
}

// untilDone repeats f until it works, with growing pauses. It returns an error only when ctx ends.
func (t *Telegram) untilDone(ctx context.Context, what string, f func(context.Context) error) error {
	for b := newBackoff(longestPause); ; {
		err := f(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		t.logRetry(what, err)
		if !t.pause(ctx, &b, err) {
			return ctx.Err()
		}
	}
}

// logRetry logs a failed call that will be made again.
func (t *Telegram) logRetry(what string, err error) {
	e := refusalIn(err)
	switch {
	case tokenRefused(err):
		t.log.Error("telegram is off, and will try again", "call", what, "code", codeOf(err), "err", ErrToken)
	case e != nil && e.code == 400:
		t.log.Error("telegram: refused", "call", what, "because", e.description) // about our own settings: nothing personal
	default:
		t.log.Warn("telegram: will try again", "call", what, "err", err)
	}
}

// pause waits before a call is made again: for long if its token is believed to be wrong. False means that ctx ended.
func (t *Telegram) pause(ctx context.Context, b *besteffort.Backoff, err error) bool {
	b.Most = longestPause
	if tokenRefused(err) && t.tokenRefusals.believed(t.opt.Now()) {
		b.Most = wrongPause
	}
	return pause(ctx, b, err)
}

// The first pause before a call is made again, and the longest.
const (
	firstPause   = 200 * time.Millisecond
	longestPause = 30 * time.Second
)

func newBackoff(most time.Duration) besteffort.Backoff {
	return besteffort.Backoff{First: firstPause, Most: most, Jitter: true}
}

// pause waits, longer each time, at least for as long as err asks. False means that ctx ended.
func pause(ctx context.Context, b *besteffort.Backoff, err error) bool {
	d := b.Next()
	if e := refusalIn(err); e != nil {
		d = max(d, e.after)
	}
	return besteffort.Sleep(ctx, d)
}

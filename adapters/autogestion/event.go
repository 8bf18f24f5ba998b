package autogestion

import "context"

// Event is something that an operator watches: a sign-in, a link, a reset, a refused key. It names nobody.
type Event string

// The events.
const (
	EventSignIn   Event = "sign_in"
	EventSecond   Event = "second_code"
	EventRegister Event = "registration"
	EventReset    Event = "reset"
	EventOffice   Event = "office_code"
	EventLink     Event = "link"
	EventKey      Event = "key"
	EventOpenID   Event = "openid"
)

// event logs and counts an event. It is called outside of transactions: what was rolled back did not happen.
func (s *Service) event(ctx context.Context, e Event, err error) {
	result := "ok"
	if err != nil {
		result = "refused"
	}
	s.opt.Log.InfoContext(ctx, "autogestion: authentication", "event", e, "result", result)
	if s.opt.Event != nil {
		s.opt.Event(e, result)
	}
}

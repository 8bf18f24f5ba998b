package whatsapp

import (
	"context"
	"net/http"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"llave/adapters/besteffort"
	"llave/bot"
)

// session is one client on a linked device, from its first connection to its end.
type session struct {
	w       *WhatsApp
	cli     *whatsmeow.Client
	to      bot.Accepter
	ctx     context.Context // ends when no more is to be handed to the bot
	account string          // names the number in chats: its LID, which is no number
	number  string
	lid     types.JID

	turn     chan struct{}  // held while a message is handed to the bot
	receipts chan receiptOf // that wait to be handed to the bot
	work     group          // what goes on beside the library's handlers
	mu       sync.Mutex
	over     bool // it came to an end that it does not come back from by itself
	ended    chan Status
}

// client makes a client of a device, with the transport of the options.
func (w *WhatsApp) client(dev *store.Device, ignored func(id, source string)) *whatsmeow.Client {
	cli := whatsmeow.NewClient(dev, logger{w.log, ignored})
	files := http.DefaultTransport
	if w.opt.Transport != nil {
		way := &http.Client{Transport: w.opt.Transport}
		cli.SetWebsocketHTTPClient(way)
		cli.SetPreLoginHTTPClient(way)
		files = w.opt.Transport
	}
	cli.SetMediaHTTPClient(&http.Client{Transport: boundedTransport{files}})
	// An acknowledgement follows the handler, and what was decrypted is kept until then: at least once.
	cli.SynchronousAck, cli.EnableDecryptedEventBuffer = true, true
	cli.UseRetryMessageStore = true // what somebody could not decrypt can be sent again after a restart
	cli.InitialAutoReconnect = true
	cli.ManualHistorySyncDownload = true // what was said before is nobody's business here
	return cli
}

// open makes a session of the linked device. Nil: none is linked.
func (w *WhatsApp) open(ctx context.Context, to bot.Accepter) (*session, error) {
	dev, err := w.devices.paired(ctx)
	if err != nil || dev == nil {
		return nil, err
	}
	w.install(dev)
	s := &session{w: w, to: to, ctx: ctx, account: dev.LID.User, number: dev.ID.User, lid: dev.LID.ToNonAD(), ended: make(chan Status, 1), turn: make(chan struct{}, 1), receipts: make(chan receiptOf, maxReceipts)}
	if s.account == "" {
		s.account = "phone" // linked before there were LIDs: there is one number only
	}
	s.cli = w.client(dev, s.usedKey)
	s.cli.AddEventHandlerWithSuccessStatus(s.handle)
	return s, nil
}

// Run receives until ctx ends, and then returns nil. While no phone is linked it waits for one. It returns an error
// only if the device store cannot be read. After it has returned it hands nothing to the bot any more, and nothing can
// be sent.
func (w *WhatsApp) Run(ctx context.Context, to bot.Accepter) error {
	defer w.setStatus(Status{State: Stopped})
	defer w.typing.Stop()
	within, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	work.Go(func() { w.notifyLoop(within) })
	for again := (besteffort.Backoff{First: w.opt.Timing.Again, Most: longestPause}); ctx.Err() == nil; {
		w.mu.Lock()
		linked := w.paired
		w.mu.Unlock()
		s, err := w.open(ctx, to)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if s == nil {
			status := w.unlinked(ctx)
			if ctx.Err() != nil {
				return nil // the status may be half read
			}
			w.setStatus(status)
			select {
			case <-linked:
			case <-ctx.Done():
			}
			continue
		}
		if !w.banned(ctx) {
			return nil
		}
		began := w.now()
		end := s.run()
		if ctx.Err() != nil {
			return nil
		}
		w.setStatus(end)
		if end.State == LoggedOut {
			if err := w.devices.forget(ctx); err != nil && ctx.Err() == nil { // the library may not have come to it yet
				return err
			}
		}
		if w.now().Sub(began) > time.Hour {
			again.Reset()
		}
		w.pauseAfter(ctx, end, &again)
	}
	return nil
}

// notifyLoop checks now and then whether time alone has changed the state.
func (w *WhatsApp) notifyLoop(ctx context.Context) {
	for every := time.NewTicker(10 * time.Minute); ; {
		select {
		case <-every.C:
			w.notify()
		case <-ctx.Done():
			every.Stop()
			return
		}
	}
}

// unlinked is the state without a linked device: it never had one, or lost it.
func (w *WhatsApp) unlinked(ctx context.Context) Status {
	if at := w.devices.notedTime(ctx, "logged_out"); !at.IsZero() {
		return Status{State: LoggedOut, Since: at, Code: w.devices.notedCode(ctx, "logged_out")}
	}
	return Status{State: Unpaired}
}

// pauseAfter waits as long as the end of a session requires.
func (w *WhatsApp) pauseAfter(ctx context.Context, end Status, again *besteffort.Backoff) {
	switch end.State {
	case Outdated:
		<-ctx.Done() // no other answer will come to this version
	case LoggedOut, Banned: // told apart by what was noted
	default:
		besteffort.Sleep(ctx, again.Next())
	}
}

// banned waits for the end of a stored ban, perhaps of an earlier process. False: ctx ended.
func (w *WhatsApp) banned(ctx context.Context) bool {
	until := w.devices.notedTime(ctx, "banned")
	d := until.Sub(w.now())
	if d <= 0 {
		return true
	}
	if w.Status().State != Banned {
		w.setStatus(Status{State: Banned, Until: until, Code: w.devices.notedCode(ctx, "banned")})
	}
	return besteffort.Sleep(ctx, d)
}

// run connects, and returns how the session ended. Until then the library reconnects by itself where it can.
func (s *session) run() Status {
	w := s.w
	w.setStatus(Status{State: Connecting})
	w.mu.Lock()
	w.live = s
	w.mu.Unlock()
	watching, cancel := context.WithCancel(s.ctx)
	s.work.start(func() { s.watch(watching) })
	s.work.start(func() { s.handReceipts(watching) })
	defer func() {
		w.mu.Lock()
		w.live = nil
		w.mu.Unlock()
		s.cli.Disconnect()
		cancel()
		s.work.close()
	}()
	if err := s.cli.Connect(); err != nil {
		w.log.Warn("whatsapp: no connection", "err", withoutURL(err))
		return Status{State: Refused}
	}
	select {
	case end := <-s.ended:
		return end
	case <-s.ctx.Done():
		return Status{State: Stopped}
	}
}

// end ends the session: the library does not come back from this, or must not. Its later events are ignored.
func (s *session) end(end Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	s.over = true
	end.Since = s.w.now()
	switch end.State {
	case LoggedOut:
		s.w.rememberCode("logged_out", end.Since, end.Code)
	case Banned:
		s.w.rememberCode("banned", end.Until, end.Code)
	}
	s.ended <- end
}

// setState records a change of the connection that is no end.
func (s *session) setState(state State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over && s.ctx.Err() == nil {
		s.w.setStatus(Status{State: state})
	}
}

// connectionEvent handles an event of the connection.
func (s *session) connectionEvent(event any) {
	w := s.w
	switch e := event.(type) {
	case *events.Connected:
		w.mu.Lock()
		known := !w.phone.IsZero()
		w.mu.Unlock()
		if !known {
			w.phoneSeen() // there is nothing earlier to count from
		}
		s.setState(Connected)
	case *events.KeepAliveRestored:
		s.setState(Connected)
	case *events.Disconnected:
		s.setState(Reconnecting)
	case *events.LoggedOut:
		s.end(Status{State: LoggedOut, Code: int(e.Reason)})
	case *events.TemporaryBan:
		s.end(Status{State: Banned, Code: int(e.Code), Until: w.now().Add(max(e.Expire, time.Minute))})
	case *events.ClientOutdated:
		s.end(Status{State: Outdated, Code: 405})
	case *events.StreamReplaced:
		w.stats.Replaced.Add(1)
		s.end(Status{State: Replaced})
	case *events.ConnectFailure:
		s.end(Status{State: Refused, Code: int(e.Reason)})
	case *events.KeepAliveTimeout:
		s.unanswered(e.ErrorCount)
	case *events.NotifyAccountReachoutTimelock:
		if e.IsActive {
			w.limitSending(e.TimeEnforcementEnds.Time, 463)
		} else {
			w.endLimit()
		}
	}
}

// unanswered gives up a connection without answers: the library would wait for minutes.
func (s *session) unanswered(times int) {
	s.setState(Reconnecting)
	if times%3 == 0 {
		s.work.start(s.cli.ResetConnection)
	}
}

// longestPause is the longest pause before a connection is tried again.
const longestPause = 10 * time.Minute

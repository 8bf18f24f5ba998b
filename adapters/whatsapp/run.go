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

	turn  chan struct{} // held while a message is handed to the bot
	work  group         // what goes on beside the library's handlers
	mu    sync.Mutex
	over  bool // it came to an end that it does not come back from by itself
	ended chan Status
}

// client makes a client of a device, and has everything go the way that the options say.
func (w *WhatsApp) client(dev *store.Device, ignored func(id, source string)) *whatsmeow.Client {
	cli := whatsmeow.NewClient(dev, logger{w.log, ignored})
	files := http.DefaultTransport
	if w.opt.Transport != nil {
		way := &http.Client{Transport: w.opt.Transport}
		cli.SetWebsocketHTTPClient(way)
		cli.SetPreLoginHTTPClient(way)
		files = w.opt.Transport
	}
	cli.SetMediaHTTPClient(&http.Client{Transport: bounded{files}})
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
	s := &session{w: w, to: to, ctx: ctx, account: dev.LID.User, number: dev.ID.User, lid: dev.LID.ToNonAD(), ended: make(chan Status, 1), turn: make(chan struct{}, 1)}
	if s.account == "" {
		s.account = "phone" // linked before there were LIDs: there is one number only
	}
	s.cli = w.client(dev, s.usedKey)
	s.cli.AddEventHandlerWithSuccessStatus(s.handle)
	return s, nil
}

// Run hears until ctx ends, and then returns nil. While no phone is linked it waits for one. It returns an error only if
// the device store cannot be read. Once it has returned nothing is handed to the bot any more, and nothing can be sent.
func (w *WhatsApp) Run(ctx context.Context, to bot.Accepter) error {
	defer w.set(Status{State: Stopped})
	defer w.typing.Stop()
	within, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	work.Go(func() { w.announcing(within) })
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
			w.set(w.unlinked(ctx))
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
		end := s.lives()
		if ctx.Err() != nil {
			return nil
		}
		w.set(end)
		if end.State == LoggedOut {
			if err := w.devices.forget(ctx); err != nil && ctx.Err() == nil { // the library may not have come to it yet
				return err
			}
		}
		if w.now().Sub(began) > time.Hour {
			again.Reset()
		}
		w.pause(ctx, end, &again)
	}
	return nil
}

// announcing looks once in a while whether time alone has changed how it stands.
func (w *WhatsApp) announcing(ctx context.Context) {
	for every := time.NewTicker(10 * time.Minute); ; {
		select {
		case <-every.C:
			w.announce()
		case <-ctx.Done():
			every.Stop()
			return
		}
	}
}

// unlinked is how it stands without a linked device: it never had one, or has one no more.
func (w *WhatsApp) unlinked(ctx context.Context) Status {
	if at := w.devices.notedTime(ctx, "logged_out"); !at.IsZero() {
		return Status{State: LoggedOut, Since: at, Code: w.devices.notedCode(ctx, "logged_out")}
	}
	return Status{State: Unpaired}
}

// pause waits for as long as an end asks for.
func (w *WhatsApp) pause(ctx context.Context, end Status, again *besteffort.Backoff) {
	switch end.State {
	case Outdated:
		<-ctx.Done() // no other answer will come to this version
	case LoggedOut, Banned: // told apart by what was noted
	default:
		besteffort.Sleep(ctx, again.Next())
	}
}

// banned waits for the end of a ban that was noted, maybe by an earlier process. False: ctx ended.
func (w *WhatsApp) banned(ctx context.Context) bool {
	until := w.devices.notedTime(ctx, "banned")
	d := until.Sub(w.now())
	if d <= 0 {
		return true
	}
	if w.Status().State != Banned {
		w.set(Status{State: Banned, Until: until, Code: w.devices.notedCode(ctx, "banned")})
	}
	return besteffort.Sleep(ctx, d)
}

// lives connects, and returns how it ended. Until then the library comes back by itself from what it can.
func (s *session) lives() Status {
	w := s.w
	w.set(Status{State: Connecting})
	w.mu.Lock()
	w.live = s
	w.mu.Unlock()
	watching, cancel := context.WithCancel(s.ctx)
	s.work.start(func() { s.watch(watching) })
	defer func() {
		w.mu.Lock()
		w.live = nil
		w.mu.Unlock()
		s.cli.Disconnect()
		cancel()
		s.work.close()
	}()
	if err := s.cli.Connect(); err != nil {
		w.log.Warn("whatsapp: no connection", "err", plain(err))
		return Status{State: Refused}
	}
	select {
	case end := <-s.ended:
		return end
	case <-s.ctx.Done():
		return Status{State: Stopped}
	}
}

// ends is an end that the library does not come back from, or must not. What the library says afterwards, as it may, is
// not believed.
func (s *session) ends(end Status) {
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

// stands is a change that is no end.
func (s *session) stands(state State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over && s.ctx.Err() == nil {
		s.w.set(Status{State: state})
	}
}

// changed is an event of the connection's.
func (s *session) changed(event any) {
	w := s.w
	switch e := event.(type) {
	case *events.Connected:
		w.mu.Lock()
		known := !w.phone.IsZero()
		w.mu.Unlock()
		if !known {
			w.phoneSeen() // there is nothing earlier to count from
		}
		s.stands(Connected)
	case *events.KeepAliveRestored:
		s.stands(Connected)
	case *events.Disconnected:
		s.stands(Reconnecting)
	case *events.LoggedOut:
		s.ends(Status{State: LoggedOut, Code: int(e.Reason)})
	case *events.TemporaryBan:
		s.ends(Status{State: Banned, Code: int(e.Code), Until: w.now().Add(max(e.Expire, time.Minute))})
	case *events.ClientOutdated:
		s.ends(Status{State: Outdated, Code: 405})
	case *events.StreamReplaced:
		w.stats.Replaced.Add(1)
		s.ends(Status{State: Replaced})
	case *events.ConnectFailure:
		s.ends(Status{State: Refused, Code: int(e.Reason)})
	case *events.KeepAliveTimeout:
		s.silent(e.ErrorCount)
	case *events.NotifyAccountReachoutTimelock:
		if e.IsActive {
			w.limited(e.TimeEnforcementEnds.Time, 463)
		} else {
			w.unlimited()
		}
	}
}

// silent gives up a connection that does not answer: the library would wait for minutes.
func (s *session) silent(times int) {
	s.stands(Reconnecting)
	if times%3 == 0 {
		s.work.start(s.cli.ResetConnection)
	}
}

// longestPause is the longest pause before a connection is tried again.
const longestPause = 10 * time.Minute

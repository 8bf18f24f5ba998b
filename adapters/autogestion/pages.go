package autogestion

import (
	"context"
	"errors"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
	"llave/adapters/autogestion/work"
	"llave/flows/backend"
)

// pages returns the pages of this service.
func (s *Service) pages() *web.Pages {
	o := web.Options{Invites: invitePages{s}, Accounts: accountPages{s}, SheetKeys: s.SheetKeys, PublicURL: s.opt.PublicURL, Phone: s.opt.MesaPhone, RunBy: s.opt.RunBy,
		Demo: s.opt.Demo, NoMail: s.opt.NoMail, Registration: registrations[s.register()], Now: s.now, Texts: s.texts, Log: s.opt.Log,
		Work: workPages{s}, Mine: minePages{s}, NewName: func() (string, error) { b, err := s.keys.random(32); return text64(b), err }}
	if s.opt.Demo {
		o.Mailbox = s.mailPage
	}
	if s.opt.OpenID != nil {
		o.OpenID = openidPages{s}
	}
	return web.New(o)
}

var registrations = map[RegisterMode]web.Registration{RegisterOff: web.Nowhere, RegisterOffice: web.InOffice}

// invitePages implements web.Invites.
type invitePages struct{ s *Service }

var stages = map[phase]web.Stage{inviteFresh: web.Fresh, inviteOpened: web.Opened, inviteSigned: web.SignedIn, inviteOver: web.Done}

// Stage implements web.Invites. An invite that is over is an error, but for the browser that finished it.
func (p invitePages) Stage(ctx context.Context, secret, browser, session string) (out web.Invite, err error) {
	err = p.s.read(ctx, func(q querier, now time.Time) error {
		i, err := p.s.inviteAt(ctx, q, secret)
		if err != nil {
			return err
		}
		at := i.phase(now)
		out = web.Invite{Channel: i.in.Channel, Label: i.in.Label, Sender: i.in.Sender, OpenUntil: i.openUntil, Stage: stages[at]}
		if at == inviteFresh {
			return nil
		}
		if at == inviteOpened {
			second, err := p.s.secondOpen(ctx, q, i.id, now)
			if err != nil {
				return err
			}
			if second {
				out.Stage = web.SecondCode
			}
			if out.Signer, err = p.s.signerName(ctx, q, session, now); err != nil {
				return err
			}
		}
		same := p.s.sameBrowser(i, browser)
		if at == inviteOver && (i.link == "" || same != nil) {
			return backend.ErrNoInvite
		}
		return same
	})
	return out, wrap("invite page", err)
}

func (p invitePages) GoOn(ctx context.Context, secret, browser string) error {
	return p.s.goOn(ctx, secret, browser)
}

func (p invitePages) Decline(ctx context.Context, secret string) error {
	return p.s.Decline(ctx, secret)
}

func (p invitePages) SignIn(ctx context.Context, in form.SignIn) error {
	err := p.s.signIn(ctx, in)
	p.s.event(ctx, EventSignIn, err)
	return err
}

func (p invitePages) Second(ctx context.Context, in form.SignIn, code string) error {
	err := p.s.finishSecond(ctx, in, code)
	p.s.event(ctx, EventSecond, err)
	return err
}

func (p invitePages) Again(ctx context.Context, in form.SignIn) error {
	return p.s.leaveSecond(ctx, in)
}

func (p invitePages) Code(ctx context.Context, secret, browser string) (web.Code, error) {
	return p.s.signedIn(ctx, secret, browser)
}

// workPages implements web.Work.
type workPages struct{ s *Service }

func (p workPages) Challenge(l int) (any, error) { return p.s.work.Challenge(work.Level(l)) }

func (p workPages) SignIn(ctx context.Context, address string) int {
	return int(p.s.addressLevel(ctx, tallyAddress, address))
}

func (p workPages) Form(ctx context.Context, address string) int {
	return int(p.s.addressLevel(ctx, tallyFormAddress, address))
}

// accountPages implements web.Accounts.
type accountPages struct{ s *Service }

func (p accountPages) Register(ctx context.Context, r form.Registration) error {
	return p.s.Register(ctx, r)
}

func (p accountPages) OwnForm(ctx context.Context, secret, browser string) (own bool) {
	err := p.s.read(ctx, func(q querier, now time.Time) error {
		r, err := p.s.registrationOf(ctx, q, secret, codeTries, now)
		own = r.Browser == browser
		return err
	})
	return own || err != nil
}

func (p accountPages) FinishRegistration(ctx context.Context, secret, browser, password string) (session string, err error) {
	account, err := p.s.FinishRegistration(ctx, secret, browser, password)
	return p.signedIn(ctx, EventRegister, account, err)
}

func (p accountPages) Office(ctx context.Context, o form.Office) (session string, err error) {
	account, err := p.s.useOffice(ctx, o)
	return p.signedIn(ctx, EventOffice, account, err)
}

// signedIn counts an event, and begins a session of the account that it gave to its person.
func (p accountPages) signedIn(ctx context.Context, e Event, account int64, err error) (session string, _ error) {
	p.s.event(ctx, e, err)
	if err != nil {
		return "", err
	}
	return p.s.freshSession(ctx, account), nil
}

func (p accountPages) AskReset(ctx context.Context, r form.ResetRequest) error {
	return p.s.askReset(ctx, r)
}

func (p accountPages) Reset(ctx context.Context, r form.Reset) (session string, err error) {
	account, err := p.s.doReset(ctx, r)
	return p.signedIn(ctx, EventReset, account, err)
}

// Resume implements web.Accounts.
func (p accountPages) Resume(ctx context.Context, browser string) (secret string) {
	err := p.s.read(ctx, func(q querier, now time.Time) error {
		i, err := p.s.inviteBy(ctx, q, "i.browser = ? AND i.account IS NULL AND i.ended = '' ORDER BY i.rowid DESC LIMIT 1", p.s.browserHash(browser))
		if err == nil && i.phase(now) == inviteOpened {
			secret = p.s.secretOf(i.seed)
		}
		return err
	})
	if err != nil && !errors.Is(err, backend.ErrNoInvite) {
		p.s.opt.Log.ErrorContext(ctx, "autogestion: resume", "err", err)
	}
	return secret
}

// mailPage lists the e-mails of the demo.
func (s *Service) mailPage(ctx context.Context) (out []web.Mail, err error) {
	all, err := s.mailbox(ctx)
	for _, m := range all {
		out = append(out, web.Mail{To: m.To, Subject: m.Subject, Text: m.Text, At: m.At})
	}
	return out, err
}

package main

import (
	"context"
	"errors"

	"llave/adapters/autogestion"
	"llave/adapters/autogestion/smtp"
)

// checkSMTP reads the address of the mail server. It and the sender's address come together.
func (c *config) checkSMTP(report errorReport) {
	if c.SMTP == "" && c.MailFrom == "" {
		return
	}
	if c.SMTP == "" || c.MailFrom == "" {
		report("LLAVE_SMTP.both", nil)
		return
	}
	var err error
	c.mail, err = smtp.New(c.SMTP, c.MailFrom)
	switch {
	case errors.Is(err, smtp.ErrFrom):
		report("LLAVE_MAIL_FROM.shape", nil)
	case err != nil:
		report("LLAVE_SMTP.shape", nil) // not the value: it may hold the password
	}
}

// mailer sends the back end's e-mail.
type mailer struct{ server *smtp.Server }

// Mail implements autogestion.Mailer.
func (m mailer) Mail(ctx context.Context, e autogestion.Mail) error {
	return m.server.Send(ctx, e.ID, e.To, e.Subject, e.Text, e.At)
}

// startMail sends the embedded back end's e-mail in the background.
func (a *app) startMail() {
	if a.embedded != nil && a.mail != nil {
		a.background("autogestion: the e-mail", func(ctx context.Context) error { a.embedded.DeliverForever(ctx, mailer{a.mail}); return nil })
	}
}

package autogestion

import "context"

// mailbox is a Mailer that keeps the e-mails, or fails.
type mailbox struct {
	got  []Mail
	fail error
}

func (b *mailbox) Mail(_ context.Context, m Mail) error {
	if b.fail == nil {
		b.got = append(b.got, m)
	}
	return b.fail
}

package autogestion

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
	"llave/flows/backend"
	"llave/flows/backend/backendtest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	backendtest.Suite(t, func(t *testing.T) backendtest.Fixture { return &suiteFixture{fixture: demo(t), csv: string(demoCSV)} })
}

// suiteFixture gives the suite its controls.
type suiteFixture struct {
	fixture
	csv string
	n   atomic.Int64
}

func (w *suiteFixture) Tokens() backend.Tokens  { return w.Service }
func (w *suiteFixture) Links() backend.Links    { return w.Service }
func (w *suiteFixture) Sheets() backend.Sheets  { return w.Service }
func (w *suiteFixture) Now() time.Time          { return w.clock.Now() }
func (w *suiteFixture) Advance(d time.Duration) { w.advance(d) }

func (w *suiteFixture) Open(ctx context.Context, url string) error {
	return w.open(ctx, url)
}

// open loads the first page of an invite in a new browser. Another browser may have gone on.
func (w fixture) open(ctx context.Context, url string) error {
	_, err := invitePages{w.Service}.Stage(ctx, url, "", "")
	if errors.Is(err, web.ErrInUse) {
		return nil
	}
	return err
}

// SignIn uses a new browser each time.
func (w *suiteFixture) SignIn(ctx context.Context, url, cuil, password string) (string, error) {
	browser := fmt.Sprintf("browser-%d", w.n.Add(1))
	if err := w.goOn(ctx, url, browser); err != nil {
		return "", err
	}
	if err := w.signIn(ctx, form.SignIn{Secret: url, Browser: browser, CUIL: cuil, Password: password, Consent: true}); err != nil {
		return "", err
	}
	done, err := w.signedIn(ctx, url, browser)
	return done.Code, err
}

func (w *suiteFixture) Validate(ctx context.Context, number, digits string) (backend.Reason, error) {
	v, err := w.Service.Validate(ctx, DemoProviderKey, Validation{RequestID: fmt.Sprint("r", w.n.Add(1)), AffiliateNumber: number, Token: digits})
	return v.Reason, err
}

func (w *suiteFixture) SetStanding(ctx context.Context, name, standing string) error {
	return w.change(ctx, func(f []string) []string {
		if f[1] == name {
			f[4] = standing
		}
		return f
	})
}

func (w *suiteFixture) Remove(ctx context.Context, holder, name string) error {
	return w.change(ctx, func(f []string) []string {
		if f[1] == name && f[5] == holder {
			return nil
		}
		return f
	})
}

// change edits the padrón and imports it again.
func (w *suiteFixture) change(ctx context.Context, edit func([]string) []string) error {
	lines := strings.Split(strings.TrimSpace(w.csv), "\n")
	out := lines[:1]
	for _, l := range lines[1:] {
		if f := edit(strings.Split(l, ",")); f != nil {
			out = append(out, strings.Join(f, ","))
		}
	}
	w.csv = strings.Join(out, "\n") + "\n"
	r, err := w.Import(ctx, bytes.NewReader([]byte(w.csv)))
	if err == nil && len(r.Bad) > 0 {
		err = fmt.Errorf("line %d: %s", r.Bad[0].Line, r.Bad[0].Reason)
	}
	return err
}

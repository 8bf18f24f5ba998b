package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"llave/adapters/telegram/telegramtest"
)

// deskUser is a person whose cases are answered.
type deskUser struct {
	*telegramtest.User
	ctx      context.Context
	name     string
	said     []string // what was said in a case
	received []string // what agents said, in order, without repetitions
}

var (
	caseOpened = regexp.MustCompile(`tu caso(?: es el)? (\d+)`)
	agentsText = regexp.MustCompile(`respuesta \S+ de \S+`)
)

// oneCase asks for a person, thanks for the answer and waits until the case is closed.
func (u *deskUser) oneCase() error {
	u.says("persona")
	if err := u.until(caseOpened.MatchString); err != nil {
		return fmt.Errorf("opening: %w", err)
	}
	u.says(u.name + " pregunta")
	before := len(u.received)
	if err := u.until(func(string) bool { return len(u.received) > before }); err != nil {
		return fmt.Errorf("an answer: %w", err)
	}
	u.says(u.name + " gracias")
	if err := u.until(func(text string) bool { return strings.Contains(text, "cerró el caso") }); err != nil {
		return fmt.Errorf("closing: %w", err)
	}
	return nil
}

func (u *deskUser) says(text string) {
	u.said = append(u.said, text)
	u.Says(text)
}

// until reads messages until one is what is wanted, and keeps what agents say.
func (u *deskUser) until(wanted func(text string) bool) error {
	ctx, cancel := context.WithTimeout(u.ctx, 8*time.Minute)
	defer cancel()
	for {
		m, err := u.Next(ctx)
		if err != nil {
			return err
		}
		if text := agentsText.FindString(m.Text); text != "" {
			if err := u.receives(text); err != nil {
				return err
			}
		}
		if wanted(m.Text) {
			return nil
		}
	}
}

// receives keeps what an agent said. It may come again only as the last one that came.
func (u *deskUser) receives(text string) error {
	for i, have := range u.received {
		if have != text {
			continue
		}
		if i != len(u.received)-1 {
			return fmt.Errorf("%q comes again, behind %q", text, u.received[len(u.received)-1])
		}
		return nil
	}
	u.received = append(u.received, text)
	return nil
}

// deskAgent is an agent in a browser without scripts: JSON and forms.
type deskAgent struct {
	ctx    context.Context
	base   func() string
	client *http.Client
	user   string
	sent   atomic.Int64
}

// deskCase is the part of a case that is looked at.
type deskCase struct {
	ID       uint64 `json:"id"`
	State    string `json:"state"`
	Epoch    uint64 `json:"epoch"`
	Received uint64 `json:"heard"`
	Last     uint64 `json:"last"`
	Entries  []struct {
		N        uint64 `json:"n"`
		Kind     string `json:"kind"`
		Text     string `json:"text"`
		Delivery string `json:"delivery"`
	} `json:"entries"`
}

// deskAnswer is what a POST answers.
type deskAnswer struct {
	OK    bool   `json:"ok"`
	Case  uint64 `json:"case"`
	Epoch uint64 `json:"epoch"`
	Why   string `json:"why"`
}

// do makes one request until it is answered: the program may be down. An act that is repeated is the same act.
func (a *deskAgent) do(method, path string, form url.Values, into any) (int, error) {
	for a.ctx.Err() == nil {
		status, err := a.try(method, path, form, into)
		if err == nil && status < 500 && status != http.StatusAccepted && status != http.StatusTooManyRequests {
			return status, nil
		}
		select {
		case <-a.ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return 0, a.ctx.Err()
}

func (a *deskAgent) try(method, path string, form url.Values, into any) (int, error) {
	ctx, cancel := context.WithTimeout(a.ctx, 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, a.base()+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Accept", "application/json")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := a.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	if into != nil && res.StatusCode != http.StatusInternalServerError {
		if err := json.Unmarshal(body, into); err != nil && res.StatusCode == http.StatusOK {
			return 0, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	return res.StatusCode, nil
}

func (a *deskAgent) signIn(password string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	a.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	status, err := a.do(http.MethodPost, "/mesa/entrar", url.Values{"user": {a.user}, "password": {password}}, nil)
	if err == nil && status != http.StatusSeeOther && status != http.StatusOK {
		err = fmt.Errorf("signing in: status %d", status)
	}
	return err
}

// works takes cases and answers them until the day is over.
func (a *deskAgent) works(over <-chan struct{}) error {
	for {
		select {
		case <-over:
			return nil
		case <-a.ctx.Done():
			return a.ctx.Err()
		default:
		}
		var got deskAnswer
		status, err := a.do(http.MethodPost, "/mesa/casos/siguiente", url.Values{"act": {rand.Text()}}, &got)
		switch {
		case err != nil:
			return err
		case status == http.StatusConflict: // empty, or another one was quicker
			time.Sleep(50 * time.Millisecond)
		case status != http.StatusOK:
			return fmt.Errorf("next: status %d", status)
		default:
			if err := a.answers(got.Case); err != nil {
				return fmt.Errorf("case %d: %w", got.Case, err)
			}
		}
	}
}

// answers answers a case that was taken, and closes it when it is thanked for.
func (a *deskAgent) answers(id uint64) error {
	asked := func(c deskCase) bool { return c.says("pregunta") }
	if mine, err := a.waits(id, asked); !mine || err != nil {
		return err
	}
	text := fmt.Sprintf("respuesta %d.%d de %s", id, a.sent.Add(1), a.user)
	if mine, err := a.acts(id, "mensajes", url.Values{"text": {text}}); !mine || err != nil {
		return err
	}
	thanked := func(c deskCase) bool { return c.says("gracias") }
	if mine, err := a.waits(id, thanked); !mine || err != nil {
		return err
	}
	_, err := a.acts(id, "cerrar", url.Values{"why": {"resolved"}})
	return err
}

// says reports whether the affiliate said something since the case was last reopened.
func (c deskCase) says(words string) bool {
	said := false
	for _, e := range c.Entries {
		switch {
		case e.Kind == "reopened":
			said = false
		case e.Kind == "said" && strings.Contains(e.Text, words):
			said = true
		}
	}
	return said
}

// waits looks at a case until it is as wanted. Not mine: somebody else has it by now, or it is closed.
func (a *deskAgent) waits(id uint64, wanted func(deskCase) bool) (mine bool, err error) {
	for {
		c, err := a.looks(id)
		switch {
		case err != nil:
			return false, err
		case c.State != "assigned":
			return false, nil
		case wanted(c):
			return true, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (a *deskAgent) looks(id uint64) (c deskCase, err error) {
	status, err := a.do(http.MethodGet, fmt.Sprintf("/mesa/casos/%d", id), nil, &c)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("looking: status %d", status)
	}
	return c, err
}

// acts does something in a case. Where the screen was old, it looks again and draws up a new act.
func (a *deskAgent) acts(id uint64, what string, form url.Values) (mine bool, err error) {
	for {
		c, err := a.looks(id)
		if err != nil {
			return false, err
		}
		if c.State != "assigned" {
			return false, nil
		}
		form.Set("act", rand.Text())
		form.Set("epoch", fmt.Sprint(c.Epoch))
		form.Set("seen", fmt.Sprint(c.Last))
		var got deskAnswer
		status, err := a.do(http.MethodPost, fmt.Sprintf("/mesa/casos/%d/%s", id, what), form, &got)
		switch {
		case err != nil:
			return false, err
		case status == http.StatusOK:
			return true, nil
		case status == http.StatusConflict && (got.Why == "stale" || got.Why == "epoch"):
		case status == http.StatusForbidden || status == http.StatusGone || status == http.StatusConflict:
			return false, nil
		default:
			return false, fmt.Errorf("%s: status %d, %s", what, status, got.Why)
		}
	}
}

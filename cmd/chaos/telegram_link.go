package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"llave/adapters/telegram/telegramtest"
)

var (
	pageShape = regexp.MustCompile(`http://127\.0\.0\.1:\d+/autogestion/vincular/\S+`)
	backShape = regexp.MustCompile(`href="(https://t\.me/[^"]+)"`)
)

// link links a chat the way people do: a page, a sign-in, a tap back.
func (p *service) link(u *telegramtest.User) error {
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	u.Says("vincular")
	m, err := u.Next(ctx)
	for err == nil && !pageShape.MatchString(m.Text) { // an interim message may come before
		m, err = u.Next(ctx)
	}
	if err != nil {
		return err
	}
	back, err := signIn(ctx, pageShape.FindString(m.Text))
	if err != nil {
		return err
	}
	if !strings.HasPrefix(back, "https://") { // the bot does not know its own name yet: there is only the code
		u.Says(back)
	} else if _, err := u.Opens(back); err != nil {
		return err
	}
	for !strings.Contains(m.Text, linked) {
		if m, err = u.Next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// signIn goes through the pages and returns the link back into the chat, or else the code.
func signIn(ctx context.Context, page string) (string, error) {
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	at, err := url.Parse(page)
	if err != nil || at.Host == "" {
		return "", fmt.Errorf("no page in the message")
	}
	var shown string
	for i, fields := range []url.Values{nil, {}, {"cuil": {"20-99999021-6"}, "password": {"llave-demo"}, "consent": {"on"}}} {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
		if i > 0 {
			form := regexp.MustCompile(`<form[^>]*action="([^"]*/` + []string{"", "seguir", "entrar"}[i] + `)"`).FindStringSubmatch(shown)
			if form == nil {
				return "", fmt.Errorf("step %d: no form", i)
			}
			req, _ = http.NewRequestWithContext(ctx, http.MethodPost, at.Scheme+"://"+at.Host+html.UnescapeString(form[1]), strings.NewReader(fields.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		res, err := client.Do(req)
		if err != nil {
			return "", err
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			return "", err
		}
		shown = string(body)
	}
	back := backShape.FindStringSubmatch(shown)
	if back == nil {
		back = regexp.MustCompile(`<code>([^<]+)</code>`).FindStringSubmatch(shown)
	}
	if back == nil {
		return "", errors.New("no way back into the chat")
	}
	return html.UnescapeString(back[1]), nil
}

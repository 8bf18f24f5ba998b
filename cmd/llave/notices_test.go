package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"llave/bot"
	"llave/flows/backend"
)

// notices is a back end with something to tell.
type notices struct {
	list []backend.Notice
	told []string
	err  error
}

func (n *notices) Notices(context.Context) ([]backend.Notice, error) { return n.list, n.err }

func (n *notices) Told(_ context.Context, names []string) error {
	n.told = append(n.told, names...)
	return nil
}

// What the engine has accepted is forgotten at the back end, and so is what a chat of another installation would be told. A kind of
// a newer back end stays there. What cannot be accepted is told later.
func TestNoticesAreTold(t *testing.T) {
	t.Parallel()
	p := program{stdout: io.Discard, stderr: io.Discard, now: time.Now}
	c, err := readConfig(map[string]string{"LLAVE_ADDR": "127.0.0.1:0", "LLAVE_ADMIN_ADDR": "127.0.0.1:0", "LLAVE_DATA": filepath.Join(t.TempDir(), "data")})
	if err != nil {
		t.Fatal(err)
	}
	a, err := p.build(t.Context(), c, noChannels)
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop := func() error { stopped = true; return a.stop() }
	defer func() {
		if !stopped {
			stop()
		}
	}()
	if err := a.engine.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	chat := bot.ChatID("web/llave/1")
	back := &notices{list: []backend.Notice{
		{Name: "n1", Chat: "another installation's", What: backend.NoticeEnding},
		{Name: "n2", Chat: a.engine.ChatRef(chat), What: "newer"},
		{Name: "n3", Chat: a.engine.ChatRef(chat), What: backend.NoticeReplaced, By: "Carlos Ruiz"},
	}}
	a.notices = back
	for range 2 { // what is told twice is a duplicate
		back.told = nil
		if err := a.tellNotices(t.Context()); err != nil || !slices.Equal(back.told, []string{"n1", "n3"}) {
			t.Errorf("told %q, %v", back.told, err)
		}
	}
	back.err = errors.New("away")
	if err := a.tellNotices(t.Context()); !errors.Is(err, back.err) {
		t.Errorf("a back end that does not answer: %v", err)
	}
	back.err, back.told, back.list = nil, nil, back.list[2:]
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := a.tellNotices(t.Context()); err == nil || back.told != nil {
		t.Errorf("what was not accepted is called told: %q, %v", back.told, err)
	}
}

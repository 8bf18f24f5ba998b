package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pageUser is a browser with a page of the web chat. It polls, as a page without a stream does.
type pageUser struct {
	t *testing.T
	http.Client
	n int
}

func newPageUser(t *testing.T, base string) *pageUser {
	jar, _ := cookiejar.New(nil)
	u := &pageUser{t: t, Client: http.Client{Jar: jar}}
	u.read(base + "/")
	return u
}

// read gets a page.
func (u *pageUser) read(address string) string {
	u.t.Helper()
	res, err := u.Get(address)
	if err != nil {
		u.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		u.t.Fatal(err)
	}
	return res.Status + " " + string(body)
}

// writes sends a text to one process.
func (u *pageUser) writes(base, text string) {
	u.t.Helper()
	u.n++
	body := fmt.Sprintf(`{"id":"replica-web-%08d","text":%q}`, u.n, text)
	res, err := u.Post(base+"/chat/messages", "application/json", strings.NewReader(body))
	if err != nil {
		u.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		u.t.Fatalf("%s: %s", text, res.Status)
	}
}

// Two processes serve the web chat: whichever holds a chat, and whichever is asked, the page shows what was said, in order. The first
// one brings the key of its folder, and cookies outlive both.
func TestTheWebChatOfTwoProcesses(t *testing.T) {
	t.Parallel()
	env, _ := replicaEnv(t)
	folder := filepath.Join(t.TempDir(), "data")
	key := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "webchat.key"), []byte(key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	first := start(t, withEnv(env, "LLAVE_DATA", folder))
	one := pageOf(t, first)
	second := start(t, env)
	two := pageOf(t, second)
	eventually(t, "each holds some of the chats", func() bool {
		a, _ := shardsHeld(t, one)
		b, _ := shardsHeld(t, two)
		return a > 0 && b > 0 && a+b == 256
	})
	var last *pageUser
	for range 6 { // in shards of both, all but surely
		last = newPageUser(t, one)
		bases := []string{one, two, one}
		for i, base := range bases {
			last.writes(base, "hola")
			want := i + 1
			eventually(t, "both pages show the answer", func() bool {
				a, b := last.read(bases[0]+"/chat/poll"), last.read(bases[1]+"/chat/poll")
				return a == b && inTurns(a) >= want
			})
		}
	}
	for _, x := range []*process{first, second} {
		x.cancel()
		x.waitExit(exitOK)
	}
	third := start(t, env)
	if text := last.read(pageOf(t, third) + "/chat/poll"); inTurns(text) < 3 {
		t.Errorf("after both have stopped a page is told %s", text)
	}
}

// inTurns is how many questions stand before an answer each; zero if an answer stands before its question.
func inTurns(page string) (n int) {
	asked := 0
	for rest := page; ; {
		at := strings.Index(rest, `"who":"`)
		if at < 0 {
			return n
		}
		rest = rest[at+len(`"who":"`):]
		switch {
		case strings.HasPrefix(rest, "person"):
			asked++
		case asked == 0:
			return 0
		case asked > n:
			n++
		}
	}
}

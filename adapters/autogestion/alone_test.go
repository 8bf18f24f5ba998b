package autogestion

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"llave/adapters/autogestion/client"
	"llave/flows/backend"
)

const carlos = "20-99999003-8" // he has an account, and María has him in her charge

// A person with an account is told when another account's chat replaces their token or prints for them: in their chats, or by
// e-mail if they have none. What they do themselves, and reading, tells nobody.
func TestAPersonIsToldWhatOthersDo(t *testing.T) {
	w := demo(t)
	ctx := t.Context()
	g := w.linked(t, maria, "maria")
	he := member(t, g.Group, "Carlos Ruiz")
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	mails := len(w.mails(t))
	must(w.Current(ctx, g.Credential, []backend.MemberID{he.ID}))
	must(w.Another(ctx, g.Credential, he.ID, "k1"))
	must(w.Another(ctx, g.Credential, he.ID, "k1")) // the same one again
	if list := w.mails(t); len(list) != mails+1 || list[0].To != "carlos@demo.example" || !strings.Contains(list[0].Text, "María Elena Gómez") {
		t.Errorf("without a chat the mailbox is told: %+v", list)
	}
	own := w.linked(t, carlos, "carlos")
	must(w.Another(ctx, own.Credential, he.ID, "k2"))
	must(w.Another(ctx, g.Credential, g.Group.Own, "k3"))
	must(w.Another(ctx, g.Credential, member(t, g.Group, "Juana Ruiz").ID, "k4")) // she has no account
	if list, err := w.Notices(ctx); err != nil || len(list) != 0 {
		t.Errorf("what they do themselves is told: %+v, %v", list, err)
	}
	if list, err := w.remote(t).Notices(ctx); err != nil || len(list) != 0 {
		t.Errorf("over HTTP, with nothing to tell: %+v, %v", list, err)
	}
	must(w.Another(ctx, g.Credential, he.ID, "k5"))
	w.advance(time.Second)
	must(w.Print(ctx, g.Credential, backend.SheetOrder{Member: he.ID, Month: w.months(w.Now())[0].Month, Count: 2}, "p1"))
	list, err := w.Notices(ctx)
	if err != nil || len(list) != 2 || list[0].What != backend.NoticeReplaced || list[1].What != backend.NoticePrinted {
		t.Fatalf("he is told %+v, %v", list, err)
	}
	for _, n := range list {
		if n.Chat != "carlos" || n.By != "María Elena Gómez" || len(n.People) != 1 || n.People[0] != "Carlos Ruiz" {
			t.Errorf("the notice is %+v", n)
		}
	}
	if len(w.mails(t)) != mails+1 {
		t.Errorf("with a chat the mailbox is told, too")
	}
	remote := w.remote(t)
	if got, err := remote.Notices(ctx); err != nil || !reflect.DeepEqual(got, list) {
		t.Errorf("over HTTP: %+v, %v", got, err)
	}
	if err := remote.Told(ctx, []string{list[0].Name, "unknown"}); err != nil {
		t.Fatal(err)
	}
	if got, err := remote.Notices(ctx); err != nil || !reflect.DeepEqual(got, list[1:]) {
		t.Errorf("after one was told: %+v, %v", got, err)
	}
	if _, err := w.remote(t, func(o *client.Options) { o.Key = "wrong" }).Notices(ctx); !errors.Is(err, client.ErrBotKey) {
		t.Errorf("with another key: %v", err)
	}
}

// Whoever says so on their page is the only one who asks for their own tokens, until they take it back. Others of the group are
// not concerned, nor is what the person has in their own charge.
func TestOnlyThePersonAsks(t *testing.T) {
	w, srv := served(t)
	ctx := t.Context()
	g, own := w.linked(t, maria, "maria"), w.linked(t, carlos, "carlos")
	he, she := member(t, g.Group, "Carlos Ruiz").ID, member(t, g.Group, "Juana Ruiz").ID
	b := w.browser(t, srv)
	b.post("/autogestion/mi-cuenta", "cuil", carlos, "password", DemoPassword).wants(t, 200, "Que los pida solamente yo")
	w.browser(t, srv).post("/autogestion/mi-cuenta/solo", "solo", "si").wants(t, 200, "Olvidé mi contraseña")
	ask := func(want backend.Reason) {
		t.Helper()
		month := w.months(w.Now())[0].Month
		given, err := w.Current(ctx, g.Credential, []backend.MemberID{he, she})
		if err != nil || len(given.Tokens) == 0 || (want != "") != (len(given.Denials) == 1) || want != "" && given.Denials[0] != (backend.Denial{Member: he, Reason: want}) {
			t.Errorf("current: %+v, %v", given, err)
		}
		given, err = w.Another(ctx, g.Credential, he, "k"+string(want))
		if err != nil || (want != "") != (len(given.Denials) == 1) {
			t.Errorf("another: %+v, %v", given, err)
		}
		printed, err := w.Print(ctx, g.Credential, backend.SheetOrder{Member: he, Month: month, Count: 1}, "p"+string(want))
		if err != nil || printed.Denied != want {
			t.Errorf("print: %+v, %v", printed.Denied, err)
		}
		if given, err := w.Current(ctx, own.Credential, []backend.MemberID{he}); err != nil || len(given.Tokens) != 1 {
			t.Errorf("he himself: %+v, %v", given, err)
		}
	}
	b.post("/autogestion/mi-cuenta/solo", "solo", "si").wants(t, 200, "Solamente vos.")
	ask(backend.Reserved)
	paper, err := w.Print(ctx, own.Credential, backend.SheetOrder{Member: he, Month: w.months(w.Now())[0].Month, Count: 2}, "mine")
	if err != nil || len(paper.Sheets) != 1 {
		t.Fatal(paper, err)
	}
	if voided, err := w.Void(ctx, g.Credential, paper.Sheets[0].ID, nil); err != nil || voided.Denied != backend.Reserved {
		t.Errorf("another voids his sheet: %+v, %v", voided.Denied, err)
	}
	if voided, err := w.Void(ctx, own.Credential, paper.Sheets[0].ID, nil); err != nil || voided.Denied != "" {
		t.Errorf("he voids his sheet: %+v, %v", voided.Denied, err)
	}
	b.post("/autogestion/mi-cuenta/solo", "solo", "no").wants(t, 200, "Que los pida solamente yo")
	if given, err := w.Current(ctx, g.Credential, []backend.MemberID{he}); err != nil || len(given.Tokens) != 1 {
		t.Errorf("taken back: %+v, %v", given, err)
	}
}

// From 30 days before a link ends, a chat that has got a token is told, once a week. A link of before that rule has no end.
func TestASignInIsOfferedBeforeALinkEnds(t *testing.T) {
	w := demo(t)
	g := w.linked(t, maria, "maria")
	until := w.Now().Add(linkLasts)
	asks := func(want int) {
		t.Helper()
		if _, err := w.Current(t.Context(), g.Credential, []backend.MemberID{g.Group.Own}); err != nil {
			t.Fatal(err)
		}
		list, err := w.Notices(t.Context())
		if err != nil || len(list) != want {
			t.Fatalf("%v before the end: %+v, %v", until.Sub(w.Now()), list, err)
		}
		for _, n := range list {
			if n.What != backend.NoticeEnding || !n.Until.Equal(until) || n.Chat != "maria" {
				t.Errorf("the notice is %+v", n)
			}
			if err := w.Told(t.Context(), []string{n.Name}); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.advance(linkLasts - offerBefore - time.Minute)
	asks(0)
	w.advance(time.Minute)
	asks(1)
	asks(0)
	w.advance(offerAgain - time.Minute)
	asks(0)
	w.advance(time.Minute)
	asks(1)
	if _, err := w.file.Writer.Exec("UPDATE link SET until = 0, offered = 0"); err != nil {
		t.Fatal(err)
	}
	asks(0)
}

package flows

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

var (
	mariasOwn = backend.Group{Own: "1", Members: []backend.Member{
		{ID: "1", Name: "María Elena Gómez", Number: "9-4071852/00", Kinship: "titular", Standing: backend.Active},
		{ID: "3", Name: "Juana Ruiz", Number: "9-4071852/02", Kinship: "hija", Standing: backend.Active},
		{ID: "5", Name: "Rosa Peralta", Number: "9-4071852/04", Kinship: "madre", Standing: backend.Active}}}
	// The members of another account may have the ids of the first one's.
	jorges = backend.Group{Own: "1", Members: []backend.Member{{ID: "1", Name: "Jorge Acosta", Number: "9-5130664/00", Kinship: "titular", Standing: backend.Active}}}
	rosas  = backend.Group{Own: "1", Members: []backend.Member{{ID: "1", Name: "Rosa Peralta", Number: "9-4071852/04", Kinship: "titular", Standing: backend.Active}}}
	twins  = backend.Group{Own: "1", Members: []backend.Member{{ID: "1", Name: "María Elena Gómez", Number: "9-7000000/00", Kinship: "titular", Standing: backend.Active},
		{ID: "2", Name: "Juana Paz", Number: "9-7000000/01", Kinship: "hija", Standing: backend.Active}}}
)

// withAccounts is the memory of María's chat with other accounts besides.
func withAccounts(others ...backend.Group) *memory {
	m := &memory{Cred: "maria", Group: mariasOwn, Self: "1"}
	for i, g := range others {
		m.Accounts = append(m.Accounts, account{Cred: backend.Credential("other" + string(rune('1'+i))), Group: g, Self: outsider})
	}
	return m
}

// newAccountsScript is the conversations with a back end that can do everything.
func newAccountsScript(t *testing.T) *Script {
	t.Helper()
	sc, err := New(Config{Phone: "221-351-0282", Can: backend.Capabilities{CurrentWithoutMinting: true, Keys: true, TokenState: true, SignInPages: true, Sheets: true, Void: true, Months: true, Account: true}})
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// decides is one decision of a chat.
func decides(t *testing.T, m *memory, state string, u bot.Update, result *bot.Result) bot.Decision {
	t.Helper()
	u.ID, u.Result = "u", result
	d, err := newAccountsScript(t).Decide(bot.Session{V: version, State: state, Data: m}, bot.Input{Accepted: bot.Accepted{Update: u, Now: monday, Seed: "SEEDSEEDSEED"}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Everything that the memory keeps of the account that the conversation is about is kept of the others, too.
func TestAnAccountIsAllThatIsRememberedOfIt(t *testing.T) {
	kept, all := reflect.TypeFor[account](), reflect.TypeFor[memory]()
	for f := range kept.Fields() {
		of, ok := all.FieldByName(f.Name)
		if !ok || of.Type != f.Type {
			t.Errorf("the memory has no field %s %s", f.Name, f.Type)
		}
	}
	var m memory
	of := reflect.ValueOf(&m).Elem()
	full := reflect.New(kept).Elem()
	for i := range kept.NumField() {
		switch f := full.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(kept.Field(i).Name)
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), i+1, i+1))
		case reflect.Map:
			f.Set(reflect.MakeMap(f.Type()))
			f.SetMapIndex(reflect.ValueOf("mama"), reflect.ValueOf(backend.MemberID("5")))
		case reflect.Struct:
			f.Field(0).Set(reflect.ValueOf(map[string]any{"Group": backend.MemberID("1"), "Last": monday}[kept.Field(i).Name]))
		}
	}
	a := full.Interface().(account)
	m.use(a)
	for f := range kept.Fields() {
		if !reflect.DeepEqual(of.FieldByName(f.Name).Interface(), full.FieldByName(f.Name).Interface()) {
			t.Errorf("the memory does not take %s", f.Name)
		}
	}
	if !reflect.DeepEqual(m.account(), a) {
		t.Error("an account does not come back as it was")
	}
}

// A request goes to the account in which its words mean somebody. What fits two is asked; where the same person stands in both, the
// one of the conversation will do. A decision changes nothing of the session that it was given.
func TestWhichAccount(t *testing.T) {
	for name, c := range map[string]struct {
		m      *memory
		text   string
		cred   backend.Credential // of the effect; empty: it is asked
		member backend.MemberID
	}{
		"a name of the other":        {withAccounts(jorges), "token de jorge", "other1", "1"},
		"a name of this one":         {withAccounts(jorges), "token de juana", "maria", "3"},
		"nobody is named":            {withAccounts(jorges), "token", "maria", "1"},
		"I":                          {withAccounts(jorges), "mi token", "maria", "1"},
		"the same person in both":    {withAccounts(rosas), "token de rosa", "maria", "5"},
		"a name that two have":       {withAccounts(twins), "token de juana", "", ""},
		"the whole name tells":       {withAccounts(twins), "token de juana paz", "other1", "2"},
		"a relative":                 {withAccounts(jorges), "token de mamá", "maria", "5"},
		"another one of the other":   {withAccounts(jorges, twins), "el de juana paz", "other2", "2"},
		"a sheet for the other's":    {withAccounts(jorges), "3 preimpresos para jorge", "other1", ""},
		"two of different accounts":  {withAccounts(jorges), "token de jorge y de juana", "other1", "1"},
		"nobody of any account":      {withAccounts(jorges), "token de pancracio", "maria", ""},
		"nobody is named, elsewhere": {func() *memory { m := withAccounts(jorges); m.turnTo(0); return m }(), "token", "maria", "1"},
	} {
		before := m2(c.m)
		d := decides(t, c.m, home, bot.Update{Kind: bot.Message, Text: c.text}, nil)
		if !reflect.DeepEqual(before, m2(c.m)) {
			t.Errorf("%s: the session was changed", name)
		}
		if c.cred == "" {
			if d.Effect != nil || d.Session.State != "account.ask" || len(d.Replies) != 1 || len(d.Replies[0].Choices) != 2 {
				t.Errorf("%s: %+v", name, d)
			}
			continue
		}
		if d.Effect == nil {
			t.Errorf("%s: %+v", name, d.Replies)
			continue
		}
		if args, err := bot.As[groupArgs](d.Effect.Args); err != nil || args.Credential != c.cred {
			t.Errorf("%s: %s with %+v, %v", name, d.Effect.Op, args, err)
		}
		if c.member == "" {
			continue
		}
		if args, err := bot.As[tokenArgs](d.Effect.Args); err != nil || !slices.Equal(args.Members, []backend.MemberID{c.member}) {
			t.Errorf("%s: %s with %+v, %v", name, d.Effect.Op, args, err)
		}
	}
}

// m2 is what can be compared of a memory's accounts.
func m2(m *memory) []account { return append([]account{m.account()}, m.Accounts...) }

// What was named together is granted with the credential of its own account, also where another account has members of the same ids.
func TestARequestStaysInItsAccount(t *testing.T) {
	m := withAccounts(jorges)
	m.turnTo(0) // the conversation is about Jorge's
	d := decides(t, m, home, bot.Update{Kind: bot.Message, Text: "reemplazá el token de juana y el de rosa"}, nil)
	after := d.Session.Data.(*memory)
	if d.Session.State != "another.confirm" || after.Cred != "maria" {
		t.Fatalf("it is asked %+v of %q", d.Replies, after.Cred)
	}
	if len(after.Also) != 1 || after.Also[0].Another.Of != "9-4071852/00" {
		t.Errorf("what waits: %+v", after.Also)
	}
	d = decides(t, after, "another.confirm", bot.Update{Kind: bot.Message, Text: "sí"}, nil)
	if args, err := bot.As[anotherArgs](d.Effect.Args); err != nil || args.Credential != "maria" || args.Member != "3" {
		t.Errorf("replaced: %+v, %v", args, err)
	}
	// Something else turns the conversation away meanwhile: what waits goes back.
	after = d.Session.Data.(*memory)
	after.turnTo(0)
	after.open = open{}
	next := after.Also[0].request()
	after.Also = nil
	dialog := &dialog{Script: newAccountsScript(t), session: bot.Session{V: version, State: home}, mem: after, in: bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "u"}, Now: monday, Seed: "SEEDSEEDSEED"}}}
	dialog.start(next)
	if args, err := bot.As[anotherArgs](dialog.out.Effect.Args); err != nil || args.Credential != "maria" || args.Member != "5" {
		t.Errorf("replaced then: %+v, %v", args, err)
	}
}

// Whose account it is stands in every answer about one, where there are several, and in no other.
func TestAnAnswerNamesItsAccount(t *testing.T) {
	given := bot.Of(effectAnswer{Given: &backend.Given{Group: jorges, Tokens: []backend.Token{{Member: "1", Digits: "123456", Made: monday, Until: monday.Add(5 * 3600e9)}}}})
	result := &bot.Result{Key: "k", Op: opCurrent, Data: given}
	m := &memory{Cred: "other1", Group: jorges, Self: outsider, Accounts: []account{{Cred: "maria", Group: mariasOwn, Self: "1"}}}
	m.put(&TokenRequest{request: requestFor(nlu.IntentToken, "1")})
	d := decides(t, m, "token.wait", bot.Update{Kind: bot.Message, Text: "token de jorge"}, result)
	if got := d.Replies[0].Text; !strings.HasSuffix(got, "\nDe la cuenta de Jorge") {
		t.Errorf("the token: %q", got)
	}
	for _, text := range []string{"hola", "¿qué es el token?", "ayuda", "gracias"} {
		d := decides(t, withAccounts(jorges), home, bot.Update{Kind: bot.Message, Text: text}, nil)
		for _, r := range d.Replies {
			if strings.Contains(r.Text, "la cuenta de") {
				t.Errorf("%s: %q", text, r.Text)
			}
		}
	}
	m = &memory{Cred: "maria", Group: jorges, Self: "1"}
	m.put(&TokenRequest{request: requestFor(nlu.IntentToken, "1")})
	if d := decides(t, m, "token.wait", bot.Update{Kind: bot.Message, Text: "token"}, result); strings.Contains(d.Replies[0].Text, "la cuenta de") {
		t.Errorf("with one account: %q", d.Replies[0].Text)
	}
}

// Unlinking a chat ends the links with all its accounts; so does erasing its data, forgetting it, and the end of its time on a shared
// device.
func TestTheLinksOfAllAccountsEnd(t *testing.T) {
	sc := newAccountsScript(t)
	run := func(name string, e *bot.Effect, want ...backend.Credential) {
		t.Helper()
		back := &unlinking{}
		if e == nil {
			t.Errorf("%s: nothing ends", name)
			return
		}
		if _, err := (&Effects{Links: back}).Run(t.Context(), "", *e); err != nil || !slices.Equal(back.ended, want) {
			t.Errorf("%s: ended %q, %v", name, back.ended, err)
		}
	}
	d := decides(t, withAccounts(jorges, twins), home, bot.Update{Kind: bot.Message, Text: "desvincular"}, nil)
	run("unlinked", d.Effect, "maria", "other1", "other2")
	if m := d.Session.Data.(*memory); m.linked() || len(m.Accounts) != 0 {
		t.Errorf("after unlinking there is %+v", m.Accounts)
	}
	leave := sc.Leave(bot.Session{V: version, State: home, Data: withAccounts(jorges)})
	run("forgotten", &leave, "maria", "other1")
	m := withAccounts(jorges)
	m.Device = device{Shared: true, Until: monday}
	run("on a shared device", decides(t, m, home, bot.Update{Kind: bot.Alarm, Subtype: timerShared}, nil).Effect, "maria", "other1")
	erased := &bot.Result{Key: "k", Op: opErase, Data: bot.Of(effectAnswer{Held: &backend.Held{}})}
	run("erased", decides(t, withAccounts(jorges), "data.erasing", bot.Update{Kind: bot.Message, Text: "sí"}, erased).Effect, "other1")
	m = withAccounts(jorges)
	m.question = question{Question: "q", Asked: "1", AskedAt: monday, Options: choices(choiceDropAccount)}
	d = decides(t, m, home, bot.Update{Kind: bot.Pressed, Choice: bot.Choice{Value: choiceDropAccount, Question: "q"}}, nil)
	run("dropped", d.Effect, "maria")
	if m := d.Session.Data.(*memory); m.Cred != "other1" || len(m.Accounts) != 0 || !d.Purge {
		t.Errorf("after dropping one there is %q and %+v", m.Cred, m.Accounts)
	}
}

// What another chat of one account tells is about that account: a chat that has several keeps the others.
func TestANoticeIsAboutItsAccount(t *testing.T) {
	tell := func(m *memory, state, subject, number string) bot.Decision {
		return decides(t, m, state, bot.Update{Kind: bot.Notice, Subtype: subject, Body: []byte(`{"own":"` + number + `","chat":"c","via":"Telegram","label":"···1"}`)}, nil)
	}
	for name, c := range map[string]struct {
		number string
		left   []backend.Credential
	}{
		"of the conversation": {"9-4071852/00", []backend.Credential{"other1"}},
		"of the other":        {"9-5130664/00", []backend.Credential{"maria"}},
		"of none":             {"9-9999999/00", []backend.Credential{"maria", "other1"}},
		"of an older program": {"", nil},
	} {
		for _, state := range []string{home, "link.code"} {
			d := tell(withAccounts(jorges), state, noticeUnlinked, c.number)
			if got := d.Session.Data.(*memory).credentials(); !slices.Equal(got, c.left) {
				t.Errorf("%s, in %s: the chat has %q", name, state, got)
			}
		}
	}
	d := tell(withAccounts(jorges), home, noticeLinked, "9-5130664/00")
	if m := d.Session.Data.(*memory); m.Cred != "other1" || m.Suspect != "c" || len(d.Replies) != 1 || len(d.Replies[0].Choices) == 0 {
		t.Errorf("a chat was linked with the other account: %q is suspected by %q, %+v", m.Suspect, m.Cred, d.Replies)
	}
	asks := withAccounts(jorges)
	asks.question = question{Question: "q", Asked: "1", AskedAt: monday, Options: choices("yes", "no")}
	asks.put(&AnotherRequest{requestFor("another", "3")})
	d = tell(asks, "another.confirm", noticeLinked, "9-5130664/00")
	if m := d.Session.Data.(*memory); m.Cred != "maria" || m.Suspect != "" || m.Question != "q" || len(d.Replies) != 1 {
		t.Errorf("over a question: %q is suspected by %q, %+v", m.Suspect, m.Cred, d.Replies)
	}
}

// A word that a person explains means that person from then on, in the account where they are; forwarded words explain nothing.
func TestWhoAWordMeans(t *testing.T) {
	for text, want := range map[string]string{
		"mamá es rosa": "maria 5", "mi mamá es Rosa": "maria 5", "mi suegro es jorge": "other1 1", "la nena es Juana": "maria 3",
		"mi mamá es buena": "", "token de mi mamá rosa": "", "mi hija es rosa y juana": "",
	} {
		d := decides(t, withAccounts(jorges), home, bot.Update{Kind: bot.Message, Text: text}, nil)
		m, got := d.Session.Data.(*memory), ""
		for _, id := range m.Aliases {
			got = string(m.Cred) + " " + string(id)
		}
		if got != want || want != "" && d.Effect != nil {
			t.Errorf("%q: %q, %+v", text, got, d.Replies)
		}
	}
	m := withAccounts(jorges)
	m.Accounts[0].Aliases = map[string]backend.MemberID{"vecino": "1"}
	if decides(t, m, home, bot.Update{Kind: bot.Message, Text: "mi suegro es jorge"}, nil); len(m.Accounts[0].Aliases) != 1 {
		t.Errorf("the session that was given has %v", m.Accounts[0].Aliases)
	}
	d := decides(t, withAccounts(), home, bot.Update{Kind: bot.Message, Text: "mamá es rosa", Forwarded: true}, nil)
	if m := d.Session.Data.(*memory); len(m.Aliases) > 0 {
		t.Errorf("forwarded words explain %v", m.Aliases)
	}
}
